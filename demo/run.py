"""Run the demo: synthesise, deploy, upload, run the pipelines, print answers and row counts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event

from rich.console import Console

from demo.domain import DomainRun, print_detail, print_error
from demo.relational import show_asleep
from demo.report import show_times
from demo.turns import Turn, run_beside
from lake.model.discovery import domain_names, load_domain
from lake.model.spec import Domain
from lake.naming import Names, raw_prefix
from localcloud.context import ACCOUNT, REGION
from localcloud.daemon import PROJECT
from localcloud.errors import LocalCloudError
from localcloud.execution.early import EarlyWorkers
from localcloud.execution.glue import executor
from localcloud.home import is_short
from localcloud.server import LocalCloud
from localcloud.synth import synthesise

LOG_WIDTH = 130
"""Width in characters if the output is not a terminal."""


class Demo:
    """One run of the demo against a local cloud in this process."""

    answers_early = True
    """Whether domains answer while copies of gold are still updated."""

    has_continuous_streams = False
    """Whether a stream's run goes on beside batch jobs."""

    def __init__(self, home: Path, env: str, console: Console, workers: EarlyWorkers | None = None) -> None:
        """Prepare the demo; `workers` are those that were started for this home before."""
        self._workers = workers
        self._home = home.resolve()
        self._console = console if console.is_terminal else Console(width=LOG_WIDTH)
        self._env = env
        self._names = Names(env=env, account=ACCOUNT, region=REGION)
        self._steps: dict[str, float] = {}
        self._runs: dict[str, DomainRun] = {}

    def run(self, landing: Path) -> bool:
        """Run every domain that has a folder in `landing`; return whether all executions succeeded.

        Raises LocalCloudError if no domain has a folder there, or if a step fails.
        """
        domains = [load_domain(name) for name in domain_names() if (landing / name).is_dir()]
        if not domains:
            raise LocalCloudError(
                "the folder has no subfolder that is named after a domain.",
                where=str(landing),
                hint=f"Put the files into {landing}/<domain>/. Domains: {', '.join(domain_names())}.",
            )
        out = self._home / "cdk.out"
        workers = self._workers
        short_runs = is_short(self._home, self._env, landing) if workers is None else workers.short_runs
        # A worker of their own would start Java again for streams that are read within seconds.
        one_worker = short_runs and not self.has_continuous_streams
        with LocalCloud(self._home, short_runs=short_runs, one_worker=one_worker, workers=workers) as cloud:
            # Spark and the database start while the templates are synthesised and the stacks deployed.
            executor().warm_up(self._has_new_events(domains, landing))
            cloud.context.databases.prepare(self._names.relational)
            with self._step("synthesise the CloudFormation templates"):
                changed = synthesise(PROJECT, out, self._env)
            self._print_detail(f"templates written to {out}" if changed else "templates unchanged")
            with self._step("deploy the stacks"):
                stacks = cloud.deploy(out)
            self._print_detail(f"deployed: {', '.join(stacks)}" if stacks else "stacks unchanged")
            succeeded = self._all_domains(cloud, domains, landing)
            self._show(cloud, domains)
            show_asleep(cloud, domains, self._names, self._console)
        steps = self._steps | {name: each for run in self._runs.values() for name, each in run.steps.items()}
        executions = [execution for run in self._runs.values() for execution in run.executions]
        show_times(steps, executions, self._console)
        self._next_steps(landing)
        return succeeded

    def _has_new_events(self, domains: Sequence[Domain], landing: Path) -> bool:
        """Return whether a stream's folder has files whose names the stream lacks in the home folder's lake.

        That is a guess before the upload: a stream's worker that was not started starts with its first job.
        """
        raw = self._home / "s3" / self._names.raw_bucket
        return any(
            _file_names(landing / domain.name / folder)
            - _file_names(raw / raw_prefix(domain.name, table.name))
            for domain in domains
            for table in domain.stream_tables
            for folder in (table.stream.folders if table.stream else ())
        )

    def _all_domains(self, cloud: LocalCloud, domains: Sequence[Domain], landing: Path) -> bool:
        """Run the domains at the same time; print what each does and answers, one after the other.

        The first domain is shown live, another one when those before it have been answered. An error stops
        its own domain only; it is printed there, and the first one is raised at the end.
        """
        turns = [Turn(self._console) for _ in domains[1:]]
        consoles = [self._console, *(turn.console for turn in turns)]
        leading = [Event() for _ in domains]
        for domain, console, is_leading in zip(domains, consoles, leading, strict=True):
            self._runs[domain.name] = DomainRun(
                cloud, domain, self._names, console, answers_early=self.answers_early, is_leading=is_leading
            )
        befores = [None, *leading[:-1]]
        first, *others = (
            partial(self._domain, domain, landing, before)
            for domain, before in zip(domains, befores, strict=True)
        )
        return run_beside(first, list(zip(others, turns, strict=True)))

    def _domain(self, domain: Domain, landing: Path, before: Event | None) -> bool:
        """Run a domain and print its answers; return whether its executions succeeded.

        It begins when the domain before it needs the worker no more, so that the first answers do not wait
        for jobs of other domains. An error is printed where it happened, before it is raised: other domains
        may go on for minutes.
        """
        run = self._runs[domain.name]
        if before is not None:
            before.wait()
        try:
            succeeded = run.run(landing / domain.name)
            self._answer(run)
        except Exception as error:
            print_error(domain, error, run.console)
            raise
        return succeeded

    def _answer(self, run: DomainRun) -> None:
        """Show what a domain's pipeline has published."""
        run.report()

    def _show(self, cloud: LocalCloud, domains: Sequence[Domain]) -> None:
        """Show what needs all domains: here nothing."""

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Show a step as running, then print and record its duration."""
        began = time.monotonic()
        with self._console.status(f"{name} …"):
            yield
        self._steps[name] = time.monotonic() - began
        self._console.print(f"[green]✓[/] {name} [dim]{self._steps[name]:.1f} s[/]")

    def _print_detail(self, text: str) -> None:
        print_detail(text, self._console)

    def _next_steps(self, landing: Path) -> None:
        home = self._home
        lines: Sequence[str] = (
            f"Gold tables    {home}/s3/{self._names.curated_bucket}/<domain>/<table>/",
            f"All buckets    {home}/s3/",
            f"Job logs       {home}/logs/",
            f"Source files   {landing}",
            "Run again      make demo        nothing changes: all files are already ingested",
            "Your own data  make demo LANDING=dir HOME_DIR=dir        files in dir/<domain>/",
            'The command    export PATH="$PWD/.venv/bin:$PATH"        then caudal --help',
            'Keep running   caudal up && eval "$(caudal env)"        then caudal or any AWS client',
        )
        self._console.rule("[bold]results, and next commands[/]", align="left")
        for line in lines:
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)


def _file_names(folder: Path) -> set[str]:
    """Return the names of all files below a folder, which may be missing."""
    return {file.name for file in folder.rglob("*") if file.is_file()}
