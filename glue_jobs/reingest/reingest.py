"""Reads the batches that an operator named from raw again, each into a batch that takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import SparkSession

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.catalog.registration import register_batch
from glue_jobs.ledger.entries import Batch
from glue_jobs.ledger.ledger import Ledger
from glue_jobs.ledger.view import LedgerView
from glue_jobs.reingest.reread import MissingBytesError, reread
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from lake.model.spec import Domain
from lake.naming import BatchStatus


@dataclass(frozen=True, kw_only=True)
class Reingested:
    """The batches that were read again, and a sentence on each, or on why one was not."""

    batches: tuple[Batch, ...] = ()
    messages: tuple[str, ...] = ()


def reingest(
    spark: SparkSession,
    store: ObjectStore,
    catalog: Catalog,
    args: JobArguments,
    domain: Domain,
    ledger: Ledger,
    view: LedgerView,
    now: datetime,
) -> Reingested:
    """Read every batch of `view.to_reread` again, commit the new batches and register their partitions.

    A batch whose bytes are gone stays as it is, and is told. Raises AccountingError if rows went missing.
    """
    batches, messages = [], []
    for old in view.to_reread:
        try:
            new = reread(spark, store, args, domain, old, now)
        except MissingBytesError as error:
            messages.append(str(error))
            continue
        ledger.commit(new)
        names = {file.table for file in new.files}
        register_batch(catalog, store, args.processed_bucket, domain, new.batch_id, names)
        batches.append(new)
        messages.append(_message(old, new, args.domain))
    return Reingested(batches=tuple(batches), messages=tuple(messages))


def _message(old: Batch, new: Batch, domain: str) -> str:
    def rows(batch: Batch) -> str:
        bronze = sum(file.rows_bronze for file in batch.files)
        return f"{bronze} rows of bronze, {sum(file.rows_quarantined for file in batch.files)} quarantined"

    verdict = "is read again as" if new.status == BatchStatus.COMMITTED else "stays, for the gate rejects"
    release = (
        ""
        if new.status == BatchStatus.COMMITTED
        else (f" `caudal release {new.batch_id} --domain {domain}` puts it in place all the same.")
    )
    return f"Batch {old.batch_id} ({rows(old)}) {verdict} {new.batch_id} ({rows(new)}).{release}"
