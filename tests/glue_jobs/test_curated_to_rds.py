"""The job loads the shop: after any history the tables in MySQL equal silver and gold, row for row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyspark.sql import SparkSession

from glue_jobs import curated_to_rds
from glue_jobs.relational import staging
from glue_jobs.relational.args import RelationalArguments
from glue_jobs.relational.connection import Access, Connection, connect, rows
from glue_jobs.relational.errors import RelationalError, UnreachableError
from glue_jobs.relational.parts import TextParts
from lake import naming
from lake.model.relational.schema import RelationalSchema, relational_schemas
from lake.naming.relational import LOADS, contents_key
from localcloud.database.mariadb import MariaDB
from tests.fakes import KilledError
from tests.pipeline import Pipeline

NOW = datetime(2026, 1, 1, tzinfo=UTC)

ORDERS = (
    "order_id,customer_id,order_time,payment_method,discount_pct,subtotal_usd,total_usd,country,device,"
    "source\n"
)
ITEMS = "order_id,product_id,unit_price_usd,quantity,line_total_usd\n"
REVIEWS = "review_id,order_id,product_id,rating,review_text,review_time\n"

FIRST = {
    "customers.csv": (
        "customer_id,name,email,country,age,signup_date,marketing_opt_in\n"
        "1,Ann,ann@example.org,SE,30,2024-01-31,True\n"
        "2,Bo,bo@example.org,,,2024-02-01,False\n"
    ),
    "products.csv": (
        "product_id,category,name,price_usd,cost_usd,margin_usd\n"
        '1,Books,"Atlas, 😀",20.00,12.00,8.00\n2,,Kite,10.00,11.00,-1.00\n'
    ),
    "orders.csv": (
        f"{ORDERS}1,1,2025-10-01T08:30:00.123456,card,10,50.00,45.00,SE,mobile,organic\n"
        "2,2,2025-10-31T23:59:59,paypal,,10.00,10.00,NO,,paid\n"
    ),
    "d/order_items_2.csv": f"{ITEMS}1,2,10.00,1,10.00\n9,1,20.00,1,20.00\n",
    "d/order_items_1.csv": f"{ITEMS}1,1,20.00,2,40.00\n2,2,10.00,1,10.00\n1,1,20.00,2,40.00\n",
    "sessions.csv": (
        "session_id,customer_id,start_time,device,source,country\n1,1,2025-11-01T09:00:00,mobile,organic,SE\n"
    ),
    "events.csv": (
        "event_id,session_id,timestamp,event_type,product_id,qty,cart_size,payment,discount_pct,amount_usd\n"
        "1,1,2025-11-01T09:00:00,page_view,1.0,,,,,\n2,1,2025-11-01T09:05:00,purchase,,,,card,0.0,20.00\n"
    ),
    "reviews.csv": (
        f'{REVIEWS}1,1,1,5,"tab\there, back\\slash\nand a line",2025-11-01\n2,2,2,1,\\N,2025-11-02\n'
    ),
}
SECOND = {
    # Order 2 moves to November, and its lines are replaced; order 9 comes after its line; a review is fixed.
    "month=11/orders.csv": (
        f"{ORDERS}2,2,2025-11-01T00:00:00,paypal,0,20.00,20.00,NO,tv,paid\n"
        "9,9,2025-11-02T00:00:00,cod,0,20.00,20.00,NO,tablet,paid\n"
        "8,2,0500-11-02T00:00:00,cod,0,1.00,1.00,NO,tablet,paid\n"
    ),
    "month=11/order_items.csv": f"{ITEMS}2,1,20.00,1,20.00\n2,1,20.00,1,20.00\n",
    # A correction of review 1 that is quarantined changes nothing.
    "month=11/reviews.csv": (
        f"{REVIEWS}2,2,2,2,better,2025-11-02\n3,2,2,7,out of range,2025-11-02\n1,1,1,9,worse,2025-11-03\n"
    ),
    # A customer who comes after his order.
    "month=11/customers.csv": (
        "customer_id,name,email,country,age,signup_date,marketing_opt_in\n9,Cy,,NO,40,2025-11-02,True\n"
    ),
}


class Shop:
    """The shop's pipeline and its relational copy."""

    def __init__(self, pipeline: Pipeline, server: MariaDB) -> None:
        self.pipeline = pipeline
        self._server = server
        self.domain = pipeline.domain

    def connect(self) -> Connection:
        authorities = self._server.tls.authority.read_text()
        access = Access(
            host="127.0.0.1",
            port=self._server.port,
            user="admin",
            password="se'cret",
            authorities=authorities,
        )
        return connect(access, self.domain.name)

    def load(self, *personal: str, full_refresh: bool = False) -> dict[str, Any]:
        """Run the job; return its summary."""
        args = RelationalArguments(
            job=self.pipeline.args(full_refresh=full_refresh), secret="s", region="r", personal=personal
        )
        return curated_to_rds.run(self.pipeline.spark, self.pipeline.store, args, self.connect, NOW)

    def mysql(self, schema: RelationalSchema) -> list[tuple[Any, ...]]:
        """Return a table's rows in MySQL."""
        connection = self.connect()
        names = ", ".join(f"`{field.name}`" for field in schema.fields)
        found = rows(connection, f"SELECT {names} FROM `{schema.name}`")
        connection.close()
        return sorted(found, key=repr)

    def lake(self, schema: RelationalSchema) -> list[tuple[Any, ...]]:
        """Return the rows of the silver table or mart."""
        bucket = "curated" if schema.layer == "gold" else "processed"
        prefix = naming.layer_prefix(schema.layer, self.domain.name, schema.name)
        folder = self.pipeline.root / bucket / prefix
        names = ", ".join(
            f"CAST({f.name} AS {'TIMESTAMP' if f.type == 'timestamp' else 'TINYINT'})"
            if f.type in ("timestamp", "boolean")
            else f.name
            for f in schema.fields
        )
        if not list(folder.rglob("*.parquet")):
            return []
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            query = f"SELECT {names} FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = false)"
            return sorted(connection.execute(query).fetchall(), key=repr)

    def differences(self) -> list[str]:
        """Return the tables that differ, apart from rows with a date before the year 1000."""
        found = []
        for schema in relational_schemas(self.domain):
            wanted = [
                row
                for row in self.lake(schema)
                if not any(isinstance(value, date) and value.year < 1000 for value in row)
            ]
            if self.mysql(schema) != wanted:
                found.append(schema.name)
        return found


