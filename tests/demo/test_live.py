"""The live demo refuses a folder with data and a landing without events, and plays events to their end."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import pytest

from demo.held import hold_back
from demo.live import LiveDemo
from domains.cloud_provider.domain import DOMAIN
from localcloud.errors import LocalCloudError
from tests.demo.conftest import Output

NOW = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)
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


def numbers_of(address: str, key: str) -> Iterator[str]:
    """Yield the number of a card again and again, until it shows the played events or the server ends."""
    card = re.compile(rf'data-key="{key}".*?</article>', re.DOTALL)
    while True:
        try:
            with urlopen(address, timeout=30) as answer:
                page = answer.read().decode()
        except OSError:
            return
        found = card.search(page)
        assert found, page
        number = re.search(r'data-exact="([^"]*)"', found[0])
        shown = number[1] if number else ""
        yield shown
        if shown == "2":
            return
        time.sleep(0.5)


def test_a_folder_with_data_is_refused(tmp_path: Path, console: Output) -> None:
    (tmp_path / "home" / "s3").mkdir(parents=True)
    demo = LiveDemo(tmp_path / "home", "dev", console, pace=1)
    with pytest.raises(LocalCloudError, match=r"holds data already.*Name an empty one with --home DIR"):
        demo.run(landing(tmp_path, "2025-08-31T10:00:00Z"))


def test_a_landing_without_events_is_refused(tmp_path: Path, console: Output) -> None:
    demo = LiveDemo(tmp_path / "home", "dev", console, pace=1)
    with pytest.raises(LocalCloudError, match=r"no domain there has a stream with events.*Leave --live out"):
        demo.run(landing(tmp_path))


class Glue:
    """A job whose run ends after a number of looks, or never."""

    def __init__(self, looks: float) -> None:
        self.looks = looks

    def get_job_run(self, **_: str) -> dict[str, Any]:
        self.looks -= 1
        return {"JobRun": {"JobRunState": "RUNNING" if self.looks > 0 else "STOPPED"}}


def test_a_run_that_does_not_end_is_told(tmp_path: Path, console: Output) -> None:
    demo = LiveDemo(tmp_path / "home", "dev", console, pace=1, end_seconds=0.0)
    demo._await_end(Glue(1), "stream", "run-1")
    with pytest.raises(LocalCloudError, match=r"stream, run run-1: the stream has not ended 0 s after"):
        demo._await_end(Glue(float("inf")), "stream", "run-1")


def test_an_interrupt_ends_the_run_before_the_demo(
    tmp_path: Path, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[str] = []
    glue, store = Glue(1), SimpleNamespace(put_object=lambda **of: put.append(of["Key"]))
    glue.start_job_run = lambda **_: {"JobRunId": "run-1"}  # type: ignore[attr-defined]
    cloud: Any = SimpleNamespace(client=lambda service, *_: {"glue": glue, "s3": store}[service])

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    demo = LiveDemo(tmp_path / "home", "dev", console, pace=1, sleep=interrupt)
    monkeypatch.setattr(LiveDemo, "_send", lambda *_: None)
    [held] = hold_back(landing(tmp_path, "2025-08-31T10:00:00Z"), tmp_path / "copy", DOMAIN, NOW)
    with pytest.raises(KeyboardInterrupt):
        demo._play(cloud, DOMAIN, held)
    assert [key for key in put if "stop" in key] == put
    assert len(put) == 1
    assert glue.looks == 0


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
    with subprocess.Popen(
        [*command, "--landing", str(folder), "--home", str(tmp_path / "home")],
        cwd=Path(__file__).resolve().parents[2], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as demo:  # fmt: skip
        assert demo.stdout is not None
        said, watch = "", re.compile(r"Watch it at (http://127\.0\.0\.1:\d+/cloud_provider/live)")
        while not (found := watch.search(said)):
            line = demo.stdout.readline()
            assert line, said
            said += line
        shown = list(numbers_of(found[1], "open_events"))
        said += demo.stdout.read()
    assert demo.returncode == 0, said
    assert [number for number, _ in groupby(shown)][-2:] == ["", "2"]
    assert "2 events were played; the pipeline publishes their days" in said
    gold = (
        next((tmp_path / "home" / "s3").glob("*curated*")) / "cloud_provider" / "org_daily_usage_by_service"
    )
    assert sorted(path.name for path in gold.glob("year=2025/month=*")) == ["month=8"]
