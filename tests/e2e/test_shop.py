"""The shop's sample data in the deployed cloud: row counts, quarantine, answers, personal data."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo.report import LedgerReader
from lake.files.layers import LAYERS
from localcloud.client import named_queries
from localcloud.daemon import PROJECT
from tests.e2e.lakehouse import Lakehouse

MANIFEST = json.loads((PROJECT / "sample_data" / "manifests" / "ecommerce.json").read_text())


def test_every_row_of_the_sample_is_accounted_for(shop: Lakehouse) -> None:
    reader = LedgerReader(shop.cloud.client("s3"), shop.names.ledger_bucket, "ecommerce")
    accounts = {table.name: reader.account(table.name) for table in shop.domain.tables}

    assert {name: account["current"] for name, account in accounts.items()} == MANIFEST["silver"]
    assert {name: n for name, a in accounts.items() if (n := a["superseded"])} == MANIFEST["superseded"]
    assert {name: n for name, a in accounts.items() if (n := a["duplicate"])} == MANIFEST["duplicates"]


def test_bad_records_are_in_quarantine_with_their_failed_checks(shop: Lakehouse) -> None:
    expected = MANIFEST["quarantined"]["orders"]
    rows = shop.query(
        "SELECT name, count(*) FROM orders CROSS JOIN UNNEST(failed_checks) AS t(name) GROUP BY 1",
        layer="quarantine",
    )

    assert {name: int(count or 0) for name, count in rows} == expected


def test_every_question_has_an_answer(shop: Lakehouse) -> None:
    deployed = named_queries(shop.cloud.client("athena"), shop.names.workgroup)
    database = shop.names.database("ecommerce", "gold")
    for question in shop.domain.questions:
        for name in question.queries:
            assert shop.query(deployed[database, name]), f"question {question.number}: {name} has no rows"


def test_executions_are_logged_with_their_rows_and_costs(shop: Lakehouse) -> None:
    rows = shop.query(
        "SELECT flow, status, sum(rows_read) - sum(rows_bronze) - sum(rows_quarantined), "
        "sum(rows_read) > 0, min(seconds) > 0, min(predicted_usd) > 0 FROM pipeline_runs GROUP BY 1, 2"
    )

    assert ("batch", "OK", "0", "true", "true", "true") in rows
    assert {unaccounted for _, _, unaccounted, *_ in rows} == {"0"}


def test_gold_holds_no_personal_data(shop: Lakehouse) -> None:
    personal = {c.name for table in shop.domain.tables for c in table.columns if c.personal}
    database = shop.names.database("ecommerce", "gold")
    tables = shop.cloud.client("glue").get_tables(DatabaseName=database)["TableList"]

    assert personal == {"name", "email"}
    for table in tables:
        assert not personal & {column["Name"] for column in table["StorageDescriptor"]["Columns"]}


def catalog_type(found: pa.DataType) -> str:
    """Return the catalog's name of a file's type."""
    if pa.types.is_timestamp(found):
        return "timestamp" if (found.unit, found.tz) == ("us", "UTC") else str(found)
    if pa.types.is_decimal(found):
        return f"decimal({found.precision},{found.scale})"
    if pa.types.is_list(found):
        return f"array<{catalog_type(found.value_type)}>"
    if pa.types.is_map(found):
        return f"map<{catalog_type(found.key_type)},{catalog_type(found.item_type)}>"
    names = {"int32": "int", "int64": "bigint", "bool": "boolean", "date32[day]": "date"}
    return names.get(str(found), str(found))


@pytest.mark.parametrize("layer", LAYERS)
def test_files_are_written_as_the_catalog_says(shop: Lakehouse, layer: str) -> None:
    database = shop.names.database("ecommerce", layer)
    compared = set()
    for table in shop.cloud.client("glue").get_tables(DatabaseName=database)["TableList"]:
        storage = table["StorageDescriptor"]
        bucket, _, prefix = storage["Location"].removeprefix("s3://").partition("/")
        folder = shop.cloud.context.bucket_dir(bucket) / prefix
        for path in folder.rglob("*.parquet"):
            file = pq.ParquetFile(path)
            columns = {field.name: catalog_type(field.type) for field in file.schema_arrow}
            assert columns == {column["Name"]: column["Type"] for column in storage["Columns"]}, path
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            codecs = {group.column(number).compression for group in groups for number in range(len(columns))}
            assert codecs <= {table["Parameters"]["parquet.compression"]}, path
            compared.add(table["Name"])
    published = {mart.name for mart in shop.domain.published_marts}
    tables = {each.name for each in shop.domain.tables}
    assert compared == {"gold": published, "quarantine": compared & tables}.get(layer, tables)
    assert compared
