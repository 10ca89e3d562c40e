"""Send the sample through an environment: upload, streams, pipeline. A second call goes on with the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from acceptance.environment import Environment
from acceptance.errors import AcceptanceError
from acceptance.executions import Executions
from acceptance.waiting import Tell, wait
from lake.model.spec import Domain
from lake.naming import stream_job
from uploader import Status, UploadReport, upload

ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED")
"""States of a job run that has ended."""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One domain's part of the sample, to be sent through an environment.

    `raw` is an S3 client with the uploader's role; `tell` shows what is waited for.
    """

    environment: Environment
    domain: Domain
    folder: Path
    raw: Any
    tell: Tell

    def plan(self) -> frozenset[str]:
        """Return the raw keys of the sample's files."""
        return frozenset(outcome.key for outcome in self._upload(dry_run=True).outcomes if outcome.key)

    def _upload(self, *, dry_run: bool) -> UploadReport:
        return upload(
            [self.folder], self.domain, client=self.raw, names=self.environment.names, dry_run=dry_run
        )

    def upload(self) -> UploadReport:
        """Upload the files that are not there. Raises AcceptanceError if one could not be sent."""
        report = self._upload(dry_run=False)
        if failed := report.with_status(Status.FAILED):
            raise AcceptanceError(
                f"{len(failed)} file(s) were not uploaded: {failed[0].detail}",
                where=failed[0].path,
                hint="Run this command again: it sends what is missing.",
            )
        return report

    def publish(self, report: UploadReport) -> None:
        """Wait until the pipeline has published the CSV files of an upload; start it where nothing else does.

        Raises AcceptanceError if an execution fails.
        """
        executions = Executions(self.environment, self.domain.name)
        streams = {table.name for table in self.domain.stream_tables}
        drops = [outcome for outcome in report.outcomes if outcome.key and outcome.table not in streams]
        if not any(outcome.status is Status.UPLOADED for outcome in drops):
            # Nothing wakes the pipeline up, but an earlier try may have left files behind.
            executions.start()
        self._wait_for_pipeline(executions, [outcome.key for outcome in drops])

    def run_streams(self) -> None:
        """Run the streaming jobs once, then the pipeline on what they brought."""
        for table in self.domain.stream_tables:
            self._run_job(self.environment.names.job(self.domain.name, stream_job(table.name)))
        if self.domain.stream_tables:
            executions = Executions(self.environment, self.domain.name)
            executions.start()
            self._wait_for_pipeline(executions, ())

    def _wait_for_pipeline(self, executions: Executions, keys: Sequence[str]) -> None:
        def look() -> str:
            running = executions.running()
            if running:
                return executions.state(running[0]) or "starting"
            view = self.environment.view(self.domain.name)
            known = {entry.key for batch in view.batches for entry in batch.files}
            if waiting := [key for key in keys if key not in known]:
                return f"{len(waiting)} file(s) wait for an execution"
            return f"{len(view.pending)} batch(es) to publish" if view.pending else ""

        wait(f"{self.domain.name} pipeline", look, self.tell)

    def _run_job(self, job: str) -> None:
        """Run a job once. Raises AcceptanceError if the run fails."""
        glue = self.environment.client("glue")

        def start() -> str:
            try:
                run_ids.append(glue.start_job_run(JobName=job)["JobRunId"])
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConcurrentRunsExceededException":
                    raise
                return "a run of its schedule is still going on"
            return ""

        run_ids: list[str] = []
        wait(job, start, self.tell)

        def look() -> str:
            state: str = glue.get_job_run(JobName=job, RunId=run_ids[0])["JobRun"]["JobRunState"]
            return "" if state in ENDED else state.lower()

        wait(job, look, self.tell)
        run = glue.get_job_run(JobName=job, RunId=run_ids[0])["JobRun"]
        if run["JobRunState"] != "SUCCEEDED":
            raise AcceptanceError(
                f"the run ended {run['JobRunState']}: {run.get('ErrorMessage', 'no reason given')}.",
                where=f"job {job}, run {run_ids[0]}",
                hint="See the job's log, then run this command again: it goes on.",
            )
