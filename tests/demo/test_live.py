"""The live demo refuses a folder with data and a landing without events, and plays events to their end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo.live import LiveDemo
from localcloud.errors import LocalCloudError
from tests.demo.conftest import Output

EVENT = {
    "org_id": "o1", "resource_id": "r1", "service": "compute", "region": "us-east", "metric": "requests",
    "value": 1, "unit": "count", "cost_usd_increment": 2.25, "schema_version": 1,
}  # fmt: skip


def landing(folder: Path, *times: str) -> Path:
    """Write events at these times, and return the landing folder."""
    target = folder / "landing" / "cloud_provider" / "usage_events"
    target.mkdir(parents=True)
    lines = [json.dumps({**EVENT, "event_id": time, "timestamp": time}) for time in times]
    (target / "events.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return folder / "landing"


def test_a_folder_with_data_is_refused(tmp_path: Path, console: Output) -> None:
    (tmp_path / "home" / "s3").mkdir(parents=True)
    demo = LiveDemo(tmp_path / "home", "dev", console, pace=1)
    with pytest.raises(LocalCloudError, match=r"holds data already.*Name an empty one with --home DIR"):
        demo.run(landing(tmp_path, "2025-08-31T10:00:00Z"))


def test_a_landing_without_events_is_refused(tmp_path: Path, console: Output) -> None:
    demo = LiveDemo(tmp_path / "home", "dev", console, pace=1)
    with pytest.raises(LocalCloudError, match=r"no domain there has a stream with events.*Leave --live out"):
        demo.run(landing(tmp_path))


@pytest.mark.chaos
def test_events_are_played_and_published_at_the_end(tmp_path: Path) -> None:
    times = [f"2025-08-{day}T10:00:00Z" for day in (20, 30, 31)]
    folder = landing(tmp_path, *times)
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "demo",
        "--live",
        "--pace",
        "3600",
        "--port",
        "0",
    ]
    ended = subprocess.run(
        [*command, "--landing", str(folder), "--home", str(tmp_path / "home")],
        cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"Watch it at http://127\.0\.0\.1:\d+/cloud_provider/live", ended.stdout)
    assert "2 events were played; the pipeline publishes their days" in ended.stdout
    gold = (
        next((tmp_path / "home" / "s3").glob("*curated*")) / "cloud_provider" / "org_daily_usage_by_service"
    )
    assert sorted(path.name for path in gold.glob("year=2025/month=*")) == ["month=8"]
