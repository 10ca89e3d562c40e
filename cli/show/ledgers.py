"""What the ledgers of a local cloud leave to do: files that wait, and batches that older rules have read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from botocore.config import Config

from glue_jobs.ledger.ledger import Ledger, LedgerView
from glue_jobs.ledger.unread import unread_files
from glue_jobs.reingest.messages import older_messages
from glue_jobs.runtime.store import ObjectStore, S3Store
from lake.errors import CaudalError
from lake.files.rules import READING_RULES
from lake.model.discovery import domain_names, load_domain
from lake.naming import Names, stream_job
from localcloud.daemon import Status
from uploader.errors import explained
from uploader.session import session_for


def ledger_messages(status: Status, home: Path) -> list[str]:
    """Return the sentences on every domain of a running local cloud, or one on why they cannot be told.

    Cost: its ledgers, one listing of raw.
    """
    try:
        return list(_messages(status, home))
    except CaudalError as error:
        return [f"What waits cannot be told: {error.what}"]


def _messages(status: Status, home: Path) -> Iterator[str]:
    session, options, _ = session_for(env=None, profile=None, region=None, local=home)
    names = Names(env=status.env, account=status.account, region=status.region)
    with explained("local cloud"):
        once: Any = {"total_max_attempts": 1}
        store = S3Store(session.client("s3", config=Config(retries=once), **options))
        for name in domain_names():
            view = Ledger(store, names.ledger_bucket, name).view()
            streams = [table.name for table in load_domain(name).stream_tables]
            yield from waiting_messages(store, names, name, view, streams)
            yield from (f"{name}: {each}" for each in older_messages(view.older_than(READING_RULES), name))


def waiting_messages(
    store: ObjectStore, names: Names, domain: str, view: LedgerView, streams: Collection[str] = ()
) -> Iterator[str]:
    """Yield a sentence for each run that has to be started: the pipeline's, and those of streams.

    That is if raw has files that no run has read, or if batches are not published. `streams` are the tables
    of the domain's streams.
    """
    waiting = unread_files(store, names.raw_bucket, domain, view)
    for table in streams:
        number = sum(key.startswith(f"{table}/") for key in waiting)
        if number:
            job = names.job(domain, stream_job(table))
            yield (
                f"{domain}: {number} files of the stream {table} wait for its job. The schedule starts it; "
                f"to start it now: aws glue start-job-run --job-name {job}"
            )
    folders = tuple(f"{table}/" for table in streams)
    drops = sum(not key.startswith(folders) for key in waiting)
    parts = []
    if drops:
        parts.append(f"{drops} files wait for a run")
    if view.needs_publication:
        parts.append(f"{len(view.pending)} batches wait to be published")
    if parts:
        machine = names.state_machine(domain)
        arn = f"arn:aws:states:{names.region}:{names.account}:stateMachine:{machine}"
        starts = "The schedule" if streams else "The next file that arrives"
        yield (
            f"{domain}: {' and '.join(parts)}. {starts} starts a run; to start one now: "
            f"aws stepfunctions start-execution --state-machine-arn {arn}"
        )
