"""The upload as a whole: find the files, recognise their tables, send them in rank order, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lake.model.spec import Domain
from lake.naming import Names, raw_prefix
from uploader.errors import UploadError, explain, explained
from uploader.files import Candidate, LocalFile, examine, find
from uploader.report import NoProgress, Outcome, Progress, Status, UploadReport
from uploader.transfer import AlreadyExistsError, existing_key, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_UNRECOGNISED_RANK = 1_000_000
"""Rank of files that match no table: after all tables."""


def upload(
    paths: Iterable[Path | str],
    domain: Domain,
    *,
    client: S3Client,
    names: Names,
    again: bool = False,
    dry_run: bool = False,
    jobs: int = 8,
    progress: Progress | None = None,
    uploaded_at: datetime | None = None,
) -> UploadReport:
    """Upload the files and folders `paths` to the raw bucket under the prefix of `domain`.

    Tables are sent in rank order, referenced tables first; within a rank, `jobs` files at a time. Files
    whose content raw holds already are skipped, unless `again`. Files of a table whose rows form groups
    are sent with all others of their folder if one is new, the known ones as with `again`; two of them with
    one relative path and different bytes are refused. `uploaded_at` (default: now) ranks
    the rows of this call as versions: later calls win. Files that match no table are sent too, so that
    the ingest job can account for them, and are listed in the report's `refused`. A `dry_run` writes
    nothing. An error of a single file is an Outcome in the report. After an interrupt (Ctrl-C) the files that
    are being sent are completed, and the report has what ended.

    Raises UploadError if a path does not exist or the bucket cannot be used.
    """
    moment = (uploaded_at or datetime.now(UTC)).astimezone(UTC)
    run = _Upload(
        client=client,
        bucket=names.raw_bucket,
        domain=domain,
        moment=moment,
        again=again,
        dry_run=dry_run,
        progress=progress or NoProgress(),
    )
    files = find(Path(path) for path in paths)
    with explained(f"bucket {names.raw_bucket}"):
        client.list_objects_v2(Bucket=names.raw_bucket, Prefix=raw_prefix(domain.name), MaxKeys=1)
    is_interrupted = False
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        try:
            outcomes = run.upload_all(files, pool)
        except KeyboardInterrupt:
            # Files that are being sent are completed: there are no half objects.
            pool.shutdown(cancel_futures=True)
            outcomes, is_interrupted = list(run.ended), True
    return UploadReport(
        domain=domain.name,
        bucket=names.raw_bucket,
        uploaded_at=run.uploaded_at,
        dry_run=dry_run,
        outcomes=tuple(outcomes),
        waiting=sum(not each.is_system_file for each in files) - len(outcomes) if is_interrupted else 0,
        is_interrupted=is_interrupted,
    )


@dataclass(frozen=True, kw_only=True)
class _Upload:
    """One call of `upload`. `moment` is its `uploaded-at`."""

    client: S3Client
    bucket: str
    domain: Domain
    moment: datetime
    again: bool
    dry_run: bool
    progress: Progress
    ended: list[Outcome] = field(default_factory=list)
    """Outcomes so far, in the order in which the files ended."""

    @property
    def uploaded_at(self) -> str:
        return self.moment.isoformat(timespec="microseconds")

    def upload_all(self, files: Sequence[LocalFile], pool: ThreadPoolExecutor) -> list[Outcome]:
        data = [each for each in files if not each.is_system_file]
        outcomes = [_ignored(each) for each in files if each.is_system_file]
        self.progress.begin([(each.path, each.size) for each in data])
        candidates: list[Candidate] = []
        for examined in pool.map(self._examine, data):
            if isinstance(examined, Candidate):
                candidates.append(examined)
            else:
                outcomes.append(self._finished(examined))
        unique, duplicates = _without_duplicates(candidates)
        unique, ambiguous = _without_ambiguous(unique)
        outcomes.extend(self._finished(_outcome(each, Status.FAILED, _AMBIGUOUS)) for each in ambiguous)
        incomplete = self._incomplete_deliveries(unique, pool)
        for _, same_rank in groupby(sorted(unique, key=self._upload_order), key=self._rank):
            outcomes.extend(
                pool.map(
                    lambda each: self._upload_or_fail(each, completes=_place(each) in incomplete),
                    list(same_rank),
                )
            )
        outcomes.extend(
            self._finished(
                _outcome(duplicate, Status.SKIPPED, f"the same bytes as {kept.file.path}", kept.key)
            )
            for duplicate, kept in duplicates
        )
        return outcomes

    def _incomplete_deliveries(
        self, candidates: Sequence[Candidate], pool: ThreadPoolExecutor
    ) -> set[tuple[str, str | None]]:
        """Return table and folder of each delivery of which raw has some files, and lacks others."""
        delivered = [each for each in candidates if each.delivery is not None]
        with explained(f"bucket {self.bucket}"):
            known = list(pool.map(self._existing_key, delivered))
        new = {_place(each) for each, key in zip(delivered, known, strict=True) if key is None}
        return new & {_place(each) for each, key in zip(delivered, known, strict=True) if key}

    def _existing_key(self, candidate: Candidate) -> str | None:
        return existing_key(self.client, self.bucket, self.domain.name, candidate)

    def _rank(self, candidate: Candidate) -> int:
        return self.domain.ranks.get(candidate.table, _UNRECOGNISED_RANK)

    def _upload_order(self, candidate: Candidate) -> tuple[int, str, tuple[int, str]]:
        return (self._rank(candidate), candidate.table, candidate.order)

    def _examine(self, local: LocalFile) -> Candidate | Outcome:
        try:
            return examine(self.domain, local)
        except (OSError, UploadError) as error:
            return Outcome(
                source=local.source,
                path=local.path,
                table=None,
                size=local.size,
                status=Status.FAILED,
                detail=str(error),
            )

    def _upload_or_fail(self, candidate: Candidate, *, completes: bool) -> Outcome:
        """Upload a file; an error becomes its outcome, so that the other files are still sent."""
        try:
            return self._finished(self._upload(candidate, completes))
        except (OSError, UploadError) as error:
            return self._finished(_outcome(candidate, Status.FAILED, str(error)))
        except (BotoCoreError, ClientError) as error:
            return self._finished(_outcome(candidate, Status.FAILED, str(explain(error, candidate.key))))

    def _upload(self, candidate: Candidate, completes: bool) -> Outcome:
        """Send a file that raw lacks, or that `completes` a delivery with new files as a new version."""
        key = self._existing_key(candidate)
        again = self.again or (completes and key is not None)
        if key and not again:
            detail = "already there" if key == candidate.key else f"already there as {key}"
            return _outcome(candidate, Status.SKIPPED, detail, key)
        if again:
            candidate = candidate.sent_again(self.domain.name, self.moment)
        if self.dry_run:
            return _outcome(candidate, Status.PLANNED)
        try:
            send(
                self.client,
                self.bucket,
                candidate,
                uploaded_at=self.uploaded_at,
                again=again,
                sent=self.progress.sent,
            )
        except AlreadyExistsError as error:
            return _outcome(candidate, Status.SKIPPED, f"already there: {error.what}")
        detail = "sent again, with new files of its folder" if completes and again else ""
        return _outcome(candidate, Status.UPLOADED, detail)

    def _finished(self, outcome: Outcome) -> Outcome:
        """Report a file's outcome to the progress and return it."""
        if outcome.status is not Status.UPLOADED:
            self.progress.sent(outcome.size)
        self.progress.finished(outcome)
        self.ended.append(outcome)
        return outcome


