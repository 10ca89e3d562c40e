from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.costs import at_rest, estimate, per_run
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


def test_a_run_costs_its_jobs_at_the_smallest_scale(tmp_path: Path) -> None:
    job = {"Name": "job", "WorkerType": "G.1X", "NumberOfWorkers": 10}
    folder = write(tmp_path, J={"Type": "AWS::Glue::Job", "Properties": job})
    # Two workers for two minutes at $0.308 an hour.
    assert [line.dollars for line in per_run(folder)] == [pytest.approx(2 * 2 / 60 * 0.308)]


def test_the_estimate_tells_a_month_and_a_run(dev: Assembly, prod: Assembly) -> None:
    assert "A month at rest: $" in estimate(dev.outdir)
    assert "crawls of 10 min" in estimate(dev.outdir)
    # Keys are prod's.
    assert sum(line.dollars for line in at_rest(prod.outdir)) > sum(
        line.dollars for line in at_rest(dev.outdir)
    )
