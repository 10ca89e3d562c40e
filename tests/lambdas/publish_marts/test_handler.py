"""The publishing function from event to store, with gold in S3 and the secret in Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from lambdas.publish_marts import handler as module
from lambdas.publish_marts.handler import handler
from localcloud.dataapi import DataApiServer
from serving.client.errors import RefusedError, SecretError
from serving.publish.errors import InvalidKeyError, PublishingError
from tests.serving.conftest import TOKEN, server
from tests.serving.publish.conftest import DOMAIN, NAME, SCHEMA, Row, expected, month, row

__all__ = ["server"]

BUCKET = "caudal-test-curated"
SECRET = "caudal-test-serving-store"
PARTITION = "year=2025/month=8"


class Context(LambdaContext):
    """A Lambda context: ample time left at the first check, `seconds` at every later one."""

    def __init__(self, seconds: float = 900) -> None:
        self.checks = 0
        self._function_name = "publish-marts"
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:publish-marts"
        self._aws_request_id = "1"
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        self.checks += 1
        return 900_000 if self.checks == 1 else int(self.seconds * 1000)


@pytest.fixture
def aws(server: DataApiServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Set up a bucket, the secret and the function's environment; return the S3 client."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("CURATED_BUCKET", BUCKET)
    monkeypatch.setenv("SERVING_SECRET", SECRET)
    monkeypatch.setattr(module, "load_domain", lambda _: DOMAIN)
    module.connection.cache_clear()
    module.storage.cache_clear()
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        boto3.client("secretsmanager").create_secret(Name=SECRET, SecretString=server.secret)
        yield client


@pytest.fixture
def gold(aws: Any, tmp_path: Path) -> Callable[..., None]:
    """Return a function that writes rows as the files of the August partition."""

    def write(rows: list[Row], files: int = 1) -> None:
        for number in range(files):
            path = tmp_path / "part.parquet"
            pq.write_table(pa.Table.from_pylist(rows[number::files], schema=SCHEMA), path)
            aws.upload_file(str(path), BUCKET, f"shop/daily/{PARTITION}/part-{number:05}.parquet")

    return write


def publish(seconds: float = 900, **event: Any) -> dict[str, Any]:
    """Invoke the function with `seconds` left and return its answer."""
    event = {"domain": "shop", "mart": "daily", "partition": PARTITION, **event}
    answer: dict[str, Any] = handler(event, Context(seconds))
    return answer


def stored(server: DataApiServer) -> dict[str, Row]:
    return {key: {"days": doc["days"]} for key, doc in server.documents("caudal_test", NAME).items()}


@pytest.mark.parametrize("files", [1, 3])
def test_partition_is_published(server: DataApiServer, gold: Callable[..., None], files: int) -> None:
    rows = month(orgs=3, days=4)
    gold(rows, files)
    answer = publish()
    assert (answer["status"], answer["inserted"], answer["rows"]) == ("PUBLISHED", 4, len(rows))
    assert answer["requests"] == server.count()
    assert json.loads(json.dumps(answer)) == answer
    assert stored(server) == expected(rows)


def test_removed_partition_is_deleted_from_the_store(
    server: DataApiServer, gold: Callable[..., None], aws: Any
) -> None:
    gold([row("a", 1)])
    publish()
    aws.delete_object(Bucket=BUCKET, Key=f"shop/daily/{PARTITION}/part-00000.parquet")
    assert publish()["deleted"] == 2
    assert stored(server) == {}


def test_invocation_without_time_left_returns_continue(
    server: DataApiServer, gold: Callable[..., None]
) -> None:
    rows = month(orgs=2, days=2)
    gold(rows)
    stopped = publish(seconds=10)
    assert stopped["status"] == "CONTINUE"
    assert server.count() == 0
    assert publish(continuation=json.loads(json.dumps(stopped["continuation"])))["status"] == "PUBLISHED"
    assert stored(server) == expected(rows)


def test_token_is_neither_logged_nor_returned(
    gold: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    gold([row("a", 1)])
    answer = publish()
    shown = capsys.readouterr()
    assert "DocumentsWritten" in shown.out
    assert TOKEN not in shown.out + shown.err + json.dumps(answer)


def test_missing_secret_raises(gold: Callable[..., None]) -> None:
    boto3.client("secretsmanager").delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    with pytest.raises(SecretError, match="ResourceNotFoundException"):
        publish()


def test_malformed_secret_raises(gold: Callable[..., None]) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString="{")
    with pytest.raises(SecretError, match="no JSON"):
        publish()


def test_wrong_token_raises_with_a_hint(server: DataApiServer, gold: Callable[..., None]) -> None:
    gold([row("a", 1)])
    server.token = "AstraCS:rotated"
    with pytest.raises(RefusedError, match="valid token"):
        publish()


def test_warm_function_reads_a_replaced_token(server: DataApiServer, gold: Callable[..., None]) -> None:
    gold([row("a", 1)])
    publish()
    server.token = "AstraCS:rotated"
    with pytest.raises(RefusedError):
        publish()
    boto3.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=server.secret)
    assert publish()["status"] == "PUBLISHED"


def test_document_over_a_limit_is_listed_and_counted(
    server: DataApiServer, gold: Callable[..., None]
) -> None:
    gold([row("a", 1), *(row("wide", 1 + number % 31, f"s{number}") for number in range(1_001))])
    answer = publish()
    assert (answer["status"], answer["inserted"], answer["failed"]) == ("PARTIAL", 1, 2)
    assert {failure["_id"] for failure in answer["failures"]} == {"org|wide|202508", "overall|202508"}
    assert set(stored(server)) == {"org|a|202508"}


def test_duplicate_key_writes_nothing(server: DataApiServer, gold: Callable[..., None]) -> None:
    gold([row("a", 1), row("a", 1, cost="2")])
    with pytest.raises(InvalidKeyError, match="org=a, day=2025-08-01, service=compute"):
        publish()
    assert server.count() == 0


def test_null_in_a_key_writes_nothing(server: DataApiServer, gold: Callable[..., None]) -> None:
    gold([row("a", 1), row("a", 2) | {"org": None}])
    with pytest.raises(InvalidKeyError, match="'org'"):
        publish()
    assert server.count() == 0


def test_file_without_a_column_raises(aws: Any, tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    pq.write_table(pa.table({"org": ["a"]}), path)
    aws.upload_file(str(path), BUCKET, f"shop/daily/{PARTITION}/part-00000.parquet")
    with pytest.raises(PublishingError, match=r"part-00000.parquet: Column \w+ does not exist"):
        publish()
