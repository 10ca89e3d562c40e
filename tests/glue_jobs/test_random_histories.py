"""After any history of uploads, runs and killed runs, the published tables equal a model of the uploads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.fakes import KillableStore, KilledError
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD
from tests.toy.model import expected

IDS = st.integers(1, 4).map(str)
DAYS = st.sampled_from(["2023-12-31", "2024-01-01", "2024-01-31", "2024-02-29", "2025-01-01"])

ROWS = {
    "makers": st.tuples(IDS, st.sampled_from(["Ann", "Bo", ""]), st.sampled_from(["SE", "NO", ""])),
    "sales": st.tuples(
        IDS,
        st.sampled_from(["1", "2", "5", "", "x"]),
        st.one_of(DAYS, st.just("2024-02-30")),
        st.sampled_from(["1.00", "2.005", "3", "-1", "", "y"]),
        st.sampled_from(["shop", "web", "fax", ""]),
    ),
    "parts": st.tuples(IDS, st.sampled_from(["leg", "top", ""]), st.sampled_from(["1", "2", "0", "z"])),
    "returns": st.tuples(IDS, st.sampled_from(["1", "2", "4", "9", ""]), DAYS),
}


@st.composite
def lines(draw: st.DrawFn, table: str) -> str:
    """Draw a file with a few rows of a table, sometimes with a malformed one."""
    rows = draw(st.lists(ROWS[table], min_size=1, max_size=4))
    body = [",".join(row) for row in rows]
    if draw(st.integers(0, 5)) == 0:
        body.append("1,too,many,fields,in,this,one")
    return HEAD[table] + "".join(f"{line}\n" for line in body)


@st.composite
def uploads(draw: st.DrawFn) -> dict[str, str]:
    """Draw the files of one upload call, at two depths."""
    tables = draw(st.lists(st.sampled_from(sorted(ROWS)), min_size=1, max_size=4))
    folders = st.sampled_from(["", "deeper/"])
    return {f"{draw(folders)}{table}_{place}.csv": draw(lines(table)) for place, table in enumerate(tables)}


@dataclass(frozen=True)
class Step:
    """An upload, then nothing, the first job, or both jobs, which may be killed before a change."""

    files: Mapping[str, str]
    then: str
    killed_at: int


STEPS = st.builds(
    Step,
    files=uploads(),
    then=st.sampled_from(["nothing", "ingest", "run", "run", "die", "die"]),
    killed_at=st.integers(0, 60),
)
HISTORIES = st.lists(STEPS, min_size=2, max_size=4)


def replay(pipeline: Pipeline, history: list[Step]) -> None:
    """Replay a history, then run both jobs, and compare the published tables with the model."""
    for step in history:
        pipeline.drop(step.files)
        note(f"{step.then} {step.killed_at} after {step.files}")
        if step.then == "ingest":
            pipeline.ingest()
        elif step.then == "run":
            pipeline.run()
            assert pipeline.published() == expected(pipeline.uploads).published
        elif step.then == "die":
            try:
                pipeline.run(store=KillableStore(pipeline.root, step.killed_at))
            except KilledError as place:
                note(f"killed before: {place}")
    pipeline.run()
    outcome = expected(pipeline.uploads)
    assert pipeline.published() == outcome.published
    for table in pipeline.domain.tables:
        assert len(pipeline.rows("quarantine", table.name)) == outcome.quarantined.get(table.name, 0)


QUIET = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    database=None,
    print_blob=False,
)


@settings(QUIET, max_examples=6, derandomize=True, phases=[Phase.generate])
@given(history=HISTORIES)
def test_published_tables_equal_the_model_after_a_few_histories(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str, history: list[Step]
) -> None:
    replay(Pipeline(spark, tmp_path_factory.mktemp("history") / "buckets", toy), history)


@pytest.mark.chaos
@settings(QUIET, max_examples=150)
@given(history=st.lists(STEPS, min_size=2, max_size=6))
def test_published_tables_equal_the_model_after_many_histories(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str, history: list[Step]
) -> None:
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("history") / "buckets", toy)
    replay(pipeline, history)
    assert pipeline.published() == pipeline.refreshed()
