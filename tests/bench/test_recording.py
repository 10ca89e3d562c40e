"""Records replace those of the same domain and size, and keep the others."""

from __future__ import annotations

import json
from pathlib import Path

from bench.job_runs import ObservedJob
from bench.recording import COMMANDS, record
from lake.measures import HISTORY, SAMPLE, Measures, recorded_from
from lake.model.discovery import load_domain

SHOP, CLOUD = load_domain("ecommerce"), load_domain("cloud_provider")


def job(kind: str, tasks: int) -> ObservedJob:
    return ObservedJob(kind=kind, worker_type="G.1X", runs=(Measures(tasks=tasks),))


def tasks_in(file: Path) -> dict[tuple[str, str, str], int]:
    found = [recorded_from(each) for each in json.loads(file.read_text())["jobs"]]
    return {(each.domain, each.size, each.job): each.measures.tasks for each in found}


def test_records_of_other_sizes_and_domains_stay(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    record(file, SAMPLE, SHOP, [job("b", 1), job("a", 2)])
    record(file, HISTORY, SHOP, [job("a", 3)])
    record(file, SAMPLE, CLOUD, [job("a", 4)])
    record(file, SAMPLE, SHOP, [job("a", 5)])
    assert tasks_in(file) == {
        ("cloud_provider", "sample", "a"): 4,
        ("ecommerce", "history", "a"): 3,
        ("ecommerce", "sample", "a"): 5,
    }
    made = json.loads(file.read_text())["made"]
    assert {size: each["by"] for size, each in made.items()} == {
        HISTORY: COMMANDS[HISTORY],
        SAMPLE: COMMANDS[SAMPLE],
    }


def test_scale_of_the_rows_is_recorded(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    record(file, HISTORY, SHOP, [job("a", 1)], scale=0.1)
    made = json.loads(file.read_text())["made"][HISTORY]
    assert made["scale"] == 0.1
    assert made["by"] == f"{COMMANDS[HISTORY]} --scale 0.1"


def test_every_command_records() -> None:
    assert all(command.startswith("caudal bench --record") for command in COMMANDS.values())
