"""How runs end, with queries that do what they are told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.errors import StreamingQueryException

from glue_jobs.streaming.running import Queries, StopSignal, await_query, run_until_stopped
from tests.fakes import FolderStore


class Query:
    """A query that runs until it is stopped, with a micro-batch on its way that takes so many looks."""

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

    def look(self) -> None:
        if self._fails_after is not None:
            self._fails_after -= 1

    def stop(self) -> None:
        self._log.append(f"{self._name} stops")
        self._stopped = True

    def awaitTermination(self) -> None:
        if self._fails_after is not None:
            raise StreamingQueryException("in words")


class Run:
    """A continuous run of two queries, and what happened in it."""

    def __init__(self, root: Path, **speed: Any) -> None:
        self.log: list[str] = []
        self.store = FolderStore(root)
        self.sign = StopSignal(self.store, "processed", "shop", "clicks")
        self.bronze, self.speed = Query(self.log, "bronze", busy=3), Query(self.log, "speed", **speed)
        self.writer = SimpleNamespace(
            raw=SimpleNamespace(has_files=lambda: True),
            failure=None,
            write_skipped=lambda: self.log.append("hidden files"),
        )

    def put_sign_up(self) -> None:
        self.store.write("processed", "_checkpoints/shop/clicks/stop", b"")

    def go(self, *, ends_at_look: int | None = None) -> None:
        """Run; somebody puts the sign up at a look."""
        looks = 0

        def pause(_seconds: float) -> None:
            nonlocal looks
            looks += 1
            self.speed.look()
            if looks == ends_at_look:
                self.put_sign_up()

        queries: Any = Queries(bronze=lambda: self._start("bronze"), speed=lambda: self._start("speed"))
        run_until_stopped(queries, self.writer, self.sign, pause)  # type: ignore[arg-type]

    def _start(self, name: str) -> Any:
        self.log.append(f"{name} starts")
        return getattr(self, name)


def test_it_runs_until_the_sign_is_up(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.go(ends_at_look=3)
    assert run.log == [
        "hidden files", "bronze starts", "speed starts", "bronze stops", "speed stops", "hidden files",
    ]  # fmt: skip
    assert not run.sign.is_set()


def test_a_micro_batch_on_its_way_ends_first(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.go(ends_at_look=1)
    assert run.bronze._busy < 0


def test_a_query_that_fails_ends_the_other_and_the_run(tmp_path: Path) -> None:
    run = Run(tmp_path, fails_after=2)
    with pytest.raises(StreamingQueryException, match="in words"):
        run.go()
    assert run.log.count("bronze stops") == 1
    assert run.log[-1] != "hidden files"


def test_a_query_that_does_not_start_ends_the_other(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run._start = lambda name: run.bronze if name == "bronze" else 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        run.go()
    assert run.log == ["hidden files", "bronze stops"]


def test_what_was_raised_is_better_than_what_spark_tells_of_it() -> None:
    writer: Any = SimpleNamespace(failure=KeyError("the cause"))
    failing: Any = Query([], "bronze", fails_after=0)
    with pytest.raises(KeyError, match="the cause"):
        await_query(failing, writer)
