"""Glue jobs that execute: moto keeps the definitions, Spark workers run the scripts."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Any

from moto.core.responses import ActionResult
from moto.glue import models
from moto.glue.exceptions import ConcurrentRunsExceededException, JobRunNotFoundException
from moto.glue.responses import GlueResponse

from localcloud.context import Context
from localcloud.errors import LocalCloudError, PatchError, UnsupportedError
from localcloud.execution import glue_calls
from localcloud.execution.assets import fetch, import_path
from localcloud.execution.early import EarlyWorkers
from localcloud.execution.environment import aws_environment
from localcloud.execution.glue_run import GlueRun
from localcloud.execution.lanes import Lane, LaneRun
from localcloud.execution.spark_settings import S3A
from localcloud.execution.spark_worker import Outcome
from localcloud.patching import original, replace

BATCH, STREAMING = "batch", "streaming"
LANES = {"glueetl": BATCH, "gluestreaming": STREAMING}
"""Command name of a job → name of the lane that executes it, if streams have one of their own."""

ACTIVE = ("STARTING", "RUNNING", "STOPPING")
EVENT_LOGS = "logs/spark-events"
"""Folder, relative to that of the cloud, of the event logs of job runs: `<job>/<run>`."""

SERVICE = "glue.amazonaws.com"
MINUTE = 60.0
DEFAULT_TIMEOUT = 480
"""Time-out of a run in minutes, Glue's default."""


RunEnded = Callable[[str, str, GlueRun], None]
"""Receives the job's name, the final state and the run."""


class GlueExecutor:
    """Executes the job runs of one local cloud; `run_ended` is called at the end of each run."""

    def __init__(
        self, context: Context, run_ended: RunEnded | None = None, workers: EarlyWorkers | None = None
    ) -> None:
        self._context = context
        self._workers = workers
        self._run_ended = run_ended
        self._lanes: dict[str, Lane] = {}
        self._is_stopped = False
        self._runs: dict[str, tuple[Lane, LaneRun]] = {}
        self._running: dict[str, str] = {}
        """Run → its job's name."""
        self._working: dict[str, ExitStack] = {}
        self._lock = threading.RLock()
        self._has_ended = threading.Condition(self._lock)

    def lane(self, name: str = BATCH) -> Lane:
        """Return the lane of this name, created at its first use.

        Raises LocalCloudError if it would be created after `stop`.
        """
        with self._lock:
            if name not in self._lanes:
                if self._is_stopped:
                    raise LocalCloudError("the local cloud has stopped.", where=f"lane {name}")
                context = self._context
                s3a = S3A(context.endpoint, context.region, context.s3a_jars) if context.s3a_jars else None
                worker = self._workers.take(name) if self._workers is not None else None
                self._lanes[name] = Lane(context.home, name, context.report, s3a, context.short_runs, worker)
            return self._lanes[name]

    def warm_up(self, streaming: bool = False) -> None:
        """Start the batch worker in the background, and on demand that of streams."""
        self.lane().warm_up()
        if streaming and not self._context.one_worker:
            self.lane(STREAMING).warm_up()

    def kill(self, lane: str = BATCH) -> bool:
        """SIGKILL a lane's worker, so that its current run fails. Returns whether there was a worker."""
        return self.lane(lane).kill()

    def peak_memory(self) -> int:
        """Return the largest resident size of the workers (Python and JVM) so far, in bytes."""
        return sum(lane.peak_memory() for lane in self._lanes.values())

    def is_idle(self, of: Collection[str] | None = None) -> bool:
        """Return whether no run is queued or executing, of any job or of those named."""
        with self._lock:
            return not any(of is None or name in of for name in self._running.values())

    def await_end(self, run_id: str, seconds: float) -> bool:
        """Wait until a run has its final state, at most so long; return whether it has."""
        with self._has_ended:
            return self._has_ended.wait_for(lambda: run_id not in self._runs, seconds)

    def stop(self) -> None:
        """Kill all workers, with their runs. No worker starts any more."""
        with self._lock:
            self._is_stopped = True
        for lane in self._lanes.values():
            lane.close()

    def start(self, job: Any, arguments: dict[str, Any], start: Any) -> str:
        """Queue a run and return its id. `start` is moto's StartJobRun, which records the run.

        Raises ConcurrentRunsExceededException when the job has MaxConcurrentRuns active runs already.
        """
        named = _lane_name(job)
        lane = self.lane(BATCH if self._context.one_worker else named)
        with self._lock:
            active = sum(run.state in ACTIVE for run in job.job_runs)
            if active >= job.execution_property.get("MaxConcurrentRuns", 1):
                raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for {job.name}")
            run_id: str = start(job, **arguments)
            run = job.job_runs[-1]
            role_arn = self._role_arn(job.role)
            lane_run = LaneRun(
                prepare=functools.partial(self._request, job, run, role_arn),
                adopt=functools.partial(self._adopt, role_arn=role_arn),
                limit=MINUTE * (run.timeout or DEFAULT_TIMEOUT),
                started=functools.partial(setattr, run, "state", "RUNNING"),
                ended=lambda outcome: self._finish(run, lane_run, role_arn, outcome),
                # Registers the role as a writer, so that the adoption of another run accepts its files.
                during=functools.partial(self._context.writing, role_arn),
            )
            self._working[run_id] = ExitStack()
            self._working[run_id].enter_context(self._context.working(str(job.name)))
            self._runs[run_id] = (lane, lane_run)
            self._running[run_id] = str(job.name)
        lane.submit(lane_run)
        return run_id

    def stop_run(self, run: Any) -> None:
        """Stop a run as BatchStopJobRun does. A run that has ended keeps its state."""
        with self._lock:
            active = self._runs.get(run.job_run_id)
            if active is None:
                return
            run.state = "STOPPING"
        lane, lane_run = active
        lane.cancel(lane_run)

    def _finish(self, run: GlueRun, lane_run: LaneRun, role_arn: str, outcome: Outcome) -> None:
        error, state = outcome.error, "FAILED" if outcome.error else "SUCCEEDED"
        if outcome.timed_out:
            state, error = "TIMEOUT", f"The run took longer than its timeout of {run.timeout} minutes."
        if lane_run.stopped.is_set():
            state, error = "STOPPED", None
        self._context.record_calls(role_arn, outcome.calls)
        denied = self._adopt(None, role_arn=role_arn)
        if denied and state == "SUCCEEDED":
            state, error = "FAILED", denied
        with self._lock:
            run.finish(state, error)
            del self._runs[run.job_run_id], self._running[run.job_run_id]
            self._has_ended.notify_all()
        with self._working.pop(run.job_run_id):
            if self._run_ended is not None:
                self._run_ended(run.job_name, state, run)

    def _adopt(self, buckets: list[str] | None, *, role_arn: str) -> str | None:
        try:
            self._context.adopt(buckets, role_arn)
        except Exception as error:  # Any failure of the adoption fails the run that wrote the files.
            return f"{type(error).__name__}: {error}"
        return None

    def _role_arn(self, role: str) -> str:
        return role if role.startswith("arn:") else f"arn:aws:iam::{self._context.account}:role/{role}"

    def _request(self, job: Any, run: GlueRun, role_arn: str) -> dict[str, Any]:
        """Return the worker's request to execute `run`; see `SparkWorker.run`."""
        source = f"arn:aws:glue:{self._context.region}:{self._context.account}:job/{job.name}"
        if not self._context.trusts(role_arn, SERVICE, source):
            raise LocalCloudError(
                f"the role's trust policy does not let {SERVICE} assume the role.",
                where=role_arn,
                hint="Allow the service in the trust policy.",
            )
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
            "environment": aws_environment(self._context, role_arn),
            "permissions": self._context.permissions(role_arn),
            "event_logs": (home / EVENT_LOGS / job.name).as_uri() if self._context.event_logs else None,
            "log": str(home / "logs" / "glue" / job.name / f"{run.job_run_id}.log"),
        }


