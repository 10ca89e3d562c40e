"""The catalog through the Athena API, and calls about several executions."""

from __future__ import annotations

import warnings
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.localcloud.execution.athena.client import start, wait_for
from tests.localcloud.execution.conftest import DATABASE, RESULTS, Cloud

CATALOG = "AwsDataCatalog"


def test_databases_are_those_of_the_catalog(sales: Cloud) -> None:
    found = sales.client("athena").list_databases(CatalogName=CATALOG)["DatabaseList"]

    assert DATABASE in [database["Name"] for database in found]
    assert (
        sales.client("athena").get_database(CatalogName=CATALOG, DatabaseName=DATABASE)["Database"]["Name"]
        == DATABASE
    )


def test_tables_have_columns_and_keys(sales: Cloud) -> None:
    client = sales.client("athena")
    table = client.get_table_metadata(CatalogName=CATALOG, DatabaseName=DATABASE, TableName="sales")[
        "TableMetadata"
    ]

    assert table["Columns"][1] == {"Name": "price", "Type": "decimal(18,2)"}
    assert [key["Name"] for key in table["PartitionKeys"]] == ["year", "month"]
    listed = client.list_table_metadata(CatalogName=CATALOG, DatabaseName=DATABASE, Expression="sal.*")
    assert [found["Name"] for found in listed["TableMetadataList"]] == ["sales"]
    with pytest.raises(ClientError, match="MetadataException"):
        client.get_table_metadata(CatalogName=CATALOG, DatabaseName=DATABASE, TableName="absent")


def test_several_executions_are_described_and_unknown_ones_named(sales: Cloud) -> None:
    identifier = start(sales, "SELECT 1")
    wait_for(sales, identifier)

    answer = sales.client("athena").batch_get_query_execution(QueryExecutionIds=[identifier, "none"])
    assert [found["Status"]["State"] for found in answer["QueryExecutions"]] == ["SUCCEEDED"]
    assert answer["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == "none"


def test_awswrangler_describes_a_table(sales: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sales.context.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", sales.context.region)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own and pandas' deprecations
        import awswrangler as wr

        keys: dict[str, Any] = dict(sales.context.credentials())
        frame = wr.athena.describe_table(
            "sales",
            database=DATABASE,
            s3_output=f"s3://{RESULTS}/wrangler/",
            boto3_session=boto3.Session(**keys),
        )

    assert list(frame["Column Name"]) == ["id", "price", "year", "month"]
    assert list(frame["Partition"]) == [False, False, True, True]
    assert list(frame["Type"]) == ["int", "decimal(18,2)", "int", "int"]


def test_glue_calls_that_no_one_serves_answer_as_the_api(sales: Cloud) -> None:
    glue = sales.client("glue")

    assert glue.get_crawler_metrics()["CrawlerMetricsList"] == []
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_job_bookmark(JobName="any")


def test_columns_have_no_statistics(sales: Cloud) -> None:
    answer = sales.client("glue").get_column_statistics_for_table(
        DatabaseName=DATABASE, TableName="sales", ColumnNames=["id"]
    )

    assert answer["ColumnStatisticsList"] == []
