"""A query runs within the limits of its workgroup."""

from __future__ import annotations

import os

from tests.localcloud.execution.athena.client import OUTPUT, query, start, wait_for
from tests.localcloud.execution.conftest import Cloud


def test_query_beyond_the_scan_limit_is_cancelled(cloud: Cloud) -> None:
    cloud.put_table("heavy", {"noise": "binary"})
    cloud.put_parquet("heavy/part.parquet", noise=[os.urandom(11_000_000)])
    cloud.client("athena").create_work_group(
        Name="frugal",
        Configuration={"ResultConfiguration": OUTPUT, "BytesScannedCutoffPerQuery": 10_000_000},
    )

    status = wait_for(cloud, start(cloud, "SELECT count(DISTINCT noise) FROM heavy", WorkGroup="frugal"))[
        "Status"
    ]

    assert status["State"] == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in status["StateChangeReason"]
    assert query(cloud, "SELECT count(DISTINCT noise) FROM heavy") == [["1"]]
