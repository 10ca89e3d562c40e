"""Glue jobs that really run: moto keeps the definitions, a Spark worker executes the scripts."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.glue import models
from moto.glue.exceptions import ConcurrentRunsExceededException, JobRunNotFoundException
from moto.glue.responses import GlueResponse

from localcloud.context import Context
from localcloud.errors import LocalCloudError, PatchError, UnsupportedError
from localcloud.execution.assets import fetch, import_path
from localcloud.execution.lanes import Lane, Ticket
from localcloud.execution.spark_worker import Outcome
from localcloud.patching import original, replace

LANES = {"glueetl": "batch", "gluestreaming": "streaming"}
"""Which lane serves a job, by its command's name."""

ACTIVE = ("STARTING", "RUNNING", "STOPPING")
SERVICE = "glue.amazonaws.com"
MINUTE = 60.0
DEFAULT_TIMEOUT = 480
"""Minutes, as on Glue."""


class GlueRun(models.FakeJobRun):
    """A job run with a state of its own; moto's would move on each time somebody looks."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.state = "STARTING"
        self.error: str | None = None
        self.ended: datetime | None = None

    @property
    def status(self) -> str:
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value

    def advance(self) -> None:
        """Looking at a run does not change it."""

    def finish(self, state: str, error: str | None) -> None:
        """Enter a final state."""
        self.error = error
        self.ended = self.modified_on = datetime.now(UTC)
        self.state = state

    def as_dict(self) -> dict[str, Any]:
        described: dict[str, Any] = super().as_dict()
        end = self.ended or datetime.now(UTC)
        started = self.started_on if self.started_on.tzinfo else self.started_on.replace(tzinfo=UTC)
        described["ExecutionTime"] = max(0, int((end - started).total_seconds()))
        described["LogGroupName"] = "/aws-glue/jobs"
        del described["CompletedOn"], described["GlueVersion"]
        if self.ended:
            described["CompletedOn"] = self.ended
        if self.error:
            described["ErrorMessage"] = self.error
        return described


Ended = Callable[[str, str, GlueRun], None]
"""(job, its final state, the run)."""


class GlueExecutor:
    """Executes the job runs of one local cloud; `told` hears how each of them ended."""

    def __init__(self, context: Context, told: Ended | None = None) -> None:
        self._context = context
        self._told = told
        self._lanes: dict[str, Lane] = {}
        self._tickets: dict[str, tuple[Lane, Ticket]] = {}
        self._working: dict[str, ExitStack] = {}
        self._lock = threading.RLock()

    def lane(self, name: str = "batch") -> Lane:
        with self._lock:
            if name not in self._lanes:
                self._lanes[name] = Lane(self._context.home, name, self._context.report)
            return self._lanes[name]

    def warm_up(self) -> None:
        """Start the batch worker in the background."""
        self.lane().warm_up()

    def kill(self, lane: str = "batch") -> bool:
        """SIGKILL a lane's worker; the run in it fails. Returns whether there was a worker."""
        return self.lane(lane).kill()

    def peak_memory(self) -> int:
        """Largest resident size of the workers (Python and JVM) so far, in bytes."""
        return sum(lane.peak_memory() for lane in self._lanes.values())

    def is_idle(self) -> bool:
        """Whether no run waits or runs."""
        with self._lock:
            return not self._tickets

    def stop(self) -> None:
        """End all workers; what runs is lost."""
        for lane in list(self._lanes.values()):
            lane.close()

    def start(self, job: Any, arguments: dict[str, Any], start: Any) -> str:
        """Start a run, `start` being moto's own way to record one. Returns its id."""
        lane = self.lane(_lane_name(job))
        with self._lock:
            active = sum(run.state in ACTIVE for run in job.job_runs)
            if active >= job.execution_property.get("MaxConcurrentRuns", 1):
                raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for {job.name}")
            run_id: str = start(job, **arguments)
            run = job.job_runs[-1]
            role_arn = self._role_arn(job.role)
            ticket = Ticket(
                prepare=functools.partial(self._request, job, run, role_arn),
                adopt=functools.partial(self._adopt, role_arn=role_arn),
                limit=MINUTE * (run.timeout or DEFAULT_TIMEOUT),
                started=functools.partial(setattr, run, "state", "RUNNING"),
                ended=lambda outcome: self._ended(run, ticket, role_arn, outcome),
                # As a writer, so that another run's adoption knows whose files these are.
                holding=functools.partial(self._context.writing, role_arn),
            )
            self._working[run_id] = ExitStack()
            self._working[run_id].enter_context(self._context.working())
            self._tickets[run_id] = (lane, ticket)
        lane.submit(ticket)
        return run_id

    def stop_run(self, run: Any) -> None:
        """End a run as StopJobRun does; one that has ended stays as it is."""
        with self._lock:
            held = self._tickets.get(run.job_run_id)
            if held is None:
                return
            run.state = "STOPPING"
        lane, ticket = held
        lane.cancel(ticket)

    def _ended(self, run: GlueRun, ticket: Ticket, role_arn: str, outcome: Outcome) -> None:
        error, state = outcome.error, "FAILED" if outcome.error else "SUCCEEDED"
        if outcome.timed_out:
            state, error = "TIMEOUT", f"The run took longer than its timeout of {run.timeout} minutes."
        if ticket.stopped.is_set():
            state, error = "STOPPED", None
        denied = self._adopt(None, role_arn=role_arn)
        if denied and state == "SUCCEEDED":
            state, error = "FAILED", denied
        with self._lock:
            run.finish(state, error)
            del self._tickets[run.job_run_id]
        with self._working.pop(run.job_run_id):
            if self._told is not None:
                self._told(run.job_name, state, run)

    def _adopt(self, buckets: list[str] | None, *, role_arn: str) -> str | None:
        try:
            self._context.adopt(buckets, role_arn)
        except Exception as error:  # the run that wrote is told, whatever it is
            return f"{type(error).__name__}: {error}"
        return None

    def _role_arn(self, role: str) -> str:
        return role if role.startswith("arn:") else f"arn:aws:iam::{self._context.account}:role/{role}"

    def _request(self, job: Any, run: GlueRun, role_arn: str) -> dict[str, Any]:
        """What the worker needs to execute `run`."""
        source = f"arn:aws:glue:{self._context.region}:{self._context.account}:job/{job.name}"
        if not self._context.trusts(role_arn, SERVICE, source):
            raise LocalCloudError(f"the role does not let {SERVICE} assume it.", where=role_arn)
        home = self._context.home.resolve()
        assets = self._context.state_dir.resolve() / "glue-assets"
        s3 = self._context.client("s3", role_arn)
        passed: dict[str, str] = run.arguments or {}
        libraries = [name.strip() for name in passed.get("--extra-py-files", "").split(",") if name.strip()]
        arguments = [part for name, value in passed.items() for part in (name, str(value))]
        (home / "s3").mkdir(parents=True, exist_ok=True)
        return {
            "script": str(fetch(s3, job.command["ScriptLocation"], assets)),
            "libraries": [import_path(fetch(s3, library, assets)) for library in libraries],
            "assets": str(assets),
            "buckets": str(home / "s3"),
            "arguments": [*arguments, "--JOB_NAME", job.name, "--JOB_RUN_ID", run.job_run_id],
            "environment": self._environment(role_arn),
            "log": str(home / "logs" / "glue" / job.name / f"{run.job_run_id}.log"),
        }

    def _environment(self, role_arn: str) -> dict[str, str]:
        names = {
            "aws_access_key_id": "AWS_ACCESS_KEY_ID",
            "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
            "aws_session_token": "AWS_SESSION_TOKEN",
        }
        credentials = self._context.credentials(role_arn)
        return {
            **{names[name]: value for name, value in credentials.items()},
            "AWS_ENDPOINT_URL": self._context.endpoint,
            "AWS_REGION": self._context.region,
            "AWS_DEFAULT_REGION": self._context.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


def _lane_name(job: Any) -> str:
    command = job.command["Name"]
    if command not in LANES:
        raise UnsupportedError(
            f"job command '{command}' does not run locally.",
            where=f"Glue job {job.name}",
            hint=f"Known: {', '.join(LANES)}.",
        )
    if job.max_retries:
        raise UnsupportedError(
            "MaxRetries does not work locally.",
            where=f"Glue job {job.name}",
            hint="Retry in the state machine.",
        )
    return LANES[command]


_executor: GlueExecutor | None = None


def executor() -> GlueExecutor:
    """The executor of the installed local cloud. Raises LocalCloudError before `install`."""
    if _executor is None:
        raise LocalCloudError("Glue is not installed.", where="localcloud.execution.glue")
    return _executor


def _start_run(self: models.FakeJob, **arguments: Any) -> str:
    """StartJobRun, after which something happens."""
    return executor().start(self, arguments, original(models.FakeJob, "start_job_run"))


def _stop_runs(self: GlueResponse) -> ActionResult:
    """BatchStopJobRun, which moto does not have."""
    name = self._get_param("JobName")
    job = self.glue_backend.get_job(name)
    stopped, errors = [], []
    for run_id in self._get_param("JobRunIds") or []:
        try:
            executor().stop_run(job.get_job_run(run_id))
            stopped.append({"JobName": name, "JobRunId": run_id})
        except JobRunNotFoundException as error:
            detail = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": error.message}
            errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
    return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})


def install(context: Context, told: Ended | None = None) -> None:
    """Make Glue job runs of `context` execute. The executor is then `executor()`."""
    global _executor
    _executor = GlueExecutor(context, told)
    if vars(GlueResponse).get("batch_stop_job_run", _stop_runs) is not _stop_runs:
        raise PatchError("moto has got a BatchStopJobRun of its own.", where="GlueResponse")
    replace(models, "FakeJobRun", GlueRun)
    replace(models.FakeJob, "start_job_run", _start_run)
    setattr(GlueResponse, "batch_stop_job_run", _stop_runs)  # noqa: B010 (moto's class does not declare it)
