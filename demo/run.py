"""Run the demo: synthesise, deploy, upload, run the pipelines, print answers and row counts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console
from rich.markup import escape

from demo.answers import show_answers
from demo.relational import show_asleep, show_relational
from demo.report import show_accounting, show_quarantine, show_times
from demo.serving import show_served
from lake.model.discovery import domain_names, load_domain
from lake.model.spec import Domain
from lake.naming import Names
from localcloud.client import ExecutionWatcher, FollowedExecution
from localcloud.context import ACCOUNT, REGION
from localcloud.daemon import PROJECT
from localcloud.errors import LocalCloudError
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise
from uploader import Status, UploadReport, upload
from uploader.display import Bar, show

LOG_WIDTH = 130
"""Width in characters if the output is not a terminal."""

SHOWN_SECONDS = 0.1
"""The live view leaves out states that take less time."""

QUIET_STATES = ("Pass", "Choice", "Wait", "Get", "Is")
"""Prefixes of states that only decide or wait; the live view leaves them out."""


class Demo:
    """One run of the demo against a local cloud in this process."""

    def __init__(self, home: Path, env: str, console: Console) -> None:
        self._home = home.resolve()
        self._console = console if console.is_terminal else Console(width=LOG_WIDTH)
        self._env = env
        self._names = Names(env=env, account=ACCOUNT, region=REGION)
        self._steps: dict[str, float] = {}
        self._executions: list[FollowedExecution] = []

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
        with self._step("synthesise the CloudFormation templates"):
            changed = synthesise(PROJECT, out, self._env)
        self._print_detail(f"templates written to {out}" if changed else "templates unchanged")
        with LocalCloud(self._home) as cloud:
            # Spark starts while the stacks are deployed.
            executor().warm_up()
            with self._step("deploy the stacks"):
                stacks = cloud.deploy(out)
            self._print_detail(f"deployed: {', '.join(stacks)}" if stacks else "stacks unchanged")
            succeeded = [self._domain(cloud, domain, landing / domain.name) for domain in domains]
            self._show(cloud, domains)
            show_asleep(cloud, domains, self._names, self._console)
        show_times(self._steps, self._executions, self._console)
        self._next_steps(landing)
        return all(succeeded)

    def _show(self, cloud: LocalCloud, domains: Sequence[Domain]) -> None:
        """Show what the pipelines have published."""
        for domain in domains:
            self._report(cloud, domain)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Show a step as running, then print and record its duration."""
        began = time.monotonic()
        with self._console.status(f"{name} …"):
            yield
        self._steps[name] = time.monotonic() - began
        self._console.print(f"[green]✓[/] {name} [dim]{self._steps[name]:.1f} s[/]")

    def _print_detail(self, text: str) -> None:
        self._console.print(f"  [dim]{escape(text)}[/]", highlight=False)

    def _print_failure(self, execution: FollowedExecution) -> None:
        """Print why an execution failed. The cause may hold text of the data, so it is no markup."""
        self._console.print(f"[red]✗ {execution.status}[/] {escape(execution.cause)}")

    def _domain(self, cloud: LocalCloud, domain: Domain, folder: Path) -> bool:
        self._console.rule(f"[bold]{domain.name}[/] {escape(domain.description)}", align="left")
        machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{self._names.state_machine(domain.name)}"
        watch = ExecutionWatcher(cloud.client("stepfunctions"), machine)
        report = self._upload(cloud, domain, folder)
        uploaded = {outcome.table for outcome in report.outcomes if outcome.status is Status.UPLOADED}
        if not uploaded:
            self._print_detail("no new files; start the pipeline once to show that it finds nothing to do")
            watch.start()
        began = time.monotonic()
        for table in domain.stream_tables:
            cloud.fire_schedule(self._names.schedule(domain.name, f"stream_{table.name}"))
            self._print_detail(f"started the scheduled job of stream {table.name}, beside the pipeline")
        if uploaded and uploaded <= {table.name for table in domain.stream_tables}:
            # Files of streams start no execution.
            with self._console.status("waiting for the streams …"):
                cloud.wait_idle()
        else:
            self._follow(cloud, watch)
        if domain.stream_tables:
            self._print_detail("started the daily pipeline: it publishes the events that the streams brought")
            cloud.fire_schedule(self._names.schedule(domain.name, "pipeline"))
            self._follow(cloud, watch)
        self._steps[f"{domain.name}: run the pipeline"] = time.monotonic() - began
        executions = list(watch.followed.values())
        self._executions += executions
        for execution in executions:
            if execution.status != "SUCCEEDED":
                self._print_failure(execution)
        return all(execution.status == "SUCCEEDED" for execution in executions)

    def _upload(self, cloud: LocalCloud, domain: Domain, folder: Path) -> UploadReport:
        began = time.monotonic()
        role = f"arn:aws:iam::{ACCOUNT}:role/{self._names.uploader_role}"
        with Bar(self._console) as bar:
            report = upload(
                [folder], domain, client=cloud.client("s3", role), names=self._names, progress=bar
            )
        self._steps[f"{domain.name}: upload"] = time.monotonic() - began
        show(report, self._console)
        return report

    def _follow(self, cloud: LocalCloud, watch: ExecutionWatcher) -> None:
        """Print each working state of the pipeline when it ends; show the running one live."""
        with self._console.status("waiting for the pipeline to start …") as status:
            for execution, state in watch.follow(cloud.is_idle):
                if state.name.startswith(QUIET_STATES):
                    continue
                if state.seconds is None:
                    status.update(f"{execution.name[:8]} {state.name} …")
                elif state.seconds >= SHOWN_SECONDS:
                    self._console.print(
                        f"[green]✓[/] {state.name} [dim]{state.seconds:.1f} s[/]", highlight=False
                    )

    def _report(self, cloud: LocalCloud, domain: Domain) -> None:
        # People who ask questions have the role that reads gold; only the steward sees what was quarantined.
        athena = self._client_as(cloud, self._names.role(domain.name, "analyst"), "athena")
        steward = self._client_as(cloud, self._names.steward_role, "athena")
        s3 = self._client_as(cloud, self._names.steward_role, "s3")
        began = time.monotonic()
        self._console.rule(f"[bold]{domain.name}[/] answers to the business questions", align="left")
        show_answers(athena, domain, self._names, self._console)
        self._steps[f"{domain.name}: answer the questions"] = time.monotonic() - began
        if cloud.serving is not None:
            secrets = cloud.client("secretsmanager")
            count = cloud.serving.server.count
            show_served(athena, secrets, domain, self._names, self._console, count)
        show_relational(cloud, domain, self._names, self._console)
        self._console.rule(f"[bold]{domain.name}[/] data quality and row counts", align="left")
        show_quarantine(steward, s3, domain, self._names, self._console)
        show_accounting(s3, domain, self._names, self._console)

    def _client_as(self, cloud: LocalCloud, role: str, service: str) -> Any:
        """Return a client with the permissions of a role, which it assumes as a person does."""
        answer = cloud.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="demo"
        )["Credentials"]
        session: Any = boto3.Session(
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
            region_name=REGION,
        )
        return session.client(service, endpoint_url=cloud.endpoint)

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
