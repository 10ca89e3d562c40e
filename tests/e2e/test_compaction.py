"""The deployed pipeline merges the small files that a stream wrote, in its role."""

from __future__ import annotations

import json
from pathlib import Path

from glue_jobs.ledger.compaction_log import Compaction, Compactions, commit
from glue_jobs.runtime.store import S3Store
from lake import naming
from tests.e2e.lakehouse import Lakehouse

TABLE = "readings"
FILES = 16
"""Small files in a past month that are merged."""


def reading(number: int, day: str) -> str:
    row = {"reading_id": f"c{number}", "read_at": f"{day}T12:00:00Z", "meter_id": "m1", "kwh": 1}
    return json.dumps(row) + "\n"


def entry(name: str, *replaced: str) -> Compaction:
    return Compaction(
        compaction_id=name, table=TABLE, year=2019, month=12, replaced=replaced, rows=0, execution="earlier"
    )


def test_small_files_of_a_past_month_are_merged(meters: Lakehouse, tmp_path: Path) -> None:
    """Of the compactions before, one has replaced the other, whose entry is then deleted."""
    store, bucket = S3Store(meters.cloud.client("s3")), meters.names.ledger_bucket
    replaced, kept = entry("c-0001", "s-0000-00000000"), entry("c-0002", "c-0001")
    for earlier in (replaced, kept):
        commit(store, bucket, "meters", earlier)
    files = {f"{TABLE}/small{n}.jsonl": reading(n, "2020-01-05") for n in range(FILES)}
    meters.drop(tmp_path, {**files, f"{TABLE}/next.jsonl": reading(FILES, "2020-02-05")})

    meters.cloud.client("glue").start_job_run(
        JobName=meters.names.job("meters", naming.stream_job(TABLE)),
        Arguments={"--max_files_per_trigger": "1"},
    )
    meters.cloud.wait_idle()
    meters.start()
    meters.cloud.wait_idle()

    assert meters.executions()[0] == "SUCCEEDED", meters.notifications()[-1]
    entries = Compactions.read(store, bucket, "meters", TABLE).entries
    [merged] = [each for each in entries if each.compaction_id != kept.compaction_id]
    assert (merged.year, merged.month, merged.rows, len(merged.replaced)) == (2020, 1, FILES, FILES)
    january = meters.cloud.client("glue").get_partitions(
        DatabaseName=meters.names.database("meters", "bronze"),
        TableName=TABLE,
        Expression="year = 2020 AND month = 1",
    )["Partitions"]
    assert [partition["Values"][0] for partition in january] == [merged.compaction_id]
