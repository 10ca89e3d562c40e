"""The second job publishes what the pointer names, whatever happens to it or to the run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lake.model.discovery import load_domain
from lake.model.modules import check_domains
from lake.naming import COLD_START
from tests.fakes import KillableStore, KilledBeforeStore, KilledError
from tests.pipeline import Pipeline
from tests.stall.registry import add_version, odd_by_version, odd_days, promote, shown

STALL = Path(__file__).parent.parent / "stall"
TAKINGS = {"takings_a.csv": "stall,day,taken\nnorth,2025-01-01,10\nnorth,2025-02-01,60\n"}
POINTER = "model-pointers/stall/usual_takings.json"


@pytest.fixture(scope="module")
def opened(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A pipeline whose gold is on the cold start. Tests must not change it."""
    sys.path.append(str(STALL))
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("stall") / "buckets", "stall")
    pipeline.drop(TAKINGS)
    pipeline.run()
    yield pipeline
    sys.path.remove(str(STALL))


@pytest.fixture
def stall(opened: Pipeline, tmp_path: Path) -> Pipeline:
    """A copy of the pipeline, with a version that finds 10 odd, and one that finds 60 odd."""
    return opened.copy(tmp_path / "buckets")


def rows(version: str, *odd: str, verdict: str | None = None) -> list[tuple[str | None, ...]]:
    """Return the two days, those of `odd` odd."""
    days = ("2025-01-01", "2025-02-01")
    return [("north", day, str(day in odd).lower(), verdict, version) for day in days]


def test_declaration_and_modules_fit(opened: Pipeline) -> None:
    check_domains([load_domain("stall")])


def test_without_a_pointer_gold_is_on_the_cold_start(stall: Pipeline) -> None:
    assert odd_days(stall) == rows(COLD_START)
    assert shown(stall).version == COLD_START
    assert (stall.ingest()["proceed"], stall.curate()["status"]) == (False, "NOTHING_TO_DO")


def test_moved_pointer_recomputes_the_marts_without_new_files(stall: Pipeline) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    assert stall.ingest()["proceed"] is True
    summary = stall.curate()
    assert summary["status"] == "PUBLISHED"
    assert sorted(summary["tables"]) == ["odd_by_version", "odd_days"]
    assert f"Model usual_takings: gold changes from {COLD_START} to {version}." in summary["message"]
    assert odd_days(stall) == rows(version, "2025-01-01")
    assert odd_by_version(stall) == [(version, "1")]
    assert shown(stall).version == version
    assert (stall.ingest()["proceed"], stall.curate()["status"]) == (False, "NOTHING_TO_DO")


def test_rollback_reproduces_the_earlier_marts(stall: Pipeline) -> None:
    first, second = add_version(stall, 20, 100), add_version(stall, 0, 50)
    promote(stall, first)
    stall.run()
    before = stall.published()
    promote(stall, second)
    stall.run()
    assert odd_days(stall) == rows(second, "2025-02-01")
    promote(stall, first)
    stall.run()
    assert stall.published() == before == stall.refreshed()


def test_rollback_to_the_cold_start_reproduces_it(stall: Pipeline) -> None:
    before = stall.published()
    promote(stall, add_version(stall, 20, 100))
    stall.run()
    promote(stall, COLD_START)
    stall.run()
    assert stall.published() == before


def test_new_files_are_published_with_the_promoted_version(stall: Pipeline) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    stall.drop({"verdicts.csv": "stall,day,verdict\nnorth,2025-01-01,planned\nsouth,2030-01-01,odd\n"})
    stall.run()
    assert odd_days(stall) == [
        ("north", "2025-01-01", "true", "planned", version),
        ("north", "2025-02-01", "false", None, version),
    ]


def test_newest_of_contradicting_verdicts_counts(stall: Pipeline) -> None:
    head = "stall,day,verdict\n"
    stall.drop({"verdicts_1.csv": f"{head}north,2025-01-01,planned\nnorth,2025-02-01,odd\n"})
    stall.drop({"verdicts_2.csv": f"{head}north,2025-01-01,odd\nnorth,2025-02-01,who knows\n"})
    stall.run()
    assert [row[3] for row in odd_days(stall)] == ["odd", "odd"]
    stall.drop({"verdicts_1.csv": f"{head}north,2025-01-01,planned\nnorth,2025-02-01,odd\n"}, again=True)
    stall.run()
    assert [row[3] for row in odd_days(stall)] == ["planned", "odd"]


KILLED = [
    "write published-models/",
    "copy stall/odd_days/year=2025/month=2/",
    "copy stall/odd_by_version/",
    "delete _staging/",
    "write _runs/stall/.*processed_to_curated.json",
]
"""Changes in the order in which a run with a new version makes them."""


@pytest.mark.parametrize("place", KILLED)
def test_run_killed_on_the_way_to_a_version_is_completed(stall: Pipeline, place: str) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    with pytest.raises(KilledError):
        stall.run(store=KilledBeforeStore(stall.root, place))
    stall.run()
    assert odd_days(stall) == rows(version, "2025-01-01")
    assert odd_by_version(stall) == [(version, "1")]
    assert (shown(stall).version, shown(stall).publishing) == (version, None)


