"""A lake with daily costs and verdicts in folders, and a training whose outcome a test decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.models.pointer import Pointer, read_pointer
from glue_jobs.models.registry import Registry
from glue_jobs.models.version import Version
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.training import training
from glue_jobs.training.training import Trained, train_model
from lake.model.discovery import load_domain
from lake.model.training import Decision, Training
from tests.fakes import FolderStore

DOMAIN = load_domain("cloud_provider")
MODEL = DOMAIN.model("cost_anomaly")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PARAMETERS = {"service": None, "level_costs": 42, "width_percent": 125}

Cost = tuple[str, str, date, str]
"""Organisation, service, day, cost."""

COSTS: tuple[Cost, ...] = tuple(
    ("org_1", "compute", date(2025, month, day), f"{day}.5") for month in (10, 11) for day in (1, 2, 30)
)

_SCHEMA = pa.schema([
    ("org_id", pa.string()), ("usage_date", pa.date32()), ("service", pa.string()),
    ("cost_usd", pa.decimal128(28, 6)),
])  # fmt: skip


def arguments(execution: str = "x0001") -> JobArguments:
    return JobArguments(
        job_name="test", domain=DOMAIN.name, env="dev", execution=execution, raw_bucket="raw",
        processed_bucket="processed", curated_bucket="curated", ledger_bucket="ledger",
    )  # fmt: skip


def write_costs(root: Path, costs: Iterable[Cost], *, files: int = 1) -> None:
    """Write the daily costs of gold, each month into so many files."""
    months: dict[tuple[int, int], list[Cost]] = {}
    for cost in costs:
        months.setdefault((cost[2].year, cost[2].month), []).append(cost)
    for (year, month), rows in months.items():
        folder = root / f"curated/cloud_provider/org_daily_usage_by_service/year={year}/month={month}"
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(files):
            part = rows[number::files]
            columns = [
                [row[0] for row in part], [row[2] for row in part], [row[1] for row in part],
                [Decimal(row[3]) for row in part],
            ]  # fmt: skip
            arrays = [pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)]
            pq.write_table(
                pa.Table.from_arrays(arrays, schema=_SCHEMA), folder / f"part-{number:05d}.parquet"
            )


@dataclass
class Lake:
    """A lake in a folder. `outcome` is what the domain's training returns, `seen` what it was given."""

    spark: SparkSession
    store: FolderStore
    outcome: Training
    seen: list[Mapping[str, DataFrame | None]] = field(default_factory=list)

    def train(self, *, store: ObjectStore | None = None, execution: str = "x0001") -> Trained:
        return train_model(self.spark, store or self.store, arguments(execution), DOMAIN, MODEL, NOW)

    @property
    def registry(self) -> Registry:
        return Registry(self.store, "ledger", DOMAIN.name, MODEL)

    def versions(self) -> list[str]:
        """Return the ids of all versions; damaged ones begin with a mark."""
        return [
            each.version if isinstance(each, Version) else f"damaged {each.version}"
            for each in self.registry.versions()
        ]

    def pointer(self) -> Pointer | None:
        return read_pointer(self.store, "ledger", DOMAIN.name, MODEL.name)


def outcome(decision: Decision = Decision.PROMOTE, **parameters: Any) -> Training:
    return Training(
        decision=decision,
        reasons=("It is better.",),
        parameters=({**PARAMETERS, **parameters},),
        window_start=date(2025, 10, 1),
        window_end=date(2025, 11, 30),
        figures={"f1": "0.9"},
        table="F1  0.9",
    )


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    write_costs(tmp_path, COSTS)
    made = Lake(spark, FolderStore(tmp_path), outcome())

    def train(**inputs: DataFrame | None) -> Training:
        made.seen.append(inputs)
        return made.outcome

    def module(domain: str, model: str) -> SimpleNamespace:
        return SimpleNamespace(train=train, __name__=f"domains.{domain}.training.{model}")

    monkeypatch.setattr(training, "training", module)
    return made
