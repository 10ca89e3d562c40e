"""The local cloud itself: one moto server in this process, patched so that what is deployed executes."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any, ClassVar

import boto3
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer
from moto.stepfunctions.parser.backend.execution import Execution

import localcloud.cloudformation.install
import localcloud.iam.install
import localcloud.s3.install
import localcloud.stepfunctions.install
from localcloud import catalog
from localcloud.cloudformation import assembly
from localcloud.context import Context
from localcloud.errors import LocalCloudError
from localcloud.events import eventbridge, notifications
from localcloud.events.alarms import AlarmClock
from localcloud.events.pipes import PipePoller
from localcloud.events.schedules import Schedules
from localcloud.execution import athena, crawler, functions, glue
from localcloud.iam.evaluator import Evaluator, Mode
from localcloud.lock import HomeLock
from localcloud.patching import check_version, restore
from localcloud.s3.store import ObjectStore
from localcloud.serving_store import ServingStore

HOST = "127.0.0.1"
_LOG_LEVELS = {"werkzeug": logging.ERROR, "moto.stepfunctions": logging.CRITICAL}
"""moto logs every error of a state, also those that the state machine expects."""

IDLE_CHECK_SECONDS = 0.1
IDLE_CHECKS = 3
"""Looks in a row that must find nothing to do, since work passes from one part to the next."""


class LocalCloud:
    """An AWS account on this machine, whose state lies in `home`.

    There is one at a time per process, because moto's state is global. Use it as a context manager,
    or call `start` and `stop`.
    """

    _running: ClassVar[LocalCloud | None] = None

    def __init__(self, home: Path, *, mode: Mode = "enforce", port: int = 0, has_clock: bool = False) -> None:
        """`mode`: enforce the roles' policies, or only record calls. Port 0 takes a free one.

        With `has_clock` schedules fire at their rates; otherwise only `fire_schedule` does it.
        """
        self.context = Context(home=home.resolve())
        self._mode: Mode = mode
        self._port = port
        self._server: ThreadedMotoServer | None = None
        self._store: ObjectStore | None = None
        self._pipes: PipePoller | None = None
        self._alarms: AlarmClock | None = None
        self._schedules: Schedules | None = None
        self._has_clock = has_clock
        self._lock: HomeLock | None = None
        self._is_catalogued = False
        self.serving: ServingStore | None = None
        """The Data API that marts are published to, while it runs."""

    def __enter__(self) -> LocalCloud:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """URL that serves all services, e.g. for AWS_ENDPOINT_URL."""
        return self.context.endpoint

    def start(self) -> None:
        """Install the patches, restore the objects of `home` (with the buckets, at deploy), and listen."""
        if LocalCloud._running is not None:
            raise LocalCloudError(
                "one runs already in this process.", where=str(LocalCloud._running.context.home)
            )
        check_version()
        self._lock = HomeLock(self.context.home)
        for name, level in _LOG_LEVELS.items():
            logging.getLogger(name).setLevel(level)
        moto_api_backend.reset()
        self._is_catalogued = False
        self._store = localcloud.s3.install.install(self.context)
        self.serving = ServingStore(self.context)
        self.serving.start()
        evaluator = localcloud.iam.install.install(self.context, self._mode)
        self._install(evaluator)
        server = ThreadedMotoServer(ip_address=HOST, port=self._port, verbose=False)
        server.start()
        self._server, LocalCloud._running = server, self
        host, port = server.get_host_and_port()
        self.context.endpoint = f"http://{host}:{port}"
        for worker in (self._pipes, self._alarms, self._schedules if self._has_clock else None):
            if worker is not None:
                worker.start()

    def _install(self, evaluator: Evaluator) -> None:
        context = self.context
        self._pipes = PipePoller(context, evaluator)
        self._alarms = AlarmClock(context, evaluator)
        self._schedules = Schedules(context, evaluator)
        notifications.install(context)
        eventbridge.install(context, evaluator)
        localcloud.stepfunctions.install.install(context, self._execution_ended)
        localcloud.cloudformation.install.install(context)
        glue.install(context, self._run_ended)
        for executor in (crawler, athena, functions):
            executor.install(context)

    def deploy(self, cdk_out: Path) -> list[str]:
        """Deploy the stacks of a cloud assembly; returns the names of those that changed.

        The first deployment after a start also restores the partitions of the catalog.
        """
        changed = assembly.deploy(cdk_out, self.context)
        if self.serving is not None:
            self.serving.fill_secrets()
        if not self._is_catalogued:
            catalog.restore_partitions(self.context)
            self._is_catalogued = True
        return changed

    def client(self, service: str, role_arn: str | None = None) -> Any:
        """A boto3 client, as administrator or in a role."""
        return self.context.client(service, role_arn)

    def session(self, role_arn: str | None = None) -> boto3.Session:
        """A boto3 session for code that makes its own clients; sets AWS_ENDPOINT_URL in this process."""
        os.environ["AWS_ENDPOINT_URL"] = self.endpoint
        return self.context.session(role_arn)

    def fire_schedule(self, name: str) -> dict[str, Any]:
        """Start the target of an EventBridge schedule now, in the schedule's role.

        Returns the answer: `JobRunId` of a job, `ExecutionArn` of a state machine. Raises LocalCloudError
        where there is no such schedule, botocore's ClientError where the start is refused.
        """
        if self._schedules is None:
            raise LocalCloudError("it does not run.", where="fire_schedule", hint="Call start() first.")
        return self._schedules.fire(name)

    def wait_idle(self, timeout: float = 600.0) -> None:
        """Return when no message waits, no execution runs and no job works.

        Raises LocalCloudError after `timeout` seconds, or when something failed in the background
        (a rule that could not deliver, a pipe that could not start its target) since the last call.
        """
        deadline = time.monotonic() + timeout
        quiet = 0
        while quiet < IDLE_CHECKS:
            if time.monotonic() > deadline:
                raise LocalCloudError(
                    f"still at work after {timeout:.0f} s: {self._at_work()}", where="wait_idle"
                )
            time.sleep(IDLE_CHECK_SECONDS)
            quiet = 0 if self._at_work() else quiet + 1
        failures, self.context.failures = self.context.failures, []
        if failures:
            raise LocalCloudError("; ".join(failures), where="in the background")

    def is_idle(self) -> bool:
        """Whether no message waits, no execution runs and no job works right now."""
        return not self._at_work()

    def _at_work(self) -> list[str]:
        work = list(localcloud.stepfunctions.install.running(self.context))
        if self._pipes is not None and not self._pipes.is_idle():
            work.append("messages of a pipe")
        if self.context.busy:
            work.append("background work")
        if not glue.executor().is_idle():
            work.append("job runs")
        return work

    def stop(self) -> None:
        """End workers and server. Objects stay in `home`; executions, leases and stacks are gone."""
        if self._server is None or self._store is None:
            return
        for worker in (self._pipes, self._alarms, self._schedules):
            if worker is not None:
                worker.stop()
        localcloud.stepfunctions.install.stop_all(self.context)
        glue.executor().stop()
        functions.executor().stop()
        if self.serving is not None:
            self.serving.stop()
            self.serving = None
        self._server.stop()
        if self._server._server is not None:
            self._server._server.server_close()  # moto leaves the socket open
        self._server = LocalCloud._running = None
        # Whoever uses moto next in this process finds it as if this had never been.
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

    def _run_ended(self, job: str, state: str, run: glue.GlueRun) -> None:
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
