"""A run ends with its queries, its stop signal or its error; the queries are fakes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.errors import StreamingQueryException

from glue_jobs.streaming.running import Queries, StopSignal, await_query, run_until_stopped
from tests.fakes import FolderStore


class Query:
    """A fake query that runs until it is stopped.

    Its active micro-batch ends after `busy` polls. With `fails_after`, the query fails after so many polls.
    """

    def __init__(self, log: list[str], name: str, *, busy: int = 0, fails_after: int | None = None) -> None:
        self._log = log
        self._name = name
        self._busy = busy
        self._fails_after = fails_after
        self._stopped = False

    @property
    def isActive(self) -> bool:
        return not self._stopped and (self._fails_after is None or self._fails_after > 0)

    @property
    def status(self) -> dict[str, Any]:
        self._busy -= 1
        return {"isTriggerActive": self._busy >= 0}

    def poll(self) -> None:
        if self._fails_after is not None:
            self._fails_after -= 1

    def stop(self) -> None:
        self._log.append(f"{self._name} stops")
        self._stopped = True

    def awaitTermination(self) -> None:
        if self._fails_after is not None:
            raise StreamingQueryException("the text of the error")


class Run:
    """A continuous run of two fake queries, with a log of their starts and stops."""

    def __init__(self, root: Path, **speed: Any) -> None:
        self.log: list[str] = []
        self.store = FolderStore(root)
        self.signal = StopSignal(self.store, "processed", "shop", "clicks")
        self.bronze, self.speed = Query(self.log, "bronze", busy=3), Query(self.log, "speed", **speed)
        self.writer = SimpleNamespace(
            raw=SimpleNamespace(has_files=lambda: True),
            failure=None,
            write_skipped=lambda: self.log.append("skipped files"),
        )

    def set_signal(self) -> None:
        self.store.write("processed", "_checkpoints/shop/clicks/stop", b"")

    def start(self, *, stopped_at_poll: int | None = None) -> None:
        """Run; set the stop signal at a poll."""
        polls = 0

        def pause(_seconds: float) -> None:
            nonlocal polls
            polls += 1
            self.speed.poll()
            if polls == stopped_at_poll:
                self.set_signal()

        queries: Any = Queries(bronze=lambda: self._start("bronze"), speed=lambda: self._start("speed"))
        run_until_stopped(queries, self.writer, self.signal, pause)  # type: ignore[arg-type]

    def _start(self, name: str) -> Any:
        self.log.append(f"{name} starts")
        return getattr(self, name)


def test_run_ends_when_the_stop_signal_is_set(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.start(stopped_at_poll=3)
    assert run.log == [
        "skipped files", "bronze starts", "speed starts", "bronze stops", "speed stops", "skipped files",
    ]  # fmt: skip
    assert not run.signal.is_set()


def test_active_micro_batch_ends_before_its_query_is_stopped(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.start(stopped_at_poll=1)
    assert run.bronze._busy < 0


def test_failing_query_stops_the_other_and_the_run(tmp_path: Path) -> None:
    run = Run(tmp_path, fails_after=2)
    with pytest.raises(StreamingQueryException, match="the text of the error"):
        run.start()
    assert run.log.count("bronze stops") == 1
    assert run.log[-1] != "skipped files"


def test_query_that_does_not_start_stops_the_other(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run._start = lambda name: run.bronze if name == "bronze" else 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        run.start()
    assert run.log == ["skipped files", "bronze stops"]


def test_original_error_is_raised_instead_of_sparks() -> None:
    writer: Any = SimpleNamespace(failure=KeyError("the cause"))
    failing: Any = Query([], "bronze", fails_after=0)
    with pytest.raises(KeyError, match="the cause"):
        await_query(failing, writer)
