"""Silver and gold are as expected for any order, split and repetition of files and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from glue_jobs.quality import gate as quality_gate
from tests.domains.cloud_provider.oracle import expected, published
from tests.glue_jobs.streaming.conftest import FOLDER, StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

ORGS = st.sampled_from(["o1", "o2", "o3"])
MOMENTS = st.sampled_from(
    ["2025-05-01T00:00:00Z", "2025-06-30T23:59:59", "2025-07-01T01:00:00+02:00", "2025-07-02 12:00:00.5"]
)
"""Two months and two time zones; in UTC one of the times lies in the month before."""

GOOD = st.builds(
    event,
    number=st.integers(1, 4),
    timestamp=MOMENTS,
    org_id=ORGS,
    resource_id=st.sampled_from(["r1", "r2", None]),
    service=st.sampled_from(["compute", "GENAI"]),
    metric=st.sampled_from(["requests", "cpu_hours"]),
    value=st.sampled_from([1, "2.5", None]),
    unit=st.sampled_from(["count", None]),
    cost_usd_increment=st.sampled_from([0.25, "1e1", -0.005]),
    schema_version=st.sampled_from([1, 2]),
    genai_tokens=st.sampled_from([None, 5, 0]),
)
BAD = st.sampled_from(
    ['{"cut', "[]", event(1, value=-1), event(2, timestamp="soon"), event(3, event_id=None)]
)
LINES = st.one_of(GOOD, GOOD, GOOD, GOOD, BAD)

MASTERS = {
    "customers_orgs": ("org_id,org_name", st.tuples(ORGS, st.sampled_from(["A", "B"]))),
    "users": (
        "user_id,org_id,active",
        st.tuples(st.sampled_from(["u1", "u2"]), ORGS, st.sampled_from(["true", "false", ""])),
    ),
    "resources": (
        "resource_id,service,state",
        st.tuples(st.sampled_from(["r1", "r2"]), st.just("compute"), st.sampled_from(["running", "stopped"])),
    ),
    "support_tickets": (
        "ticket_id,org_id,severity,created_at",
        st.tuples(st.just("t1"), ORGS, st.sampled_from(["low", "none"]), st.just("2025-07-01")),
    ),
}  # fmt: skip


@st.composite
def event_files(draw: st.DrawFn) -> dict[str, str]:
    """Draw a few files of the stream in two folders; one may be repeated under another name."""
    contents = draw(st.lists(st.lists(LINES, min_size=1, max_size=4), min_size=1, max_size=3))
    names = draw(st.permutations(["a", "b", "late/c", "d"]))
    files = {f"{FOLDER}/{name}.jsonl": lines(*rows) for name, rows in zip(names, contents, strict=False)}
    if draw(st.booleans()):
        files[f"{FOLDER}/again/{names[-1]}.jsonl"] = lines(*contents[0])
    return files


@st.composite
def drops(draw: st.DrawFn) -> dict[str, str]:
    """Draw a CSV file for each of one or two tables."""
    tables = draw(st.lists(st.sampled_from(sorted(MASTERS)), min_size=1, max_size=2, unique=True))
    return {f"{table}.csv": _drop(draw, table) for table in tables}


def _drop(draw: st.DrawFn, table: str) -> str:
    header, row = MASTERS[table]
    return lines(header, *(",".join(each) for each in draw(st.lists(row, min_size=1, max_size=3))))


def _both(files: Mapping[str, str], others: Mapping[str, str]) -> Mapping[str, str]:
    return {**files, **others}


@dataclass(frozen=True)
class Step:
    """Files to upload, and the jobs that run afterwards: the stream, the batch flow, both, or none."""

    files: Mapping[str, str]
    then: str
    max_files: int


STEPS = st.builds(
    Step,
    files=st.one_of(event_files(), event_files(), drops(), st.builds(_both, event_files(), drops())),
    then=st.sampled_from(["stream and publish", "stream", "stream", "publish", "nothing"]),
    max_files=st.integers(1, 3),
)


MAY = "2025-05-01T00:00:00Z"
EXAMPLE = [
    Step(
        {
            f"{FOLDER}/a.jsonl": lines(event(1), event(2), event(2, value=9), '{"cut'),
            f"{FOLDER}/b.jsonl": lines(event(1, schema_version=2, carbon_kg=0.5), event(3, org_id="o2")),
            "users.csv": "user_id,org_id,active\nu1,o1,true\nu2,o1,false\n",
            "customers_orgs.csv": "org_id,org_name\no2,Tu\n",
        },
        "stream and publish",
        max_files=1,
    ),
    Step(
        {
            f"{FOLDER}/late/c.jsonl": lines(event(4, timestamp=MAY), event(2, value=9), event(1, value=7)),
            "resources.csv": "resource_id,service,state\nr1,compute,stopped\n",
        },
        "publish",
        max_files=1,
    ),
    Step({"customers_orgs.csv": "org_id,org_name\no1,One\no2,Two\n"}, "stream", max_files=3),
    Step(
        {
            f"{FOLDER}/a.jsonl": lines(
                event(3, org_id="o2", timestamp=MAY, schema_version=2), event(4, timestamp=MAY)
            )
        },
        "nothing",
        max_files=3,
    ),
]
"""A history with these cases: conflicting versions of an event within a file and across batches, a late
event, an event whose version moves it to another month, late and corrected master data, and files of the
stream that are not streamed yet when drops arrive."""


def run_and_check(pipeline: StreamPipeline, history: list[Step]) -> None:
    """Run a history and compare the result with the oracle's.

    The quality gate is off, because the share of bad rows in a drawn history is random.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality_gate, "MINIMUM_ROWS", 1_000)
        run_history(pipeline, history)
    outcome = expected(pipeline.uploads)
    assert published(pipeline) == outcome.published
    assert len(pipeline.bronze("event_id")) == outcome.good_events
    assert len(pipeline.quarantine("record_id")) == outcome.bad_events


def run_history(pipeline: StreamPipeline, history: list[Step]) -> None:
    for number, step in enumerate(history):
        # Uploads repeat file names, so each upload has a folder of its own.
        pipeline.drop({_in_folder(path, number): content for path, content in step.files.items()})
        note(f"{step.then} by {step.max_files} after {step.files}")
        if "stream" in step.then:
            pipeline.stream(max_files=step.max_files)
        if "publish" in step.then:
            pipeline.run()
    pipeline.stream(max_files=history[-1].max_files)
    pipeline.run()


def _in_folder(path: str, number: int) -> str:
    folder, separator, name = path.partition("/")
    return f"{folder}/{number}/{name}" if separator else f"{number}/{path}"


QUIET = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    database=None,
    print_blob=False,
)


def _pipeline(spark: SparkSession, folder: Path) -> StreamPipeline:
    return StreamPipeline(spark, folder / "buckets")


@settings(QUIET, max_examples=2, derandomize=True, phases=[Phase.explicit, Phase.generate])
@example(history=EXAMPLE)
@given(history=st.lists(STEPS, min_size=2, max_size=3))
def test_some_histories_are_published_as_expected(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, history: list[Step]
) -> None:
    run_and_check(_pipeline(spark, tmp_path_factory.mktemp("history")), history)


@pytest.mark.chaos
@settings(QUIET, max_examples=15)
@given(history=st.lists(STEPS, min_size=2, max_size=5))
def test_many_histories_are_published_as_expected(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, history: list[Step]
) -> None:
    run_and_check(_pipeline(spark, tmp_path_factory.mktemp("history")), history)
