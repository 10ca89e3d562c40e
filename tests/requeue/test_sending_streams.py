"""Records of a stream go back as JSON lines."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from glue_jobs.ledger.ledger import Batch, BatchStatus, Ledger
from lake import naming
from tests.pipeline import Pipeline
from tests.requeue.command_line import CommandLine, refused, sent

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BROKEN, NEGATIVE = '{"event_id": "e1", "value', '{"event_id": "é2", "value": -1}'


def test_records_of_a_stream_go_back_as_lines(account: S3Client, tmp_path: Path) -> None:
    """They rank by their content, so that neither file nor place matters."""
    command_line = CommandLine(a_stream(tmp_path / "buckets"), account)
    broken, negative = (command_line.id_of(text) for text in (BROKEN, NEGATIVE))
    table = ("--table", "usage_events")
    assert "the line is malformed" in refused(command_line, "send", *table, "--record", broken)
    assert command_line.run("list", *table, "--to", tmp_path / "lines.jsonl").exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "lines.jsonl").read_text().splitlines()]
    assert [line["record"] for line in lines] == [BROKEN, NEGATIVE]
    fixed = tmp_path / "fixed.jsonl"
    fixed.write_text(
        json.dumps({"record_id": broken, "record": '{"event_id": "e1"}'})
        + "\n\n"
        + json.dumps(
            {"record_id": negative[:8], "record": {"event_id": "é2", "value": 1}}, ensure_ascii=False
        )
    )
    sent(command_line, *table, "--corrected", fixed)
    [key] = [key for key in command_line.keys("raw") if "/requeued/" in key]
    assert key.startswith("cloud_provider/usage_events/")
    assert key.endswith("/part.jsonl")
    body = command_line.pipeline.store.read("raw", key).decode()
    assert body == '{"event_id": "e1"}\n{"event_id": "é2", "value": 1}\n'
    assert [each["requeued"] for each in command_line.records()] == [True, True]


def a_stream(root: Path) -> Pipeline:
    """Two quarantined events of one gzipped file, as the streaming job leaves them."""
    pipeline = Pipeline(None, root, "cloud_provider")  # type: ignore[arg-type]
    key = "cloud_provider/usage_events/0123456789ab/usage_events/part.jsonl.gz"
    pipeline.store.write("raw", key, gzip.compress(f"{BROKEN}\n{NEGATIVE}\n".encode()))
    batch = Batch(
        batch_id="s-0001-00000000", domain="cloud_provider", execution="x", status=BatchStatus.COMMITTED,
        committed_at="2026-01-01T00:00:00+00:00", files=(),
    )  # fmt: skip
    Ledger(pipeline.store, "processed", "cloud_provider").commit(batch)
    records = [
        {
            "record_id": hashlib.sha256(text.encode()).hexdigest(),
            "source_file": key,
            "source_row": row,
            "raw_record": text,
            "failed_checks": [check],
            "batch_id": batch.batch_id,
            "ingest_ts": datetime(2026, 1, 1, tzinfo=UTC),
        }
        for row, (text, check) in enumerate(
            ((BROKEN, "record.malformed"), (NEGATIVE, "value.range")), start=1
        )
    ]
    body = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), body)
    prefix = naming.batch_prefix("quarantine", "cloud_provider", "usage_events", batch.batch_id)
    pipeline.store.write("processed", f"{prefix}part-0.parquet", body.getvalue())
    return pipeline
