"""Events of a round are copies of accepted ones, and are awaited in all documents of the serving store."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from bench import visibility
from bench.measure import NAMES
from bench.visibility import Seen, Served, accepted, renewed, report, running
from glue_jobs.streaming.serving import serving_sink
from glue_jobs.streaming.sinks import SpeedFiles
from glue_jobs.streaming.speed import SpeedSink
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import layer_prefix, ledger_key, stop_key
from localcloud.dataapi import DataApiServer
from tests.domains.cloud_provider.marts_store import TOKEN
from tests.fakes import FolderStore
from tests.glue_jobs.streaming.lines import event, total
from tests.glue_jobs.streaming.test_serving import ARGS

PROVIDER = load_domain("cloud_provider")
EVENTS = PROVIDER.table("usage_events")
TODAY = dt.date(2026, 3, 1)
RECORDS = [{"org_id": "a"}, {"org_id": "b"}, {"org_id": "a"}]


class FakeCloud:
    """A cloud with one secret, objects, and a run of a job that ends with the stop signal."""

    def __init__(self, secret: str = "", objects: dict[str, bytes] | None = None, failure: str = "") -> None:
        self._secret = secret
        self._objects = objects or {}
        self._failure = failure
        self.state = "RUNNING"
        self.done: list[Any] = []

    def client(self, _service: str) -> Any:
        return self

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        assert SecretId == NAMES.serving_secret
        return {"SecretString": self._secret}

    def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:
        assert Bucket == NAMES.ledger_bucket
        keys = [key for key in self._objects if key.startswith(Prefix)]
        return {"Contents": [{"Key": key, "LastModified": key} for key in keys]} if keys else {}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self._objects[Key])}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        self.done.append(Key)
        self.state = "SUCCEEDED"

    def start_job_run(self, JobName: str, Arguments: dict[str, str]) -> dict[str, str]:
        self.done.append(Arguments)
        return {"JobRunId": "jr_1"}

    def get_job_run(self, JobName: str, RunId: str) -> dict[str, Any]:
        return {"JobRun": {"JobRunState": self.state}}

    def wait_idle(self, _timeout: float) -> None:
        self.done.append("waited")
        if self._failure:
            raise CaudalError(self._failure, where="wait_idle")


def test_records_are_those_that_bronze_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "EVENTS", 2)
    prefix = layer_prefix("bronze", PROVIDER.name, EVENTS.name)
    folder = tmp_path / "s3" / NAMES.processed_bucket / prefix / "batch=s-1" / "year=2026" / "month=1"
    folder.mkdir(parents=True)
    values: dict[str, Any] = dict.fromkeys((column.name for column in EVENTS.columns), "x")
    values |= {"cost_usd_increment": Decimal("1.5"), "event_ts": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    pq.write_table(
        pa.Table.from_pylist([{**values, "event_id": name} for name in ("c", "a", "b")]),
        folder / "part.parquet",
    )
    records = accepted(tmp_path, PROVIDER, EVENTS)
    assert [record["event_id"] for record in records] == ["a", "b"]
    expected = {column.header for column in EVENTS.columns} - {"timestamp"}
    assert records[0].keys() == expected
    assert records[0]["cost_usd_increment"] == Decimal("1.5")


def test_renewed_records_have_keys_of_their_own_and_the_given_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "EVENTS", 3)
    at = dt.datetime(2026, 3, 1, 12, 30, 5, tzinfo=dt.UTC)
    first, second = (json.loads(event(number, org_id=f"o{number}")) for number in (1, 2))
    first["value"] = Decimal("1.5")
    shared = {**json.loads(event(1)), "timestamp": "2026-03-01T12:30:05Z"}
    lines = [json.loads(line) for line in renewed([first, second], EVENTS, at, "r").splitlines()]
    assert lines == [
        {**shared, "org_id": org, "event_id": f"r-{number}"} for number, org in enumerate(("o1", "o2", "o1"))
    ]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DataApiServer]:
    with DataApiServer(tmp_path / "dataapi", token=TOKEN) as running:
        yield running


def served(cloud: FakeCloud) -> Served:
    fake: Any = cloud
    return Served(cloud=fake, domain=PROVIDER, table=EVENTS, records=RECORDS, day=TODAY)


def sink_of(server: DataApiServer, tmp_path: Path) -> SpeedSink:
    files = SpeedFiles(FolderStore(tmp_path), "processed", PROVIDER.name, EVENTS)
    return serving_sink(ARGS, {"store": server.secret}.get)(files, PROVIDER, EVENTS)


def test_events_of_today_and_tomorrow_are_counted(server: DataApiServer, tmp_path: Path) -> None:
    days = [TODAY + dt.timedelta(days=number) for number in (-1, 0, 1)]
    sink_of(server, tmp_path).upsert([total("a", day, "1", events=10**n) for n, day in enumerate(days)])
    found = served(FakeCloud(server.secret))
    assert found.count() == 110
    found.await_events(110, lambda: False)


def test_events_that_only_one_shape_has_are_awaited(
    server: DataApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "LONGEST_SECONDS", 0.0)
    # Of the overall document, the events of an organisation that no record has.
    sink_of(server, tmp_path).upsert([total("a", TODAY, "1"), total("c", TODAY, "1")])
    batch = {"files": [{"rows_bronze": 3, "rows_quarantined": 1}, {"rows_bronze": 4, "rows_quarantined": 2}]}
    older = {"files": [{"rows_bronze": 9, "rows_quarantined": 9}]}
    objects = {
        ledger_key(PROVIDER.name, "s-0001-00000001"): json.dumps(older).encode(),
        ledger_key(PROVIDER.name, "s-0001-00000002"): json.dumps(batch).encode(),
    }
    found = served(FakeCloud(server.secret, objects))
    assert found.count() == 2
    with pytest.raises(CaudalError, match=r"2 events, and the stream still runs.*7 rows .* 3 in quarantine"):
        found.await_events(2, lambda: True)


def test_run_that_ends_before_its_events_are_seen_is_reported(server: DataApiServer, tmp_path: Path) -> None:
    sink_of(server, tmp_path).upsert([total("a", TODAY, "1")])
    with pytest.raises(CaudalError, match=r"5 events, and the stream has ended\. The ledger has no batch"):
        served(FakeCloud(server.secret)).await_events(5, lambda: False)


STOPPED = [{"--trigger": "continuous"}, stop_key(PROVIDER.name, EVENTS.name), "waited"]


def test_run_lasts_as_long_as_the_block() -> None:
    cloud: Any = FakeCloud()
    with running(cloud, PROVIDER, EVENTS) as is_running:
        assert is_running()
    assert not is_running()
    assert cloud.done == STOPPED


@pytest.mark.parametrize("later", ["", "still running"])
def test_first_error_is_raised_after_the_run_is_ended(later: str) -> None:
    cloud: Any = FakeCloud(failure=later)
    with pytest.raises(CaudalError, match="not seen") as raised, running(cloud, PROVIDER, EVENTS):
        raise CaudalError("not seen", where="here")
    assert cloud.done == STOPPED
    notes = ["The run of the stream could not be ended: wait_idle: still running"] if later else []
    assert getattr(raised.value, "__notes__", []) == notes


def test_end_of_a_run_that_fails_is_raised() -> None:
    cloud: Any = FakeCloud(failure="still running")
    with pytest.raises(CaudalError, match="still running"), running(cloud, PROVIDER, EVENTS):
        pass
    assert cloud.done == STOPPED


def test_report_has_median_and_maximum_of_the_rounds() -> None:
    seconds = ((1.5, 1.0), (9.5, 9.0), (2.5, 2.0))
    seen = [Seen(from_beginning=a, from_end=b, to_s3=20, to_store=81) for a, b in seconds]
    console = Console(width=120, record=True, quiet=False, file=io.StringIO())
    console.print(report(seen))
    text = [line.split("│") for line in console.export_text().splitlines() if "│" in line]
    assert [[cell.strip() for cell in line[2:4]] for line in text] == [
        ["2.00", "9.00"], ["2.50", "9.50"], ["20", "20"], ["81", "81"],
    ]  # fmt: skip
