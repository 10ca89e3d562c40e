"""What people may ask in the deployed cloud: analysts gold, stewards quarantine, and nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from demo.answers import show_answers
from demo.domain import client_as
from lake.naming import layer_prefix
from localcloud.client import run_query
from localcloud.context import REGION
from localcloud.errors import LocalCloudError
from tests.e2e.lakehouse import Lakehouse


def clients_of(shop: Lakehouse, role: str) -> Callable[[str], Any]:
    """Return a function that returns the role's client of a service, as the demo makes it."""
    return lambda service: client_as(shop.cloud, role, service)


@pytest.fixture
def clients(shop: Lakehouse) -> Callable[[str], Any]:
    """The analyst's clients."""
    return clients_of(shop, shop.names.role(shop.domain.name, "analyst"))


@pytest.fixture
def steward(shop: Lakehouse) -> Callable[[str], Any]:
    """The steward's clients."""
    return clients_of(shop, shop.names.steward_role)


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


@pytest.mark.parametrize("person", ["clients", "steward"])
def test_tables_are_listed_and_a_query_is_stopped(
    shop: Lakehouse, person: str, request: pytest.FixtureRequest
) -> None:
    names, athena = shop.names, request.getfixturevalue(person)("athena")
    layer, group = {
        "clients": ("gold", names.workgroup),
        "steward": ("quarantine", names.steward_workgroup),
    }[person]
    place = {
        "QueryExecutionContext": {"Database": names.database(shop.domain.name, layer)},
        "WorkGroup": group,
    }
    shown = athena.start_query_execution(QueryString="SHOW TABLES", **place)["QueryExecutionId"]
    shop.cloud.wait_idle()
    rows = athena.get_query_results(QueryExecutionId=shown)["ResultSet"]["Rows"]
    tables = {row["Data"][0]["VarCharValue"] for row in rows}
    declared = shop.domain.marts if layer == "gold" else shop.domain.tables
    assert {each.name for each in declared} <= tables

    slow = athena.start_query_execution(
        QueryString="SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), "
        "UNNEST(sequence(1, 10000)) c(z) WHERE x + y + z < 0",
        **place,
    )["QueryExecutionId"]
    athena.stop_query_execution(QueryExecutionId=slow)
    shop.cloud.wait_idle()
    assert (
        athena.get_query_execution(QueryExecutionId=slow)["QueryExecution"]["Status"]["State"] == "CANCELLED"
    )


def test_analyst_reads_a_query_into_a_frame(
    shop: Lakehouse, clients: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """awswrangler reads the workgroup's settings and the object with the results."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", shop.cloud.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own and pandas' deprecations
        import awswrangler as wr

        keys = clients("sts")._request_signer._credentials
        session = boto3.Session(keys.access_key, keys.secret_key, keys.token)
        frame = wr.athena.read_sql_query(
            f"SELECT count(*) AS rows FROM {shop.domain.marts[0].name}",
            database=shop.names.database(shop.domain.name, "gold"),
            workgroup=shop.names.workgroup,
            ctas_approach=False,
            boto3_session=session,
        )
    assert frame["rows"][0] > 0


@pytest.mark.parametrize("layer", ["bronze", "silver", "quarantine"])
def test_query_of_an_analyst_on_another_layer_is_denied(shop: Lakehouse, clients: Any, layer: str) -> None:
    names, domain = shop.names, shop.domain.name
    database = names.database(domain, layer)
    denied = rf"Insufficient permissions .*role/{names.role(domain, 'analyst')} .*database/{database}"
    with pytest.raises(LocalCloudError, match=denied):
        run_query(
            clients("athena"),
            f"SELECT count(*) FROM {database}.{shop.domain.tables[0].name}",
            database=names.database(domain, "gold"),
            workgroup=names.workgroup,
        )


def test_query_of_an_analyst_on_files_of_another_layer_is_denied(shop: Lakehouse, clients: Any) -> None:
    """A table of gold whose data is elsewhere: the catalog allows it, S3 does not."""
    names, database = shop.names, shop.names.database(shop.domain.name, "gold")
    glue, mart = shop.cloud.client("glue"), shop.domain.marts[0].name
    described = glue.get_table(DatabaseName=database, Name=mart)["Table"]
    place = f"s3://{names.processed_bucket}/{layer_prefix('bronze', shop.domain.name, 'x')}"
    table = {
        "Name": "elsewhere",
        "StorageDescriptor": {**described["StorageDescriptor"], "Location": place},
    }
    glue.create_table(DatabaseName=database, TableInput=table)
    try:
        with pytest.raises(LocalCloudError, match=f"Permission denied on S3 path: {place}"):
            run_query(
                clients("athena"), "SELECT 1 FROM elsewhere", database=database, workgroup=names.workgroup
            )
    finally:
        glue.delete_table(DatabaseName=database, Name="elsewhere")


def test_steward_asks_quarantine_and_no_other_layer(shop: Lakehouse, steward: Any, clients: Any) -> None:
    names, domain, table = shop.names, shop.domain.name, shop.domain.tables[0].name
    quarantine, gold = (names.database(domain, layer) for layer in ("quarantine", "gold"))
    athena, group = steward("athena"), names.steward_workgroup
    counted = run_query(athena, f"SELECT count(*) FROM {table}", database=quarantine, workgroup=group)
    assert counted.columns == ("_col0",)
    with pytest.raises(LocalCloudError, match=f"Insufficient permissions .*database/{gold}"):
        run_query(athena, f"SELECT 1 FROM {shop.domain.marts[0].name}", database=gold, workgroup=group)
    with pytest.raises(ClientError, match="AccessDenied"):
        run_query(athena, "SELECT 1", database=quarantine, workgroup=names.workgroup)
    results = athena.get_work_group(WorkGroup=group)["WorkGroup"]["Configuration"]["ResultConfiguration"]
    bucket, _, prefix = results["OutputLocation"].removeprefix("s3://").partition("/")
    [first, *_] = steward("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    with pytest.raises(ClientError, match="AccessDenied"):
        clients("s3").get_object(Bucket=bucket, Key=first["Key"])


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