def _lane_name(job: Any) -> str:
    command = job.command["Name"]
    if command not in LANES:
        raise UnsupportedError(
            f"the job command '{command}' is not executed locally.",
            where=f"Glue job {job.name}",
            hint=f"Use one of {', '.join(LANES)}.",
        )
    if job.max_retries:
        raise UnsupportedError(
            "MaxRetries is not supported locally.",
            where=f"Glue job {job.name}",
            hint="Retry in the state machine.",
        )
    return LANES[command]


_executor: GlueExecutor | None = None


def executor() -> GlueExecutor:
    """Return the executor of the installed local cloud. Raises LocalCloudError before `install`."""
    if _executor is None:
        raise LocalCloudError(
            "Glue is not installed.", where="localcloud.execution.glue", hint="Call install() first."
        )
    return _executor


def _start_run(self: models.FakeJob, **arguments: Any) -> str:
    """StartJobRun: record the run as moto does, and execute it."""
    return executor().start(self, arguments, original(models.FakeJob, "start_job_run"))


def _stop_runs(self: GlueResponse) -> ActionResult:
    """BatchStopJobRun, which moto lacks."""
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


def install(context: Context, run_ended: RunEnded | None = None, workers: EarlyWorkers | None = None) -> None:
    """Make the Glue job runs of `context` execute; `executor()` returns their executor.

    `run_ended` is called at the end of each run; lanes take their first worker from `workers`. Raises
    PatchError when moto has a BatchStopJobRun itself.
    """
    global _executor
    _executor = GlueExecutor(context, run_ended, workers)
    if vars(GlueResponse).get("batch_stop_job_run", _stop_runs) is not _stop_runs:
        raise PatchError(
            "moto has a BatchStopJobRun itself.",
            where="GlueResponse",
            hint="Remove the replacement from localcloud/execution/glue.py.",
        )
    glue_calls.install()
    replace(models, "FakeJobRun", GlueRun)
    replace(models.FakeJob, "start_job_run", _start_run)
    setattr(GlueResponse, "batch_stop_job_run", _stop_runs)  # noqa: B010 (moto's class does not declare it)
