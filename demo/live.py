"""`caudal demo --live`: publish all but the newest events, then play these into a continuous stream."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from dashboard.application import Site
from dashboard.connection import Access, site_of
from dashboard.server import serving
from demo.domain import DomainRun, client_as
from demo.held import Held, hold_back
from demo.report import LedgerReader
from demo.run import Demo
from lake.model.discovery import domain_names, load_domain
from lake.model.spec import Domain
from lake.naming import CONTINUOUS, stop_key, stream_job
from localcloud.context import ACCOUNT
from localcloud.errors import LocalCloudError
from localcloud.execution.early import EarlyWorkers
from localcloud.server import LocalCloud
from uploader import upload

LANDING = "landing"
PLAYED = "played"
POLL_SECONDS = 0.5
READ_SECONDS = 180.0
"""How long the stream may take to read the last events."""

END_SECONDS = 180.0
"""How long the run may take to end after its stop file."""

SETTLE_SECONDS = 15.0
"""How long the run goes on after the last events are in bronze: the speed view follows by a micro-batch."""


class LiveDemo(Demo):
    """A demo whose newest events arrive while the dashboards are open. `pace`: hours of events a second."""

    answers_early = False
    has_continuous_streams = True

    def __init__(
        self,
        home: Path,
        env: str,
        console: Console,
        workers: EarlyWorkers | None = None,
        *,
        pace: float,
        port: int = 0,
        ready: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        end_seconds: float = END_SECONDS,
    ) -> None:
        super().__init__(home, env, console, workers)
        self._pace = pace
        self._port = port
        self._ready = ready
        self._sleep = sleep
        self._end_seconds = end_seconds
        self._held: dict[str, list[Held]] = {}

    def run(self, landing: Path) -> bool:
        """Run every domain that has a folder in `landing` without its newest events, then play these.

        Raises LocalCloudError if the home folder holds data, or if no domain there has a stream.
        """
        if (self._home / "s3").exists():
            raise LocalCloudError(
                "the folder holds data already, among it the events that would be played.",
                where=str(self._home),
                hint="Name an empty one with --home DIR.",
            )
        target = self._home / LANDING
        for name in domain_names():
            if (landing / name).is_dir():
                domain = load_domain(name)
                self._held[name] = hold_back(landing, target, domain, dt.datetime.now(dt.UTC))
        if not any(held.hours for all_held in self._held.values() for held in all_held):
            raise LocalCloudError(
                "no domain there has a stream with events.",
                where=str(landing),
                hint="Leave --live out, or name a landing folder with events.",
            )
        return super().run(target)

    def _answer(self, run: DomainRun) -> None:
        """Show nothing yet: the dashboards do."""

    def _show(self, cloud: LocalCloud, domains: Sequence[Domain]) -> None:
        """Show the dashboards, and play the events that were held back."""
        site = self._site(cloud, domains)
        with self._step("load the dashboards"):
            site.load()
        with serving(site, self._port, log_level="warning") as address:
            for domain in domains:
                for live in domain.live:
                    self._console.print(f"Watch it at {address}/{domain.name}/{live.key}", highlight=False)
            self._ready(address)
            for domain in domains:
                for held in self._held[domain.name]:
                    if held.hours:
                        self._play(cloud, domain, held)

    def _next_steps(self, landing: Path) -> None:
        lines = (
            f"Kept in        {self._home}",
            "See it again   caudal up --home DIR, then caudal dashboard --home DIR",
            "Play again     caudal demo --live        into another folder; without --home nothing is kept",
        )
        for line in lines:
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _site(self, cloud: LocalCloud, domains: Sequence[Domain]) -> Site:
        return site_of(
            [
                Access(
                    domain=domain,
                    names=self._names,
                    client=partial(client_as, cloud, self._names.role(domain.name, "analyst")),
                    secrets=partial(cloud.client, "secretsmanager"),
                )
                for domain in domains
            ]
        )

    def _play(self, cloud: LocalCloud, domain: Domain, held: Held) -> None:
        """Send each hour's events into a continuous run, then end it and publish what it brought."""
        glue, s3 = cloud.client("glue"), cloud.client("s3")
        job = self._names.job(domain.name, stream_job(held.table.name))
        run = glue.start_job_run(JobName=job, Arguments={"--trigger": CONTINUOUS})["JobRunId"]
        began = time.monotonic()
        try:
            with self._console.status(f"{held.table.name} …") as status:
                for hour in held.span:
                    status.update(f"{held.table.name}: events of {hour:%d %b %H:%M}")
                    if hour in held.hours:
                        self._send(cloud, domain, held, hour)
                    self._sleep(1 / self._pace)
                status.update(f"{held.table.name}: the stream reads the last events")
                self._await_read(s3, domain, held)
                self._sleep(SETTLE_SECONDS)
        finally:
            s3.put_object(
                Bucket=self._names.processed_bucket, Key=stop_key(domain.name, held.table.name), Body=b""
            )
            self._await_end(glue, job, run)
        state = glue.get_job_run(JobName=job, RunId=run)["JobRun"]
        if state["JobRunState"] != "SUCCEEDED":
            raise LocalCloudError(
                f"the stream ended as {state['JobRunState']}: {state.get('ErrorMessage', '')}", where=job
            )
        number = sum(len(lines) for lines in held.hours.values())
        self._steps[f"{domain.name}: play {number} events"] = time.monotonic() - began
        self._print_detail(f"{number} events were played; the pipeline publishes their days")
        domain_run = self._runs[domain.name]
        watch = domain_run.watch()
        cloud.fire_schedule(self._names.schedule(domain.name, "pipeline"))
        domain_run.follow(watch)
        domain_run.executions += watch.followed.values()

    def _await_end(self, glue: Any, job: str, run: str) -> None:
        """Wait until the run has ended, which sees its stop file between two micro-batches."""
        deadline = time.monotonic() + self._end_seconds
        while glue.get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"] == "RUNNING":
            if time.monotonic() > deadline:
                raise LocalCloudError(
                    f"the stream has not ended {self._end_seconds:.0f} s after its stop file.",
                    where=f"{job}, run {run}",
                    hint="Its log in the home folder says what it does; the local cloud ends it with itself.",
                )
            time.sleep(POLL_SECONDS)

    def _send(self, cloud: LocalCloud, domain: Domain, held: Held, hour: dt.datetime) -> None:
        folder = self._home / PLAYED / f"{hour:%Y%m%dT%H}"
        file = folder / held.folder / f"{held.table.name}_{hour:%Y%m%dT%H}.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text("".join(held.hours[hour]), encoding="utf-8", errors="surrogateescape")
        role = f"arn:aws:iam::{ACCOUNT}:role/{self._names.uploader_role}"
        report = upload([folder], domain, client=cloud.client("s3", role), names=self._names)
        if not report.is_complete:
            raise LocalCloudError(
                "events could not be sent.", where=str(file), hint="See the messages above."
            )

    def _await_read(self, s3: Any, domain: Domain, held: Held) -> None:
        """Wait until the ledger has the last file that was sent."""
        last = f"{held.table.name}_{max(held.hours):%Y%m%dT%H}.jsonl"
        ledger = LedgerReader(s3, self._names.ledger_bucket, domain.name)
        deadline = time.monotonic() + READ_SECONDS
        while not any(entry["key"].endswith(last) for entry in ledger.files()):
            if time.monotonic() > deadline:
                raise LocalCloudError(
                    f"the stream has not read the last events in {READ_SECONDS:.0f} s.", where=domain.name
                )
            time.sleep(POLL_SECONDS)
