"""Both jobs on the domain `ecommerce`: literal rows, and a generated history against a DuckDB reference."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import duckdb
import pytest
from pyspark.sql import SparkSession

from bench.reference.program import reference
from domains.ecommerce.sample import Manifest, generate
from lake.model.spec import Mart
from tests.pipeline import Pipeline, Rows

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

OCTOBER = {
    "customers.csv": (
        "customer_id,name,email,country,age,signup_date,marketing_opt_in\n"
        "1,Ann,ann@example.org,SE,30,2024-01-31,True\n"
        '2,"Bo ""B"" Berg",bo@example.org,NO,17,2024-02-01,False\n'
    ),
    "products.csv": (
        "product_id,category,name,price_usd,cost_usd,margin_usd\n"
        '1,Books,"Atlas, large",20.00,12.00,8.00\n'
        "2,Toys,Kite,10.00,11.00,-1.00\n"
    ),
    "orders.csv": (
        "order_id,customer_id,order_time,payment_method,discount_pct,subtotal_usd,total_usd,country,device,source\n"
        "1,1,2025-10-01T08:30:00,card,10,50.00,45.00,SE,mobile,organic\n"
        "2,2,2025-10-31T23:59:59,paypal,,10.00,10.00,NO,desktop,paid\n"
        "3,1,2025-10-31T12:00:00,card,0,-1.00,1.00,SE,mobile,organic\n"
    ),
    "order_items.csv": (
        "order_id,product_id,unit_price_usd,quantity,line_total_usd\n"
        "1,1,20.00,2,40.00\n1,2,10.00,1,10.00\n2,2,10.00,1,10.00\n"
    ),
}
NOVEMBER = {
    "month=11/orders_november.csv": (
        "order_id,customer_id,order_time,payment_method,discount_pct,subtotal_usd,total_usd,country,device,source\n"
        "2,2,2025-11-01T00:00:00,paypal,0,20.00,20.00,NO,desktop,paid\n"
        "4,9,2025-11-02T10:00:00,cod,0,5.00,5.00,,tv,direct\n"
    ),
    "month=11/order_items_november.csv": (
        "order_id,product_id,unit_price_usd,quantity,line_total_usd\n2,1,20.00,1,20.00\n"
    ),
    "month=11/sessions_11.csv": (
        "session_id,customer_id,start_time,device,source,country\n1,1,2025-11-01T09:00:00,mobile,organic,SE\n"
    ),
    "month=11/events_2025_11.csv": (
        "event_id,session_id,timestamp,event_type,product_id,qty,cart_size,payment,discount_pct,amount_usd\n"
        "1,1,2025-11-01T09:00:00,page_view,1.0,,,,,\n"
        "2,1,2025-11-01T09:05:00,purchase,,,,card,0.0,20.00\n"
        "3,7,2025-11-01T09:06:00,page_view,2.0,,,,,\n"
    ),
}


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Publish October, then November with a moved order and replaced lines. Tests must not change it."""
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("shop") / "buckets", "ecommerce")
    for month in (OCTOBER, NOVEMBER):
        pipeline.drop(month)
        pipeline.run()
    return pipeline


MARTS: dict[str, tuple[str, Rows]] = {
    "sales_by_month": (
        "order_month revenue_usd orders customers avg_order_value units gross_profit_usd",
        [
            ("2025-10-01", "45.00", "1", "1", "45.000000", "3", "15.00"),
            ("2025-11-01", "25.00", "2", "2", "12.500000", "1", "8.00"),
        ],
    ),
    "sales_by_week": (
        "week_start device revenue_usd orders",
        [
            ("2025-09-29", "mobile", "45.00", "1"),
            ("2025-10-27", "desktop", "20.00", "1"),
            ("2025-10-27", "tv", "5.00", "1"),
        ],
    ),
    "fact_orders_enriched": (
        "order_id order_date discount_pct lines units gross_profit_usd age_band customer_country",
        [
            ("1", "2025-10-01", "10.00", "2", "3", "15.00", "25-34", "SE"),
            ("2", "2025-11-01", "0.00", "1", "1", "8.00", None, "NO"),
            ("4", "2025-11-02", "0.00", None, None, None, None, None),
        ],
    ),
    "fact_order_items_enriched": (
        "order_id product_name net_line_total_usd unit_profit_usd order_date",
        [
            ("1", "Atlas, large", "36.00", "8.00", "2025-10-01"),
            ("1", "Kite", "9.00", "-1.00", "2025-10-01"),
            ("2", "Atlas, large", "20.00", "8.00", "2025-11-01"),
        ],
    ),
    "funnel_by_month": (
        "step events sessions step_conversion drop_off overall_conversion",
        [
            ("page_view", "2", "2", None, None, "1.000000"),
            ("purchase", "1", "1", "0.500000", "0.500000", "0.500000"),
        ],
    ),
    "customer_rfm": (
        "customer_id last_order_date recency_days frequency monetary_usd",
        [
            ("1", "2025-10-01", "33", "1", "45.00"),
            ("2", "2025-11-01", "2", "1", "20.00"),
            ("9", "2025-11-02", "1", "1", "5.00"),
        ],
    ),
    "top_products_month": (
        "order_month product_id revenue_usd revenue_rank",
        [
            ("2025-10-01", "1", "40.00", "1"),
            ("2025-10-01", "2", "10.00", "2"),
            ("2025-11-01", "1", "20.00", "1"),
        ],
    ),
    "product_ratings": (
        "",
        [],
    ),
}


