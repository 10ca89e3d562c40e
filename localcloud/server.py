"""The local cloud: a moto server in this process, patched so that deployed resources execute."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from moto.moto_api._internal.models import moto_api_backend
from moto.stepfunctions.parser.backend.execution import Execution

import localcloud.cloudformation.install
import localcloud.iam.install
import localcloud.quicksight.install
import localcloud.s3.install
import localcloud.stepfunctions.install
from localcloud import catalog, services
from localcloud.cloudformation import assembly
from localcloud.context import Context
from localcloud.database import rds
from localcloud.errors import LocalCloudError
from localcloud.events import eventbridge, notifications
from localcloud.events.alarms import AlarmEvaluator
from localcloud.events.pipes import PipePoller
from localcloud.events.schedules import Schedules
from localcloud.execution import athena, crawler, functions, glue
from localcloud.execution.early import EarlyWorkers
from localcloud.execution.glue_run import GlueRun
from localcloud.home import remove_unfinished, require_own_ledger
from localcloud.http_server.server import HttpServer
from localcloud.iam.evaluator import Evaluator, Mode
from localcloud.lock import HomeLock
from localcloud.patching import check_version, restore
from localcloud.quicksight.ingestions import Refreshes
from localcloud.quicksight.schedules import DailyRefreshes
from localcloud.s3.store import ObjectStore
from localcloud.serving_store import ServingStore

_LOG_LEVELS = {"werkzeug": logging.ERROR, "moto.stepfunctions": logging.CRITICAL}
"""moto logs every error of a state, even one that the state machine catches."""

IDLE_CHECK_SECONDS = 0.1
IDLE_CHECKS = 3
"""Consecutive checks that must find no work: between two parts work is briefly invisible."""


class LocalCloud:
    """An AWS account on this machine, whose state is stored in `home`.

    Only one can run per process, because moto's state is global. Use it as a context manager, or call
    `start` and `stop`.
    """

    _running: ClassVar[LocalCloud | None] = None

    def __init__(
        self,
        home: Path,
        *,
        mode: Mode = "enforce",
        port: int = 0,
        has_clock: bool = False,
        s3a_jars: Sequence[Path] = (),
        short_runs: bool = False,
        one_worker: bool = False,
        workers: EarlyWorkers | None = None,
    ) -> None:
        """Prepare a local cloud. `mode`: enforce the roles' policies, or only record calls; port 0: any.

        With `has_clock` schedules fire at their rates; otherwise only `fire_schedule` fires them. With
        `s3a_jars`, the jars of Hadoop's S3A client, Spark reads and writes objects over HTTP in the role of
        each job, as on AWS; otherwise it reads and writes the files of the objects, which is faster. With
        `short_runs` Java leaves out its optimising compiler, which pays off from some minutes on. With
        `one_worker` streams wait for batch jobs, and those for streams: only for streams that end. `workers`
        are those that were started for the same folder with the same `short_runs`, and without S3A.
        """
        self.context = Context(
            home=home.resolve(), s3a_jars=tuple(s3a_jars), short_runs=short_runs, one_worker=one_worker
        )
        self._workers = workers
        self._mode: Mode = mode
        self._port = port
        self._server: HttpServer | None = None
        self._store: ObjectStore | None = None
        self._pipes: PipePoller | None = None
        self._alarms: AlarmEvaluator | None = None
        self._schedules: Schedules | None = None
        self._refreshes: Refreshes | None = None
        self._daily: DailyRefreshes | None = None
        self._has_clock = has_clock
        self._lock: HomeLock | None = None
        self._are_partitions_restored = False
        self.serving: ServingStore | None = None
        """The Data API that marts are published to; None while the cloud is stopped."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """URL of all services, e.g. for AWS_ENDPOINT_URL."""
        return self.context.endpoint

    def start(self) -> None:
        """Install the patches and start the server.

        The objects of `home` reappear when their buckets are deployed. Raises LocalCloudError if a local
        cloud already runs in this process or in this folder.
        """
        if LocalCloud._running is not None:
            raise LocalCloudError(
                "a local cloud already runs in this process.",
                where=str(LocalCloud._running.context.home),
                hint="Stop it first.",
            )
        check_version()
        require_own_ledger(self.context.home)
        workers = self._workers
        self._lock = HomeLock(self.context.home) if workers is None else workers.take_lock()
        remove_unfinished(self.context.home)
        for name, level in _LOG_LEVELS.items():
            logging.getLogger(name).setLevel(level)
        # Nothing here starts an instance, and moto would copy hundreds of images at each start and end.
        os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        moto_api_backend.reset()
        self._are_partitions_restored = False
        services.install()
        self._store = localcloud.s3.install.install(self.context)
        self.serving = ServingStore(self.context)
        self.serving.start()
        evaluator = localcloud.iam.install.install(self.context, self._mode)
        self._install(evaluator)
        server = HttpServer(self._port)
        server.start()
        self._server, LocalCloud._running = server, self
        self.context.endpoint = server.endpoint
        clocks = (self._schedules, self._daily) if self._has_clock else ()
        for worker in (self._pipes, self._alarms, *clocks):
            if worker is not None:
                worker.start()

    def _is_receiving(self) -> bool:
        return self._server is not None and self._server.is_receiving_objects()

    def _install(self, evaluator: Evaluator) -> None:
        context = self.context
        self._pipes = PipePoller(context, evaluator, self._is_receiving)
        self._alarms = AlarmEvaluator(context, evaluator)
        self._schedules = Schedules(context, evaluator)
        notifications.install(context)
        eventbridge.install(context, evaluator)
        localcloud.stepfunctions.install.install(context, self._execution_ended)
        rds.install(context)
        localcloud.cloudformation.install.install(context)
        self._refreshes, self._daily = localcloud.quicksight.install.install(context)
        glue.install(context, self._run_ended, self._workers)
        for executor in (crawler, athena, functions):
            executor.install(context)

    def deploy(self, cdk_out: Path) -> list[str]:
        """Deploy the stacks of a cloud assembly; return the names of those that changed.

        The first deployment after a start also restores the partitions of the catalog.
        """
        changed = assembly.deploy(cdk_out, self.context)
        if self.serving is not None:
            self.serving.fill_secrets()
        if not self._are_partitions_restored:
            catalog.restore_partitions(self.context)
            self._are_partitions_restored = True
        return changed

    def client(self, service: str, role_arn: str | None = None) -> Any:
        """Return a boto3 client, as administrator or in a role."""
        return self.context.client(service, role_arn)

    def fire_schedule(self, name: str, at: datetime | None = None) -> dict[str, Any]:
        """Start the target of an EventBridge schedule now, in the schedule's role.

        Returns the response of the call, with the `JobRunId` of a job or the `ExecutionArn` of a state
        machine. Raises LocalCloudError if there is no such schedule, botocore's ClientError if the call
        is denied or fails.
        """
        if self._schedules is None:
            raise LocalCloudError(
                "the local cloud is not running.", where="fire_schedule", hint="Call start() first."
            )
        return self._schedules.fire(name, at)

    def wait_idle(self, timeout: float = 600.0, of: Collection[str] | None = None) -> None:
        """Wait until `is_idle(of)`.

        Raises LocalCloudError after `timeout` seconds, or if background work has failed since the last
        call (a rule that could not deliver, a pipe that could not start its target). With `of`, failures of
        other resources are left to those who wait for them.
        """
        deadline = time.monotonic() + timeout
        quiet = 0
        while quiet < IDLE_CHECKS:
            if time.monotonic() > deadline:
                raise LocalCloudError(
                    f"still running after {timeout:.0f} s: {self._pending_work(of)}", where="wait_idle"
                )
            time.sleep(IDLE_CHECK_SECONDS)
            quiet = 0 if self._pending_work(of) else quiet + 1
        if failures := self.context.take_failures(of):
            raise LocalCloudError("; ".join(failures), where="background work")

    def is_idle(self, of: Collection[str] | None = None) -> bool:
        """Return whether no message is queued for a pipe and nothing executes or runs in the background.

        With `of` only these resources count, by their names: pipes, state machines, jobs, crawlers, functions
        and datasets.
        """
        return not self._pending_work(of)

    def _pending_work(self, of: Collection[str] | None) -> list[str]:
        work = [
            arn
            for arn in localcloud.stepfunctions.install.running(self.context)
            if of is None or arn.split(":")[-2] in of
        ]
        if self._pipes is not None and not self._pipes.is_idle(of):
            work.append("messages of a pipe")
        if self.context.is_busy(of):
            work.append("background work")
        if not glue.executor().is_idle(of):
            work.append("job runs")
        return work

    def stop(self) -> None:
        """Stop the workers and the server. `home` keeps objects; executions, leases and stacks are lost."""
        if self._server is None or self._store is None:
            return
        for worker in (self._pipes, self._alarms, self._schedules, self._daily):
            if worker is not None:
                worker.stop()
        localcloud.stepfunctions.install.stop_all(self.context)
        glue.executor().stop()
        functions.executor().stop()
        if self.context.databases is not None:
            self.context.databases.stop()
        if self._refreshes is not None:
            self._refreshes.stop()
        # Refreshes and functions ask it until they end.
        athena.stop()
        if self.serving is not None:
            self.serving.stop()
            self.serving = None
        self._server.stop()
        self._server = LocalCloud._running = None
        restore()
        moto_api_backend.reset()
        self._store.close()
        self.context.disconnect()
        if self._lock is not None:
            self._lock.release()

    def _execution_ended(self, execution: Execution) -> None:
        arn, status = execution.state_machine_arn, execution.status
        if self._alarms is not None:
            self._alarms.execution_ended(arn, status)
        detail = {
            "executionArn": execution.execution_arn,
            "stateMachineArn": arn,
            "name": execution.name,
            "status": status,
        }
        eventbridge.publish(
            self.context,
            "aws.states",
            "Step Functions Execution Status Change",
            [execution.execution_arn],
            detail,
        )

    def _run_ended(self, job: str, state: str, run: GlueRun) -> None:
        severity = "INFO" if state in ("SUCCEEDED", "STOPPED") else "ERROR"
        message = run.error or f"Job run {state.lower()}"
        detail = {
            "jobName": job,
            "severity": severity,
            "state": state,
            "jobRunId": run.job_run_id,
            "message": message,
        }
        eventbridge.publish(self.context, "aws.glue", "Glue Job State Change", [], detail)