@pytest.fixture
def shop(spark: SparkSession, server: MariaDB, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(Pipeline(spark, tmp_path / "buckets", "ecommerce"), server)
    yield made
    connection = made.connect()
    rows(connection, f"DROP DATABASE {made.domain.name}")
    connection.close()


def test_tables_in_mysql_follow_silver_and_gold(shop: Shop) -> None:
    shop.pipeline.drop(FIRST)
    shop.pipeline.run()
    # Path 1 of the delivery comes before path 2, and equal lines have numbers of their own.
    assert shop.pipeline.rows("silver", "order_items", "order_id", "line_no", "product_id") == [
        ("1", "1", "1"), ("1", "2", "1"), ("1", "3", "2"), ("2", "1", "2"), ("9", "1", "1"),
    ]  # fmt: skip
    first = shop.load()
    assert shop.differences() == []
    assert (first["status"], first["tables"]["order_items"]["inserted"]) == ("PUBLISHED", 5)
    assert [name for name in shop.pipeline.root.rglob("*.txt") if "relational" in str(name)] == []

    again = shop.load()
    assert (again["status"], again["tables"]) == ("NOTHING_TO_DO", {})

    shop.pipeline.drop(SECOND)
    shop.pipeline.run()
    # A run that dies before it cleans up leaves its text: the next run of the same execution has its own.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TextParts, "clean", lambda parts: None)
        patched.setattr(staging, "verify", _die)
        with pytest.raises(KilledError):
            shop.load()
    assert [name for name in shop.pipeline.root.rglob("*.txt") if "relational" in str(name)] != []
    second = shop.load()
    assert shop.differences() == []
    refused = {"orders 0500-11": 1, "sales_by_month 0500": 1, "sales_by_week all": 1}
    assert (second["status"], second["refused"]) == ("PARTIAL", refused)
    assert "3 rows have dates before the year 1000" in second["message"]
    assert second["tables"]["order_items"] == {"deleted": 0, "updated": 2, "inserted": 1}

    # What is remembered of files saves time only.
    shop.pipeline.store.delete("processed", [contents_key("ecommerce")])
    assert shop.load()["tables"] == {}

    # Personal data comes on request, and a row that was changed by hand is put right by a full refresh.
    connection = shop.connect()
    rows(connection, "UPDATE products SET name = 'x' WHERE product_id = 1")
    named = shop.load("customers.email", full_refresh=True)
    assert named["tables"]["products"] == {"deleted": 0, "updated": 1, "inserted": 0}
    assert rows(connection, "SELECT email FROM customers ORDER BY 1") == [
        (None,),
        ("ann@example.org",),
        ("bo@example.org",),
    ]
    with pytest.raises(RelationalError, match="customers: column email is not declared"):
        shop.load()
    assert rows(connection, f"SELECT COUNT(*) FROM {LOADS} WHERE table_name = 'orders'") == [(3,)]
    connection.close()


def _die(*_: object) -> None:
    raise KilledError("staging is checked")


def test_a_database_that_is_away_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.connect().close()

    def away() -> Connection:
        raise UnreachableError("the server does not answer", where="db")

    with monkeypatch.context() as patched:
        patched.setattr(shop, "connect", away)
        with pytest.raises(UnreachableError):
            shop.load()
