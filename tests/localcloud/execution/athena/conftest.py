"""Tables that the tests of Athena query."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.localcloud.execution.conftest import DATABASE, LAKE, Cloud


@pytest.fixture(scope="package")
def typed(cloud: Cloud) -> Cloud:
    """A table with a column of each type: one row of values, one of nulls."""
    cloud.put_table(
        "typed",
        {
            "name": "string", "count": "int", "big": "bigint", "share": "double", "price": "decimal(18,2)",
            "paid": "boolean", "day": "date", "at": "timestamp", "tags": "array<string>",
        },
    )  # fmt: skip
    cloud.put_parquet(
        "typed/part.parquet",
        name=['a, "b"', None],
        count=([7, None], pa.int32()),
        big=[1 << 40, None],
        share=[0.25, None],
        price=([Decimal("12.30"), None], pa.decimal128(18, 2)),
        paid=[True, None],
        day=[dt.date(2025, 11, 30), None],
        at=([dt.datetime(2025, 11, 30, 23, 59, 58, 123456), None], pa.timestamp("us", tz="UTC")),
        tags=([["x", "y"], None], pa.list_(pa.string())),
    )
    return cloud


@pytest.fixture(scope="package")
def sales(cloud: Cloud) -> Cloud:
    """A table by month, with two registered partitions and a third that is not registered."""
    cloud.put_table("sales", {"id": "int", "price": "decimal(18,2)"}, {"year": "int", "month": "int"})
    for month, prices in ((1, ["1.00", "2.00"]), (2, ["4.00"]), (3, ["99.00"])):
        cloud.put_parquet(
            f"sales/year=2025/month={month}/part.parquet",
            id=(list(range(len(prices))), pa.int32()),
            price=([Decimal(price) for price in prices], pa.decimal128(18, 2)),
        )
    storage = cloud.client("glue").get_table(DatabaseName=DATABASE, Name="sales")["Table"][
        "StorageDescriptor"
    ]
    for month in (1, 2):
        location = f"s3://{LAKE}/sales/year=2025/month={month}/"
        cloud.client("glue").create_partition(
            DatabaseName=DATABASE,
            TableName="sales",
            PartitionInput={
                "Values": ["2025", str(month)],
                "StorageDescriptor": {**storage, "Location": location},
            },
        )
    return cloud
