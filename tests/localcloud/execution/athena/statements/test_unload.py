"""UNLOAD writes a query's rows as Parquet."""

from __future__ import annotations

import io

import pyarrow.parquet as pq
import pytest

from tests.localcloud.execution.athena.client import failure, start, wait_for
from tests.localcloud.execution.conftest import LAKE, Cloud


def test_rows_are_written_once(sales: Cloud) -> None:
    rows = "SELECT month, price FROM sales WHERE month = 1"
    sql = f"UNLOAD ({rows}) TO 's3://{LAKE}/out/' WITH (format = 'PARQUET')"
    assert wait_for(sales, start(sales, sql))["Status"]["State"] == "SUCCEEDED"

    [found] = sales.client("s3").list_objects_v2(Bucket=LAKE, Prefix="out/")["Contents"]
    body = sales.client("s3").get_object(Bucket=LAKE, Key=found["Key"])["Body"].read()
    assert pq.read_table(io.BytesIO(body)).to_pydict()["month"] == [1, 1]
    assert "HIVE_PATH_ALREADY_EXISTS" in failure(sales, sql)


@pytest.mark.parametrize(
    "options", ["format = 'TEXTFILE'", "format = 'PARQUET', partitioned_by = ARRAY['month']"]
)
def test_other_forms_are_refused_by_name(sales: Cloud, options: str) -> None:
    reason = failure(sales, f"UNLOAD (SELECT 1 AS one) TO 's3://{LAKE}/other/' WITH ({options})")

    assert "not supported locally" in reason
