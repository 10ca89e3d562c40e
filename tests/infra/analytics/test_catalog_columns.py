"""Columns and partition keys of the catalog tables in each layer."""

from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from glue_jobs.runtime.schemas import bronze_schema, mart_schema, silver_schema
from infra.analytics.catalog_columns import catalog_tables
from lake.model.discovery import load_domain, load_domains


def keys(layer: str, table: str) -> list[tuple[str, str]]:
    found = next(t for t in catalog_tables(load_domain("ecommerce")) if (t.layer, t.name) == (layer, table))
    return [(key.name, key.type) for key in found.partition_keys]


def columns(layer: str, table: str) -> dict[str, str]:
    found = next(t for t in catalog_tables(load_domain("ecommerce")) if (t.layer, t.name) == (layer, table))
    return {column.name: column.type for column in found.columns}


def test_bronze_is_partitioned_by_batch_and_by_month_where_rows_have_a_date() -> None:
    assert keys("bronze", "orders") == [("batch", "string"), ("year", "int"), ("month", "int")]
    assert keys("bronze", "customers") == [("batch", "string")]


def test_order_items_are_partitioned_by_the_month_of_their_order_in_silver_only() -> None:
    assert keys("bronze", "order_items") == [("batch", "string")]
    assert keys("silver", "order_items") == [("year", "int"), ("month", "int")]


def test_master_data_has_no_partitions_in_silver() -> None:
    assert keys("silver", "customers") == []


def test_bronze_adds_columns_on_the_origin_of_a_row() -> None:
    declared = {column.name: column.type for column in load_domain("ecommerce").table("orders").columns}
    assert columns("bronze", "orders") == {
        **declared,
        "extra": "map<string,string>",
        "quality_flags": "array<string>",
        "ingest_ts": "timestamp",
        "source_file": "string",
        "source_row": "bigint",
        "source_rank": "string",
        "batch_id": "string",
    }


def test_quarantine_has_the_same_columns_for_every_table() -> None:
    assert columns("quarantine", "orders") == columns("quarantine", "customers")
    assert columns("quarantine", "orders")["failed_checks"] == "array<string>"


def test_every_table_has_three_layers_and_every_mart_one() -> None:
    for domain in load_domains():
        assert len(catalog_tables(domain)) == 3 * len(domain.tables) + len(domain.published_marts)


def test_catalog_declares_the_columns_that_the_jobs_write(spark: SparkSession) -> None:
    def types(schema: StructType) -> dict[str, str]:
        return {field.name: field.dataType.simpleString() for field in schema.fields}

    for domain in load_domains():
        written = {
            **{("bronze", table.name): types(bronze_schema(table)) for table in domain.tables},
            **{("silver", table.name): types(silver_schema(table)) for table in domain.tables},
            **{("gold", mart.name): types(mart_schema(mart)) for mart in domain.published_marts},
        }
        for table in catalog_tables(domain):
            if table.layer != "quarantine":
                declared = {column.name: column.type for column in (*table.columns, *table.partition_keys)}
                assert declared == written[table.layer, table.name]
