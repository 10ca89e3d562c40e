"""One domain in the demo: upload its files, follow its pipeline, print its answers."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from rich.console import Console
from rich.markup import escape

from demo.answers import show_answers
from demo.relational import show_relational
from demo.report import show_accounting, show_quarantine
from demo.serving import show_served
from demo.waiting import Waiting, read_waiting
from lake.errors import CaudalError
from lake.model.spec import Domain
from lake.naming import Names, collection_name, stream_job
from localcloud import services
from localcloud.client import ExecutionWatcher, FollowedExecution, StateTime, stack_resources
from localcloud.context import ACCOUNT, REGION
from localcloud.server import LocalCloud
from uploader import Status, UploadReport, upload
from uploader.display import Bar, show

SHOWN_SECONDS = 0.1
"""The live view leaves out states that take less time."""

QUIET_STATES = ("Pass", "Choice", "Wait", "Get", "Is")
"""Prefixes of states that only decide or wait; the live view leaves them out."""


GOLD_REPLACED = "ProcessedToCurated"
"""The state of a pipeline in which gold changes."""

GOLD_PUBLISHED = "RefreshDashboards"
"""The state that a pipeline enters when gold and its catalog have the rows of its batches.

Only a pipeline with dashboards in QuickSight has it, as those of the demo have. Without it, answers come at
the end.
"""

LAST_JOBS = (GOLD_REPLACED, "NothingNew")
"""States of a pipeline after which it needs the worker of batch jobs no more, but for the relational copy."""


class DomainRun:
    """The run of one domain, which prints to a console of its own; other domains may run beside it."""

    def __init__(
        self,
        cloud: LocalCloud,
        domain: Domain,
        names: Names,
        console: Console,
        *,
        answers_early: bool = False,
        is_leading: Event | None = None,
    ) -> None:
        """Prepare the run.

        With `answers_early` it answers as soon as gold has all that was uploaded, while copies of gold are
        still updated. `is_leading` is set when other domains may use the workers: the domain's last job is
        queued, or it has none.
        """
        self.domain = domain
        self.console = console
        self.steps: dict[str, float] = {}
        """Step → seconds."""
        self.executions: list[FollowedExecution] = []
        self._cloud = cloud
        self._names = names
        self._answers_early = answers_early
        self._is_leading = is_leading or Event()
        self._is_answered = False

    def run(self, folder: Path) -> bool:
        """Upload a folder and follow the pipeline to its end.

        Return whether all executions succeeded, and the streams have read all of their files.
        """
        try:
            succeeded = self._run(folder)
        except Exception:
            self._is_leading.set()
            raise
        # After an interrupt no domain begins: the cloud is closing, and waiting threads end with the process.
        self._is_leading.set()
        return succeeded

    def _run(self, folder: Path) -> bool:
        cloud, domain, names = self._cloud, self.domain, self._names
        self.console.rule(f"[bold]{domain.name}[/] {escape(domain.description)}", align="left")
        watch = self.watch()
        report = self._upload(folder)
        uploaded = {outcome.table for outcome in report.outcomes if outcome.status is Status.UPLOADED}
        if not uploaded:
            self._print_detail("no new files; start the pipeline once to show that it finds nothing to do")
            watch.start()
        began = time.monotonic()
        waiting = self._waiting()
        for table in domain.stream_tables:
            if table.name in waiting.streams:
                cloud.fire_schedule(names.schedule(domain.name, f"stream_{table.name}"))
                self._print_detail(f"started the scheduled job of stream {table.name}, beside the pipeline")
            else:
                self._print_detail(f"stream {table.name}: the ledger names all files, so no job is started")
        if not uploaded and not waiting:
            self._is_leading.set()
            if self._answers_early:
                # The ledger says that gold has every file; the pipeline runs meanwhile.
                self._answer()
        # Files of streams start no execution.
        is_asleep = bool(uploaded) and uploaded <= {table.name for table in domain.stream_tables}
        if is_asleep:
            with self.console.status("waiting for the streams …"):
                cloud.wait_idle(of=self._resources())
        else:
            self.follow(watch)
        left = self._waiting() if domain.stream_tables else Waiting()
        if is_asleep or left.batches:
            # Also without a batch: copies of gold may lack what a run that failed did not publish.
            self._print_detail("started the daily pipeline: it publishes the events that the streams brought")
            cloud.fire_schedule(names.schedule(domain.name, "pipeline"))
            self.follow(watch)
        self.steps[f"{domain.name}: run the pipeline"] = time.monotonic() - began
        executions = list(watch.followed.values())
        self.executions += executions
        for execution in executions:
            if execution.status != "SUCCEEDED":
                print_failure(execution, self.console)
        # No state machine waits for a stream, so an execution says nothing of one that failed.
        for stream in sorted(left.streams):
            log = cloud.context.home / "logs" / "glue" / names.job(domain.name, stream_job(stream))
            print_unread(stream, log, self.console)
        return not left.streams and all(execution.status == "SUCCEEDED" for execution in executions)

    def _waiting(self) -> Waiting:
        return read_waiting(self._cloud.client("s3"), self.domain, self._names)

    def watch(self) -> ExecutionWatcher:
        """Return what follows the executions of the domain's pipeline that start from now on."""
        machine = (
            f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{self._names.state_machine(self.domain.name)}"
        )
        return ExecutionWatcher(self._cloud.client("stepfunctions"), machine)

    def follow(self, watch: ExecutionWatcher) -> None:
        """Print each working state of the pipeline when it ends; show the running one live.

        Ends when nothing of this domain runs any more.
        """
        is_idle = partial(self._cloud.is_idle, self._resources())
        with self.console.status("waiting for the pipeline to start …") as status:
            for execution, state in watch.follow(is_idle):
                self._take_note(state)
                if state.name.startswith(QUIET_STATES):
                    continue
                if state.seconds is None:
                    status.update(f"{execution.name[:8]} {state.name} …")
                elif state.seconds >= SHOWN_SECONDS:
                    self.console.print(
                        f"[green]✓[/] {state.name} [dim]{state.seconds:.1f} s[/]", highlight=False
                    )

    def _take_note(self, state: StateTime) -> None:
        """Let other domains begin when the last job is queued; answer when gold is complete."""
        if state.name in LAST_JOBS:
            self._is_leading.set()
        if state.name == GOLD_REPLACED:
            # What was answered before may have changed.
            self._is_answered = False
        if state.name == GOLD_PUBLISHED and state.seconds is None:
            self._is_answered = False
            if self._answers_early and not self._waiting():
                self._answer()

    def _resources(self) -> frozenset[str]:
        """Return the names of the resources of the domain's stacks; names of domains may begin alike."""
        stacks = (self._names.stack(self.domain.name), self._names.dashboards_stack(self.domain.name))
        return stack_resources(self._cloud.client("cloudformation"), *stacks)

    def _answer(self) -> None:
        """Print the answers to the domain's questions, from gold."""
        domain, names, console = self.domain, self._names, self.console
        # People who ask questions have the role that reads gold; only the steward sees what was quarantined.
        athena = client_as(self._cloud, names.role(domain.name, "analyst"), "athena")
        began = time.monotonic()
        console.rule(f"[bold]{domain.name}[/] answers to the business questions", align="left")
        show_answers(athena, domain, names, console)
        self.steps[f"{domain.name}: answer the questions"] = time.monotonic() - began
        self._is_answered = True

    def report(self) -> None:
        """Print the answers to the domain's questions, its quarantine and its row counts."""
        cloud, domain, names, console = self._cloud, self.domain, self._names, self.console
        if not self._is_answered:
            self._answer()
        steward = client_as(cloud, names.steward_role, "athena")
        s3 = client_as(cloud, names.steward_role, "s3")
        if cloud.serving is not None:
            athena = client_as(cloud, names.role(domain.name, "analyst"), "athena")
            secrets = cloud.client("secretsmanager")
            # Other domains may be publishing at the same time.
            collections = [collection_name(domain.name, each.mart) for each in domain.serving]
            count = cloud.serving.server.count
            show_served(
                athena, secrets, domain, names, console,
                lambda: sum(count(collection=each) for each in collections),
            )  # fmt: skip
        show_relational(cloud, domain, names, console)
        console.rule(f"[bold]{domain.name}[/] data quality and row counts", align="left")
        show_quarantine(steward, s3, domain, names, console)
        show_accounting(s3, domain, names, console)

    def _upload(self, folder: Path) -> UploadReport:
        began = time.monotonic()
        role = f"arn:aws:iam::{ACCOUNT}:role/{self._names.uploader_role}"
        client = self._cloud.client("s3", role)
        with Bar(self.console) as bar:
            report = upload([folder], self.domain, client=client, names=self._names, progress=bar)
        self.steps[f"{self.domain.name}: upload"] = time.monotonic() - began
        show(report, self.console)
        return report

    def _print_detail(self, text: str) -> None:
        print_detail(text, self.console)


