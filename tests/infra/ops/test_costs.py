"""The estimate of costs: at rest, of a run, and of streams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.ops.costs import at_rest, continuous, estimate, per_run, scheduled, streams
from tests.infra.assembly import Assembly


def write(folder: Path, **resources: dict[str, Any]) -> Path:
    (folder / "one.template.json").write_text(json.dumps({"Resources": resources}))
    return folder


def test_alarms_and_keys_cost_at_rest(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        A={"Type": "AWS::CloudWatch::Alarm"},
        B={"Type": "AWS::CloudWatch::Alarm"},
        K={"Type": "AWS::KMS::Key"},
        Q={"Type": "AWS::SQS::Queue"},
    )
    assert {line.what: line.dollars for line in at_rest(folder)} == {
        "2 × AWS::CloudWatch::Alarm": pytest.approx(0.2),
        "1 × AWS::KMS::Key": pytest.approx(1.0),
    }


def test_run_costs_its_jobs_at_the_smallest_scale(tmp_path: Path) -> None:
    job = {"Name": "job", "Command": {"Name": "glueetl"}, "WorkerType": "G.1X", "NumberOfWorkers": 10}
    folder = write(tmp_path, J={"Type": "AWS::Glue::Job", "Properties": job})
    # Two workers for two minutes at $0.308 an hour.
    assert [line.dollars for line in per_run(folder)] == [pytest.approx(2 * 2 / 60 * 0.308)]


def stream(trigger: str) -> dict[str, Any]:
    return {
        "Name": "stream",
        "Command": {"Name": "gluestreaming"},
        "WorkerType": "G.025X",
        "NumberOfWorkers": 2,
        "DefaultArguments": {"--trigger": trigger},
    }


def test_stream_costs_its_scheduled_runs_or_every_hour_of_the_month(tmp_path: Path) -> None:
    schedule = {"ScheduleExpression": "rate(30 minutes)", "Target": {"Input": '{"JobName": "stream"}'}}
    resources = {"S": {"Type": "AWS::Scheduler::Schedule", "Properties": schedule}}
    job = {"Type": "AWS::Glue::Job", "Properties": stream("available-now")}
    folder = write(tmp_path, J=job, **resources)
    # Half a DPU: 1,460 runs of two minutes, or 730 hours, at $0.308 an hour.
    assert [line.dollars for line in streams(folder)] == [pytest.approx(1460 * 2 / 60 * 0.5 * 0.308)]
    assert continuous(folder) == pytest.approx(730 * 0.5 * 0.308)
    folder = write(tmp_path, J={**job, "Properties": stream("continuous")}, **resources)
    assert [line.dollars for line in streams(folder)] == [pytest.approx(730 * 0.5 * 0.308)]
    assert per_run(folder) == []


MACHINE = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": '{"States": {}}'}}
JOB = {"Name": "job", "Command": {"Name": "glueetl"}, "WorkerType": "G.1X", "NumberOfWorkers": 2}
DAILY = {"Name": "pipeline", "ScheduleExpression": "rate(1 day)", "Target": {"Input": "{}"}}
DAYS = 730 / 24


@pytest.mark.parametrize(
    ("states", "crawls"),
    [("IsCuratedPartitionNew CrawlCurated", 0), ("CrawlCurated", 2), ("", 0)],
)
def test_scheduled_pipeline_costs_its_jobs_and_crawls_on_request_only(
    tmp_path: Path, states: str, crawls: int
) -> None:
    folder = write(
        tmp_path,
        J={"Type": "AWS::Glue::Job", "Properties": JOB},
        M={**MACHINE, "Properties": {"DefinitionString": states}},
        A={"Type": "AWS::Glue::Crawler", "Properties": {}},
        B={"Type": "AWS::Glue::Crawler", "Properties": {}},
        S={"Type": "AWS::Scheduler::Schedule", "Properties": DAILY},
    )
    run = 2 * 2 / 60 * 0.308 + 20 * 0.000025 + crawls * (2 * 10 / 60 * 0.44 + 10 * 0.000025)
    assert [line.dollars for line in scheduled(folder)] == [pytest.approx(DAYS * run)]


def test_schedule_of_a_stream_is_no_scheduled_pipeline(tmp_path: Path) -> None:
    schedule = {**DAILY, "Target": {"Input": '{"JobName": "stream"}'}}
    folder = write(tmp_path, S={"Type": "AWS::Scheduler::Schedule", "Properties": schedule})
    assert scheduled(folder) == []


def test_crawls_of_a_drop_have_transitions_of_their_own(tmp_path: Path) -> None:
    folder = write(tmp_path, M=MACHINE, A={"Type": "AWS::Glue::Crawler", "Properties": {}})
    assert [line.dollars for line in per_run(folder)] == [
        pytest.approx(2 * 10 / 60 * 0.44),
        pytest.approx(30 * 0.000025),
    ]


def test_estimate_has_a_month_at_rest_a_run_and_continuous_streams(dev: Assembly, prod: Assembly) -> None:
    assert "A month at rest: $" in estimate(dev.outdir)
    assert "crawls of 10 min" in estimate(dev.outdir)
    assert "continuous would cost $112.42 a month" in estimate(dev.outdir)
    # Only prod has keys.
    assert sum(line.dollars for line in at_rest(prod.outdir)) > sum(
        line.dollars for line in at_rest(dev.outdir)
    )
