"""What a domain's ledger leaves to do, so that the demo starts no run that would find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glue_jobs.ledger.ledger import Ledger
from glue_jobs.ledger.unread import unread_files
from glue_jobs.runtime.store import S3Store
from lake.model.spec import Domain
from lake.naming import Names


@dataclass(frozen=True)
class Waiting:
    """Work that is left: streams with unread files, whether tables have some, and unpublished batches."""

    streams: frozenset[str] = frozenset()
    drops: bool = False
    batches: bool = False

    def __bool__(self) -> bool:
        return bool(self.streams or self.drops or self.batches)


def read_waiting(s3: Any, domain: Domain, names: Names) -> Waiting:
    """Return what the ledger of a domain leaves to do. Cost: its ledger, and one listing of its raw files."""
    store = S3Store(s3)
    view = Ledger(store, names.ledger_bucket, domain.name).view()
    unread = unread_files(store, names.raw_bucket, domain.name, view)
    streams = {table.name for table in domain.stream_tables}
    tables = {key.partition("/")[0] for key in unread}
    return Waiting(frozenset(tables & streams), bool(tables - streams), view.needs_publication)
