"""The upload as a whole: find, recognise, compare, send in rank order, report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lake.model.spec import Domain
from lake.naming import Names
from uploader.errors import UploadError, explain, explained
from uploader.files import Candidate, Found, examine, find
from uploader.report import Outcome, Progress, Silent, Status, UploadReport
from uploader.transfer import AlreadyThereError, present, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_UNREAD = 1_000_000
"""Rank of files that match no table: behind all tables."""


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
    """Bring the files and folders `paths` into the raw bucket of `domain`.

    Tables go in rank order, the ones that others refer to first; within a rank `jobs` files at a
    time. What raw holds already is skipped, unless `again`. `uploaded_at` (now) ranks the versions
    that this call brings against others. Files that no table fits are sent too, so that the job
    can account for them, and are listed in the report's `refused`.

    Raises UploadError if a path does not exist or the bucket cannot be used.
    """
    moment = (uploaded_at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")
    run = _Upload(
        client=client,
        bucket=names.raw_bucket,
        domain=domain,
        moment=moment,
        again=again,
        dry_run=dry_run,
        progress=progress or Silent(),
    )
    found = find(Path(path) for path in paths)
    with explained(f"bucket {names.raw_bucket}"):
        client.list_objects_v2(Bucket=names.raw_bucket, Prefix=f"{domain.name}/", MaxKeys=1)
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        outcomes = run.all_of(found, pool)
    return UploadReport(
        domain=domain.name,
        bucket=names.raw_bucket,
        uploaded_at=moment,
        dry_run=dry_run,
        outcomes=tuple(outcomes),
    )


@dataclass(frozen=True, kw_only=True)
class _Upload:
    client: S3Client
    bucket: str
    domain: Domain
    moment: str
    again: bool
    dry_run: bool
    progress: Progress

    def all_of(self, found: Sequence[Found], pool: ThreadPoolExecutor) -> list[Outcome]:
        data = [each for each in found if not each.is_left_behind]
        outcomes = [_ignored(each) for each in found if each.is_left_behind]
        self.progress.begin([(each.path, each.size) for each in data])
        candidates: list[Candidate] = []
        for examined in pool.map(self._examine, data):
            if isinstance(examined, Candidate):
                candidates.append(examined)
            else:
                outcomes.append(self._done(examined))
        keep, doubles = _without_doubles(candidates)
        for _, same_rank in groupby(sorted(keep, key=self._place), key=self._rank):
            outcomes.extend(pool.map(self._one, list(same_rank)))
        outcomes.extend(
            self._done(_outcome(double, Status.SKIPPED, f"the same bytes as {kept.found.path}", kept.key))
            for double, kept in doubles
        )
        return outcomes

    def _rank(self, candidate: Candidate) -> int:
        return self.domain.ranks.get(candidate.table, _UNREAD)

    def _place(self, candidate: Candidate) -> tuple[int, str, tuple[int, str]]:
        return (self._rank(candidate), candidate.table, candidate.order)

    def _examine(self, found: Found) -> Candidate | Outcome:
        try:
            return examine(self.domain, found)
        except (OSError, UploadError) as error:
            return Outcome(
                source=found.source,
                path=found.path,
                table=None,
                size=found.size,
                status=Status.FAILED,
                detail=str(error),
            )

    def _one(self, candidate: Candidate) -> Outcome:
        try:
            return self._done(self._bring(candidate))
        except (OSError, UploadError) as error:
            return self._done(_outcome(candidate, Status.FAILED, str(error)))
        except (BotoCoreError, ClientError) as error:
            return self._done(_outcome(candidate, Status.FAILED, str(explain(error, candidate.key))))

    def _bring(self, candidate: Candidate) -> Outcome:
        if not self.again and (there := present(self.client, self.bucket, self.domain.name, candidate)):
            same = "already there" if there == candidate.key else f"already there as {there}"
            return _outcome(candidate, Status.SKIPPED, same, there)
        if self.dry_run:
            return _outcome(candidate, Status.PLANNED)
        try:
            send(
                self.client,
                self.bucket,
                candidate,
                uploaded_at=self.moment,
                again=self.again,
                sent=self.progress.sent,
            )
        except AlreadyThereError as error:
            return _outcome(candidate, Status.SKIPPED, f"already there: {error.what}")
        return _outcome(candidate, Status.UPLOADED)

    def _done(self, outcome: Outcome) -> Outcome:
        if outcome.status is not Status.UPLOADED:
            self.progress.sent(outcome.size)
        self.progress.finished(outcome)
        return outcome


def _without_doubles(
    candidates: Sequence[Candidate],
) -> tuple[list[Candidate], list[tuple[Candidate, Candidate]]]:
    """One candidate per content and table, and the others with the one that is kept for them.

    Kept is the highest-ranking path, so that versions resolve as if all copies had been ingested.
    """
    kept: dict[tuple[str, str, str], Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: each.order):
        kept[_identity(candidate)] = candidate
    doubles = [
        (candidate, kept[_identity(candidate)])
        for candidate in candidates
        if kept[_identity(candidate)] is not candidate
    ]
    return list(kept.values()), doubles


def _identity(candidate: Candidate) -> tuple[str, str, str]:
    name = candidate.found.path if candidate.is_stream else ""
    return (candidate.table, candidate.sha256, name)


def _outcome(candidate: Candidate, status: Status, detail: str = "", key: str = "") -> Outcome:
    recognised = candidate.recognised
    return Outcome(
        source=candidate.found.source,
        path=candidate.found.path,
        table=recognised.table.name if recognised.table else None,
        size=candidate.found.size,
        status=status,
        key=key or candidate.key,
        sha256=candidate.sha256,
        problem=recognised.reason,
        drift=recognised.drift if not recognised.problem else (),
        detail=detail,
    )


def _ignored(found: Found) -> Outcome:
    return Outcome(
        source=found.source,
        path=found.path,
        table=None,
        size=found.size,
        status=Status.IGNORED,
        detail="no data: left behind by an operating system or editor",
    )
