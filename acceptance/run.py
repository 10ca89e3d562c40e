"""The acceptance: the sample goes through a deployed environment and a local one, and both are compared."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from acceptance.environment import Environment, reach
from acceptance.errors import AcceptanceError
from acceptance.exercise import Exercise
from acceptance.measured import Meter, Usage
from acceptance.preconditions import check_only_own_data, check_stacks, check_streams
from acceptance.report import Report
from acceptance.results import Comparison, Results, answers, compare, tables
from lake.model.discovery import domain_names, load_domain
from lake.model.spec import Domain
from localcloud import daemon
from localcloud.home import is_short
from uploader.session import connect

TABLES, QUESTIONS = "Gold tables", "Questions"
LAKE = "lake"
"""Folder of the local run's state, below the work folder."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two environments, and an S3 client with its uploader's role."""

    what: str
    environment: Environment
    raw: Any


@dataclass
class Acceptance:
    """One acceptance of a deployed environment.

    `landing` has a folder per domain, `work` keeps the local run and the report.
    """

    env: str
    landing: Path
    work: Path
    console: Console
    profile: str | None = None
    region: str | None = None
    _seconds: dict[str, float] = field(default_factory=dict)
    _usage: list[Usage] = field(default_factory=list)

    def check(self) -> None:
        """Raise AcceptanceError if the environment is not fit; nothing is changed."""
        domains = self._domains
        deployed = self._deployed
        with self._step("check the stacks, and that no other data is there"):
            check_stacks(deployed.environment, [domain.name for domain in domains])
            for domain in domains:
                check_streams(deployed.environment, domain)
                own = self._exercise(deployed, domain).plan()
                check_only_own_data(deployed.environment, domain, own)

    def run(self) -> Report:
        """Run everything in both environments and compare. Raises AcceptanceError if an execution fails."""
        domains = self._domains
        deployed = self._deployed
        with self._local() as local:
            expected = {domain.name: self._through(local, domain) for domain in domains}
        comparisons: list[Comparison] = []
        meters: list[Meter] = []
        for domain in domains:
            meter = Meter(deployed.environment, domain, self.work)
            meters.append(meter)
            found = self._through(deployed, domain)
            self._usage += meter.usage()
            wanted = expected[domain.name]
            comparisons += compare(TABLES, found[0], wanted[0], ordered=False)
            comparisons += compare(QUESTIONS, found[1], wanted[1], ordered=True)
        report = self._report(deployed.environment, comparisons)
        for meter in meters:
            meter.forget()
        return report

    @cached_property
    def _domains(self) -> list[Domain]:
        names = [name for name in domain_names() if (self.landing / name).is_dir()]
        if not names:
            raise AcceptanceError(
                "the folder has no subfolder that is named after a domain.",
                where=str(self.landing),
                hint=f"Domains: {', '.join(domain_names())}.",
            )
        return [load_domain(name) for name in names]

    @cached_property
    def _deployed(self) -> Side:
        environment = reach(env=self.env, profile=self.profile, region=self.region)
        raw = connect(env=self.env, profile=self.profile, region=self.region).client
        return Side(what="deployed", environment=environment, raw=raw)

    @contextmanager
    def _local(self) -> Iterator[Side]:
        """Run a local cloud, empty at first, in a process of its own."""
        home = (self.work / LAKE).resolve()
        daemon.stop(home)
        shutil.rmtree(home, ignore_errors=True)
        short = is_short(home, self.env, self.landing)
        with self._step("local: synthesise and deploy"):
            daemon.start(home, self.env, short_runs=short)
        try:
            yield Side(
                what="local",
                environment=reach(env=None, local=home),
                raw=connect(local=home).client,
            )
        finally:
            daemon.stop(home)

    def _exercise(self, side: Side, domain: Domain) -> Exercise:
        return Exercise(
            environment=side.environment,
            domain=domain,
            folder=self.landing / domain.name,
            raw=side.raw,
            tell=self._tell,
        )

    def _through(self, side: Side, domain: Domain) -> tuple[Results, Results]:
        """Send a domain's sample through an environment; return its gold tables and its answers."""
        exercise = self._exercise(side, domain)
        with self._step(f"{side.what}: {domain.name}: upload"):
            report = exercise.upload()
        with self._step(f"{side.what}: {domain.name}: run the pipeline"):
            exercise.publish(report)
        if domain.stream_tables:
            with self._step(f"{side.what}: {domain.name}: run the streams, and the pipeline after them"):
                exercise.run_streams()
        with self._step(f"{side.what}: {domain.name}: read the tables and ask the questions"):
            return dict(tables(side.environment, domain)), dict(answers(side.environment, domain))

    def _report(self, environment: Environment, comparisons: list[Comparison]) -> Report:
        names = environment.names
        return Report(
            env=names.env,
            account=names.account,
            region=names.region,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            comparisons=tuple(comparisons),
            usage=tuple(self._usage),
            seconds={step: round(seconds, 1) for step, seconds in self._seconds.items()},
        )

    def _tell(self, text: str) -> None:
        if self._status is not None:
            self._status.update(f"{escape(text)} …")

    _status: Any = None

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Show a step as running, then print and record its duration."""
        began = time.monotonic()
        with self.console.status(f"{escape(name)} …") as self._status:
            yield
        self._seconds[name] = time.monotonic() - began
        self.console.print(f"[green]✓[/] {escape(name)} [dim]{self._seconds[name]:.1f} s[/]")