@pytest.mark.parametrize("mart", MARTS)
def test_two_months_are_published_with_exact_rows(shop: Pipeline, mart: str) -> None:
    columns, rows = MARTS[mart]
    assert shop.rows("gold", mart, *columns.split()) == rows


def test_published_tables_equal_a_full_refresh(shop: Pipeline) -> None:
    assert shop.published() == shop.refreshed()


@pytest.fixture(scope="module")
def generated(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Pipeline, Manifest, duckdb.DuckDBPyConnection]:
    """Generate a small shop with all kinds of faults and publish it in two batches of one upload call.

    Return the pipeline, the generator's manifest, and a DuckDB connection with the reference's marts.
    """
    folder = tmp_path_factory.mktemp("generated")
    manifest = generate(folder / "landing", scale=0.02, start="2025-08", months=5)
    paths = [path for path in sorted((folder / "landing").rglob("*")) if path.is_file()]
    files = {path.relative_to(folder / "landing").as_posix(): path.read_bytes() for path in paths}
    pipeline = Pipeline(spark, folder / "buckets", "ecommerce")
    first = [path for path in files if "/" not in path]
    for part in (first, [path for path in files if path not in first]):
        pipeline.drop({path: files[path] for path in part}, at=NOON)
        pipeline.run()
    connection = duckdb.connect()
    reference(pipeline.domain, folder / "landing", connection)
    return pipeline, manifest, connection


Generated = tuple[Pipeline, Manifest, duckdb.DuckDBPyConnection]


def test_every_mart_equals_the_duckdb_reference(generated: Generated) -> None:
    pipeline, _, connection = generated
    assert [mart.name for mart in pipeline.domain.marts if difference(pipeline, connection, mart)] == []


def difference(
    pipeline: Pipeline, connection: duckdb.DuckDBPyConnection, mart: Mart
) -> Counter[tuple[str, ...]]:
    """Return the rows that only one of pipeline and reference has."""
    # Parquet's timestamps are instants, those of the reference have no zone: both are compared in UTC.
    names = [
        f"CAST({column.name} AS TIMESTAMP)" if column.type == "timestamp" else column.name
        for column in mart.columns
    ]
    cells = ", ".join(f"CAST({name} AS VARCHAR)" for name in names)
    wanted = Counter(connection.execute(f"SELECT {cells} FROM {mart.name}").fetchall())
    found = Counter(pipeline.rows("gold", mart.name, *names))
    assert wanted, f"the reference of {mart.name} is empty: the comparison would prove nothing"
    return (wanted - found) + (found - wanted)


def test_rejected_files_and_rows_are_as_the_generator_expects(generated: Generated) -> None:
    pipeline, manifest, _ = generated
    entries = [entry for batch in pipeline.view().batches for entry in batch.files]
    rejected = {"/".join(entry.key.split("/")[3:]) for entry in entries if entry.status == "rejected"}
    assert rejected == set(manifest.rejected_files)
    read: Counter[str] = Counter()
    bronze: Counter[str] = Counter()
    for entry in entries:
        if entry.status == "ingested":
            read[entry.table] += entry.rows_read
            bronze[entry.table] += entry.rows_bronze
    assert read == manifest.rows
    assert bronze == Counter(manifest.bronze)
    silver = {table.name: len(pipeline.rows("silver", table.name)) for table in pipeline.domain.tables}
    assert silver == manifest.silver


def test_every_check_fails_as_often_as_the_generator_expects(generated: Generated) -> None:
    pipeline, manifest, _ = generated
    for table in pipeline.domain.tables:
        rows = pipeline.rows("quarantine", table.name, "failed_checks")
        fired = Counter(check for (checks,) in rows for check in checks.strip("[]").split(", "))
        del fired["file.header"]
        assert fired == manifest.quarantined.get(table.name, Counter())


def test_personal_data_is_not_in_gold(generated: Generated) -> None:
    pipeline, _, _ = generated
    personal = {
        column.name for table in pipeline.domain.tables for column in table.columns if column.personal
    }
    assert personal == {"name", "email"}
    gold = {column.name for mart in pipeline.domain.marts for column in mart.columns}
    assert not personal & gold
