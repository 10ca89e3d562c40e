"""The function from its event to the store: gold in S3, the secret in Secrets Manager."""

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
from serving.client.errors import InvalidKeyError, PublishingError, RefusedError, SecretError
from tests.serving.publish.conftest import DOMAIN, NAME, SCHEMA, TOKEN, Row, expected, month, row

BUCKET = "caudal-test-curated"
SECRET = "caudal-test-serving-store"
PARTITION = "year=2025/month=8"


class Context(LambdaContext):
    """What Lambda passes: `seconds` are left, after a first look at which there was time enough."""

    def __init__(self, seconds: float = 900) -> None:
        self.looks = 0
        self._function_name = "publish-marts"
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:publish-marts"
        self._aws_request_id = "1"
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        self.looks += 1
        return 900_000 if self.looks == 1 else int(self.seconds * 1000)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DataApiServer]:
    with DataApiServer(tmp_path / "dataapi", token=TOKEN) as running:
        yield running


@pytest.fixture
def aws(server: DataApiServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket, the secret and the function's environment; returns the S3 client."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("CURATED_BUCKET", BUCKET)
    monkeypatch.setenv("SERVING_SECRET", SECRET)
    monkeypatch.setattr(module, "load_domain", lambda _: DOMAIN)
    module.connection.cache_clear()
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        boto3.client("secretsmanager").create_secret(Name=SECRET, SecretString=server.secret)
        yield client


@pytest.fixture
def gold(aws: Any, tmp_path: Path) -> Callable[..., None]:
    """Writes rows as the files of the August partition."""

    def write(rows: list[Row], files: int = 1) -> None:
        for number in range(files):
            path = tmp_path / "part.parquet"
            pq.write_table(pa.Table.from_pylist(rows[number::files], schema=SCHEMA), path)
            aws.upload_file(str(path), BUCKET, f"shop/daily/{PARTITION}/part-{number:05}.parquet")

    return write


def published(seconds: float = 900, **event: Any) -> dict[str, Any]:
    event = {"domain": "shop", "mart": "daily", "partition": PARTITION, **event}
    answer: dict[str, Any] = handler(event, Context(seconds))
    return answer


def stored(server: DataApiServer) -> dict[str, Row]:
    return {key: {"days": doc["days"]} for key, doc in server.documents("caudal_test", NAME).items()}


@pytest.mark.parametrize("files", [1, 3])
def test_a_partition_is_published(server: DataApiServer, gold: Callable[..., None], files: int) -> None:
    rows = month(orgs=3, days=4)
    gold(rows, files)
    answer = published()
    assert (answer["status"], answer["inserted"], answer["rows"]) == ("PUBLISHED", 4, len(rows))
    assert answer["requests"] == server.count()
    assert json.loads(json.dumps(answer)) == answer
    assert stored(server) == expected(rows)


def test_a_partition_that_is_gone_leaves_the_store(
    server: DataApiServer, gold: Callable[..., None], aws: Any
) -> None:
    gold([row("a", 1)])
    published()
    aws.delete_object(Bucket=BUCKET, Key=f"shop/daily/{PARTITION}/part-00000.parquet")
    assert published()["deleted"] == 2
    assert stored(server) == {}


def test_out_of_time_it_asks_to_be_called_again(server: DataApiServer, gold: Callable[..., None]) -> None:
    rows = month(orgs=2, days=2)
    gold(rows)
    stopped = published(seconds=10)
    assert stopped["status"] == "CONTINUE"
    assert server.count() == 0
    assert published(continuation=json.loads(json.dumps(stopped["continuation"])))["status"] == "PUBLISHED"
    assert stored(server) == expected(rows)


def test_neither_log_nor_answer_holds_the_token(
    gold: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    gold([row("a", 1)])
    answer = published()
    shown = capsys.readouterr()
    assert "DocumentsWritten" in shown.out
    assert TOKEN not in shown.out + shown.err + json.dumps(answer)


def test_a_missing_secret_is_told(gold: Callable[..., None]) -> None:
    boto3.client("secretsmanager").delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    with pytest.raises(SecretError, match="ResourceNotFoundException"):
        published()


def test_a_malformed_secret_is_told(gold: Callable[..., None]) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString="{")
    with pytest.raises(SecretError, match="no JSON"):
        published()


def test_a_wrong_token_is_told(server: DataApiServer, gold: Callable[..., None]) -> None:
    gold([row("a", 1)])
    server.token = "AstraCS:rotated"
    with pytest.raises(RefusedError, match="valid token"):
        published()


def test_a_token_that_was_replaced_is_taken_up_by_a_warm_function(
    server: DataApiServer, gold: Callable[..., None]
) -> None:
    gold([row("a", 1)])
    published()
    server.token = "AstraCS:rotated"
    with pytest.raises(RefusedError):
        published()
    boto3.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=server.secret)
    assert published()["status"] == "PUBLISHED"


def test_a_document_over_a_limit_is_named_and_counted(
    server: DataApiServer, gold: Callable[..., None]
) -> None:
    gold([row("a", 1), *(row("wide", 1 + number % 31, f"s{number}") for number in range(1_001))])
    answer = published()
    assert (answer["status"], answer["inserted"], answer["failed"]) == ("PARTIAL", 1, 2)
    assert {failure["_id"] for failure in answer["failures"]} == {"org|wide|202508", "overall|202508"}
    assert set(stored(server)) == {"org|a|202508"}


def test_two_rows_with_one_key_write_nothing(server: DataApiServer, gold: Callable[..., None]) -> None:
    gold([row("a", 1), row("a", 1, cost="2")])
    with pytest.raises(InvalidKeyError, match="org=a, day=2025-08-01, service=compute"):
        published()
    assert server.count() == 0


def test_a_null_in_a_key_writes_nothing(server: DataApiServer, gold: Callable[..., None]) -> None:
    gold([row("a", 1), row("a", 2) | {"org": None}])
    with pytest.raises(InvalidKeyError, match="'org'"):
        published()
    assert server.count() == 0


def test_a_file_without_a_column_is_told(aws: Any, tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    pq.write_table(pa.table({"org": ["a"]}), path)
    aws.upload_file(str(path), BUCKET, f"shop/daily/{PARTITION}/part-00000.parquet")
    with pytest.raises(PublishingError, match=r"part-00000.parquet: Column \w+ does not exist"):
        published()
