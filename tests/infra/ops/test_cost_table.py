"""The generated page of costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.ops import cost_table
from infra.ops.costs import measured
from infra.ops.costs.measured import Origin
from lake.measures import Measures, Recorded
from tests.infra.assembly import Assembly

GUIDE = "# Deploy\n\n<!-- begin costs -->\n<!-- end costs -->\n\nEnd.\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder with a guide whose block is empty."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / cost_table.GUIDE).write_text(GUIDE)
    return folder


def test_page_has_the_figures_of_the_estimate(tmp_path: Path, docs: Path) -> None:
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    (tmp_path / "one.template.json").write_text(json.dumps({"Resources": {"A": alarm, "B": alarm}}))
    pages = cost_table.pages({"dev": tmp_path}, docs)
    lines = pages[cost_table.PAGE].splitlines()
    assert "## dev" in lines
    assert "| 2 × AWS::CloudWatch::Alarm | $0.2000 |" in lines
    assert "| **total** | **$0.20** |" in lines
    # At rest, idle, streams, pipelines, trainings, continuous; without a pipeline there is no drop.
    row = "| dev | $0.20 | $0.20 | $0.00 | $0.00 | $0.00 | $0.00 |  |"
    assert row in pages[cost_table.GUIDE].splitlines()


def test_page_has_the_records_that_the_estimate_predicts_from(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measures = Measures(
        runs=2, processor=7.25, driver=3.0, driver_processor=9.5, files_read=1_200, files_written=3,
        listed=5, copied=6,
    )  # fmt: skip
    recorded = Recorded(domain="shop", job="raw_to_processed", size="sample", measures=measures)
    monkeypatch.setattr(measured, "records", lambda: [recorded])
    origin = Origin(size="history", by="caudal bench", on="2026-11-27", scale=0.1)
    monkeypatch.setattr(measured, "origins", lambda: [origin])
    lines = cost_table.pages({}, docs)[cost_table.PAGE].splitlines()
    what = "the whole history in one upload with 0.1 of its rows"
    assert f"| history | {what} | `caudal bench` | 2026-11-27 |" in lines
    assert "| shop | sample | `raw_to_processed` | 2 | 7.2 | 9.5 | 3.0 | 1,200 | 3 | 11 |" in lines
    assert "| answer of S3 to a request | 50 ms |" in lines


def test_written_pages_do_not_drift(docs: Path) -> None:
    assert cost_table.drift({}, docs) == [
        f"{cost_table.PAGE} is missing",
        f"{cost_table.GUIDE} differs from its source",
    ]
    cost_table.write({}, docs)
    assert cost_table.drift({}, docs) == []


def test_committed_pages_are_up_to_date(dev: Assembly, prod: Assembly) -> None:
    assert cost_table.drift({"dev": dev.outdir, "prod": prod.outdir}) == []
