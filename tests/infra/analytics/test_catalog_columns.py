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


def test_lines_take_their_month_from_the_order_so_bronze_has_none_and_silver_has() -> None:
    assert keys("bronze", "order_items") == [("batch", "string")]
    assert keys("silver", "order_items") == [("year", "int"), ("month", "int")]


def test_masters_are_flat_in_silver() -> None:
    assert keys("silver", "customers") == []


def test_bronze_adds_where_a_row_came_from() -> None:
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


def test_quarantine_looks_the_same_for_every_table() -> None:
    assert columns("quarantine", "orders") == columns("quarantine", "customers")
    assert columns("quarantine", "orders")["failed_checks"] == "array<string>"


def test_every_table_has_three_layers_and_every_mart_one() -> None:
    for domain in load_domains():
        assert len(catalog_tables(domain)) == 3 * len(domain.tables) + len(domain.published_marts)


def test_the_catalog_declares_what_the_jobs_write(spark: SparkSession) -> None:
    def spelled(schema: StructType) -> dict[str, str]:
        return {field.name: field.dataType.simpleString() for field in schema.fields}

    for domain in load_domains():
        written = {
            **{("bronze", table.name): spelled(bronze_schema(table)) for table in domain.tables},
            **{("silver", table.name): spelled(silver_schema(table)) for table in domain.tables},
            **{("gold", mart.name): spelled(mart_schema(mart)) for mart in domain.published_marts},
        }
        for table in catalog_tables(domain):
            if table.layer != "quarantine":
                declared = {column.name: column.type for column in (*table.columns, *table.partition_keys)}
                assert declared == written[table.layer, table.name]
