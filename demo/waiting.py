"""What a domain's ledger leaves to do, so that the demo starts no run that would find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glue_jobs.ledger.ledger import Ledger
from glue_jobs.ledger.unread import unread_files
from glue_jobs.models.choice import is_any_due
from glue_jobs.runtime.store import S3Store
from lake.model.spec import Domain
from lake.naming import Names


@dataclass(frozen=True)
class Waiting:
    """Work that changes bronze, silver or gold, by what the first job of a pipeline asks.

    - `streams`: those with unread files.
    - `drops`: other tables have unread files.
    - `batches`: silver and gold lack a batch, or a decision on a withdrawn file.
    - `rereads`: an operator wants a batch to be read again.
    - `models`: gold is not on the promoted version of a model.
    """

    streams: frozenset[str] = frozenset()
    drops: bool = False
    batches: bool = False
    rereads: bool = False
    models: bool = False

    def __bool__(self) -> bool:
        return bool(self.streams or self.drops or self.batches or self.rereads or self.models)


def read_waiting(s3: Any, domain: Domain, names: Names) -> Waiting:
    """Return what the ledger of a domain leaves to do.

    Copies of gold do not count: they may lack something that gold has. Cost: the ledger, one listing of the
    domain's raw files, and up to four small objects for each model.
    """
    store = S3Store(s3)
    view = Ledger(store, names.ledger_bucket, domain.name).view()
    unread = unread_files(store, names.raw_bucket, domain.name, view)
    streams = {table.name for table in domain.stream_tables}
    tables = {key.partition("/")[0] for key in unread}
    return Waiting(
        streams=frozenset(tables & streams),
        drops=bool(tables - streams),
        batches=view.needs_publication,
        rereads=bool(view.to_reread),
        models=bool(view.readable) and is_any_due(store, names.ledger_bucket, domain),
    )
