"""What an analyst may do in the deployed cloud: ask questions of gold, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from demo.answers import show_answers
from demo.run import Demo
from lake.naming import layer_prefix
from tests.e2e.lakehouse import Lakehouse


@pytest.fixture
def clients(shop: Lakehouse) -> Any:
    """A function that returns the analyst's client of a service, as the demo makes it."""
    role = shop.names.role(shop.domain.name, "analyst")
    demo = Demo(shop.cloud.context.home, "dev", Console())
    return lambda service: demo._client_as(shop.cloud, role, service)


def test_gold_may_be_read(shop: Lakehouse, clients: Any) -> None:
    database = shop.names.database(shop.domain.name, "gold")
    assert clients("glue").get_table(DatabaseName=database, Name=shop.domain.marts[0].name)["Table"]
    prefix = f"{shop.domain.name}/"
    [first, *_] = clients("s3").list_objects_v2(Bucket=shop.names.curated_bucket, Prefix=prefix)["Contents"]
    assert clients("s3").get_object(Bucket=shop.names.curated_bucket, Key=first["Key"])["Body"].read()


def test_questions_are_answered(shop: Lakehouse, clients: Any) -> None:
    console = Console(record=True, width=200)
    show_answers(clients("athena"), shop.domain, shop.names, console)
    text = console.export_text()
    assert all(question.title in text for question in shop.domain.questions)


def test_other_layers_and_writes_are_denied(shop: Lakehouse, clients: Any) -> None:
    names, domain = shop.names, shop.domain.name
    table = shop.domain.tables[0].name
    bronze = layer_prefix("bronze", domain, table)
    attempts: dict[str, Callable[[], object]] = {
        "ListObjectsV2": lambda: clients("s3").list_objects_v2(Bucket=names.processed_bucket, Prefix=bronze),
        "PutObject": lambda: clients("s3").put_object(
            Bucket=names.curated_bucket, Key=f"{domain}/x", Body=b""
        ),
        "DeleteObject": lambda: clients("s3").delete_object(Bucket=names.curated_bucket, Key=f"{domain}/x"),
        "GetTable": lambda: clients("glue").get_table(
            DatabaseName=names.database(domain, "bronze"), Name=table
        ),
    }
    for operation, attempt in attempts.items():
        with pytest.raises(ClientError, match=r"AccessDenied") as denied:
            attempt()
        assert denied.value.operation_name == operation
