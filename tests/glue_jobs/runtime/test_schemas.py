"""Schemas of the toy domain's tables in each layer."""

from __future__ import annotations

import pytest
from pyspark.sql import types as T

from glue_jobs.runtime.schemas import bronze_schema, mart_schema, silver_columns, silver_schema
from lake.model.discovery import load_domain
from lake.model.spec import Domain

LINEAGE = (
    "extra:map<string,string>,quality_flags:array<string>,ingest_ts:timestamp,source_file:string,"
    "source_row:bigint,source_rank:string,batch_id:string"
)
MAKERS = "maker_id:bigint,name:string,country:string"
SALES = "sale_id:bigint,maker_id:bigint,sold_on:date,amount:decimal(18,2),channel:string"
PARTS = "sale_id:bigint,label:string,units:int"


@pytest.fixture
def domain(toy: str) -> Domain:
    return load_domain(toy)


def written(schema: T.StructType) -> str:
    return schema.simpleString().removeprefix("struct<").removesuffix(">")


def test_bronze_has_lineage_and_is_partitioned_by_batch_and_month(domain: Domain) -> None:
    assert written(bronze_schema(domain.table("makers"))) == f"{MAKERS},{LINEAGE},batch:string"
    expected = f"{SALES},{LINEAGE},batch:string,year:int,month:int"
    assert written(bronze_schema(domain.table("sales"))) == expected


def test_bronze_of_a_table_with_its_parents_month_has_no_month(domain: Domain) -> None:
    assert written(bronze_schema(domain.table("parts"))) == f"{PARTS},{LINEAGE},batch:string"


def test_silver_has_flags_and_is_partitioned_by_month(domain: Domain) -> None:
    flags = "quality_flags:array<string>"
    assert written(silver_schema(domain.table("makers"))) == f"{MAKERS},{flags}"
    assert written(silver_schema(domain.table("sales"))) == f"{SALES},{flags},year:int,month:int"
    assert written(silver_schema(domain.table("parts"))) == f"{PARTS},{flags},year:int,month:int"
    assert silver_columns(domain.table("parts")) == ("sale_id", "label", "units", "quality_flags")


@pytest.mark.parametrize(
    ("mart", "keys"),
    [("sales_enriched", ["year", "month"]), ("revenue_by_month", ["year"]), ("maker_totals", [])],
)
def test_mart_has_its_declared_columns_and_partition_keys(domain: Domain, mart: str, keys: list[str]) -> None:
    schema = mart_schema(domain.mart(mart))
    assert schema.names == [*(column.name for column in domain.mart(mart).columns), *keys]
    assert all(schema[key].dataType == T.IntegerType() for key in keys)