def print_detail(text: str, console: Console) -> None:
    """Print a line of less weight below a step."""
    console.print(f"  [dim]{escape(text)}[/]", highlight=False)


def print_failure(execution: FollowedExecution, console: Console) -> None:
    """Print why an execution failed. The cause may hold text of the data, so it is no markup."""
    console.print(f"[red]✗ {execution.status}[/] {escape(execution.cause)}")


def print_unread(stream: str, log: Path, console: Console) -> None:
    """Print that a stream's job has ended without reading all files. `log` is the folder of its logs."""
    text = f"its job has ended, and the ledger lacks files. Its log: {log}/"
    console.print(f"[red]✗ stream {stream}[/] {escape(text)}", highlight=False, soft_wrap=True)


def print_error(domain: Domain, error: Exception, console: Console) -> None:
    """Print that a domain has stopped, and why. An error of another library is named by its class."""
    text = str(error) if isinstance(error, CaudalError) else f"{type(error).__name__}: {error}"
    console.print(f"[red]✗ {domain.name} stopped[/] {escape(text)}")


def client_as(cloud: LocalCloud, role: str, service: str) -> Any:
    """Return a client with the permissions of a role, which it assumes as a person does."""
    answer = cloud.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="demo"
    )["Credentials"]
    session: Any = services.session(
        aws_access_key_id=answer["AccessKeyId"],
        aws_secret_access_key=answer["SecretAccessKey"],
        aws_session_token=answer["SessionToken"],
        region_name=REGION,
    )
    return session.client(service, endpoint_url=cloud.endpoint)