_AMBIGUOUS = "another file of this call has the same relative path; upload the folder that holds both"


def _place(candidate: Candidate) -> tuple[str, str | None]:
    """Return what the files of one delivery have in common."""
    return (candidate.table, candidate.delivery)


def _without_ambiguous(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Divide the files into those to send, and those of a delivery whose order their paths do not give."""
    paths = Counter((each.table, each.file.path) for each in candidates if each.delivery is not None)
    ambiguous = [each for each in candidates if paths[each.table, each.file.path] > 1]
    return [each for each in candidates if paths[each.table, each.file.path] <= 1], ambiguous


def _without_duplicates(
    candidates: Sequence[Candidate],
) -> tuple[list[Candidate], list[tuple[Candidate, Candidate]]]:
    """Return one candidate per content and table, and (duplicate, the candidate kept for it) pairs.

    The highest-ranking path is kept, so that versions resolve as if all copies had been ingested.
    """
    kept: dict[tuple[str, str, str], Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: each.order):
        kept[_identity(candidate)] = candidate
    duplicates = [
        (candidate, kept[_identity(candidate)])
        for candidate in candidates
        if kept[_identity(candidate)] is not candidate
    ]
    return list(kept.values()), duplicates


def _identity(candidate: Candidate) -> tuple[str, str, str]:
    """Return the attributes that two duplicates share; files of a stream may have equal bytes by chance."""
    name = candidate.file.path if candidate.is_stream else ""
    return (candidate.table, candidate.sha256, name)


def _outcome(candidate: Candidate, status: Status, detail: str = "", key: str = "") -> Outcome:
    recognised = candidate.recognised
    return Outcome(
        source=candidate.file.source,
        path=candidate.file.path,
        table=recognised.table.name if recognised.table else None,
        size=candidate.file.size,
        status=status,
        key=key or candidate.key,
        sha256=candidate.sha256,
        problem=recognised.reason,
        drift=recognised.drift if not recognised.problem else (),
        detail=detail,
    )


def _ignored(local: LocalFile) -> Outcome:
    return Outcome(
        source=local.source,
        path=local.path,
        table=None,
        size=local.size,
        status=Status.IGNORED,
        detail="no data: a file of the operating system or an editor",
    )