@pytest.mark.parametrize("place", KILLED)
def test_run_killed_on_the_way_is_followed_by_a_rollback(stall: Pipeline, place: str) -> None:
    """The pointer is back where gold was before, and gold may be half on the other version."""
    before = stall.published()
    promote(stall, add_version(stall, 20, 100))
    with pytest.raises(KilledError):
        stall.run(store=KilledBeforeStore(stall.root, place))
    promote(stall, COLD_START)
    stall.run()
    assert stall.published() == before
    assert shown(stall).is_whole_on(COLD_START)


def test_half_published_mart_shows_it_in_its_versions(stall: Pipeline) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    with pytest.raises(KilledError):
        stall.run(store=KilledBeforeStore(stall.root, "copy stall/odd_by_version/"))
    assert {row[-1] for row in odd_days(stall)} == {version}
    assert odd_by_version(stall) == [(COLD_START, "0")]
    assert shown(stall).publishing == version


@pytest.mark.chaos
def test_run_killed_before_any_change_is_completed(stall: Pipeline, tmp_path: Path) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    whole = stall.copy(tmp_path / "whole")
    counting = KillableStore(whole.root)
    whole.run(store=counting)
    for number in range(len(counting.changes)):
        killed = stall.copy(tmp_path / f"killed-{number}")
        with pytest.raises(KilledError):
            killed.run(store=KillableStore(killed.root, number))
        killed.run()
        assert killed.published() == whole.published(), counting.changes[number]


def test_damaged_pointer_does_not_stop_new_data(stall: Pipeline) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    stall.run()
    stall.store.write("ledger", POINTER, b'{"version": ')
    stall.drop({"takings_b.csv": "stall,day,taken\nnorth,2025-03-01,5\n"})
    stall.ingest()
    summary = stall.curate()
    assert summary["status"] == "PUBLISHED"
    assert "not a pointer to a version" in summary["message"]
    assert f"the marts are computed with {version} instead" in summary["message"]
    assert {row[-1] for row in odd_days(stall)} == {version}
    assert len(odd_days(stall)) == 3
    idle = stall.curate()
    assert idle["status"] == "NOTHING_TO_DO"
    assert "not a pointer to a version" in idle["message"]


def test_damaged_version_falls_back_to_the_cold_start_and_comes_back(stall: Pipeline) -> None:
    before = stall.published()
    version = add_version(stall, 20, 100)
    promote(stall, version)
    stall.run()
    key = f"models/stall/usual_takings/{version}/model.json"
    whole = stall.store.read("ledger", key)
    stall.store.write("ledger", key, whole[:40])
    stall.ingest()
    assert f"the marts are computed with {COLD_START} instead" in stall.curate()["message"]
    assert stall.published() == before
    stall.store.write("ledger", key, whole)
    stall.run()
    assert {row[-1] for row in odd_days(stall)} == {version}


def test_pointer_in_a_lake_without_data_changes_nothing(
    spark: SparkSession, opened: Pipeline, tmp_path: Path
) -> None:
    empty = Pipeline(spark, tmp_path / "buckets", "stall")
    promote(empty, add_version(opened.copy(tmp_path / "other"), 20, 100))
    assert empty.ingest()["proceed"] is False
    summary = empty.curate()
    assert summary["status"] == "NOTHING_TO_DO"
    assert "there is no such version" in summary["message"]


def test_corrected_training_data_is_told(stall: Pipeline) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    stall.run()
    stall.drop({"takings_b.csv": "stall,day,taken\nnorth,2025-02-01,61\nnorth,2025-03-01,61\n"})
    stall.ingest()
    summary = stall.curate()
    assert f"{version} was trained on data that was corrected since: 2025-02; train" in summary["message"]
    assert shown(stall).corrected_months == ("2025-02",)


def test_model_that_no_longer_fits_is_told(stall: Pipeline) -> None:
    version = add_version(stall, 20, 100)
    promote(stall, version)
    days = [f"2025-03-{number:02}" for number in range(1, 31)]
    takings = {
        "east": [101] * 6 + [50] * 24,  # 5 of the 28 newest finished days are outside
        "north": [50] * 23 + [101] * 6 + [50],  # 6 of 28
        "south": [50] * 17 + [101] * 13,  # 12 of 28, of which 8 are explained
        "west": [101] * 15,  # 14 of 14
    }
    stall.drop({
        "takings_b.csv": "stall,day,taken\n"
        + "".join(
            f"{name},{day},{taken}\n"
            for name, series in takings.items()
            for day, taken in zip(days[-len(series):], series, strict=True)
        ),
        "verdicts.csv": "stall,day,verdict\n"
        + "".join(f"south,{day},{'planned' if day < '2025-03-26' else 'odd'}\n" for day in days[17:]),
    })  # fmt: skip
    stall.ingest()
    summary = stall.curate()
    assert summary["models"]["usual_takings"]["drift"] == {
        "east": {"rows": 28, "outside": 5},
        "north": {"rows": 28, "outside": 6},
        "south": {"rows": 20, "outside": 4},
        "west": {"rows": 14, "outside": 14},
    }
    assert summary["models"]["usual_takings"]["misfits"] == ["north", "west"]
    assert (
        f"Model usual_takings: {version} no longer fits; of the newest days these shares are outside of its "
        "bounds: north 21 %, west 100 %; train: caudal model train --domain stall."
    ) in summary["message"]
