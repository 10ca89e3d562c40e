"""Glue job: recomputes the partitions of silver and gold that the pending batches touch."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.catalog.glue import GlueCatalog
from glue_jobs.catalog.partitions import Catalog, partition_of
from glue_jobs.curation.accounts import Account
from glue_jobs.curation.compactor import Compacted, compact_streams
from glue_jobs.curation.curation import Curation
from glue_jobs.curation.publication import Published, Register
from glue_jobs.curation.versions import Replaced
from glue_jobs.curation.withdrawn import withdrawn_files, withdrawn_messages
from glue_jobs.curation.workspace import published_mart
from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.ledger import Ledger, LedgerView
from glue_jobs.ledger.set_aside import SetAside
from glue_jobs.ledger.unpublished import record_unpublished
from glue_jobs.models.metrics import put_model_metrics
from glue_jobs.models.publication import RunModels
from glue_jobs.quality.log import write_quality_log, write_reference_log
from glue_jobs.quality.stream_gate import evaluate_streams, hold_messages
from glue_jobs.runtime.args import JobArguments, job_arguments
from glue_jobs.runtime.session import choose_settings
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.runtime.summary import predicted_cost, write_summary
from lake.files.layers import stored_table
from lake.model.discovery import load_domain
from lake.model.spec import Domain
from lake.naming import RunStatus

JOB = "processed_to_curated"


def run(
    spark: SparkSession, store: ObjectStore, catalog: Catalog, args: JobArguments, now: datetime
) -> dict[str, Any]:
    """Make silver and gold equal to a full refresh over all readable batches; return the run summary.

    All tables are staged, and their rows accounted for, before any table is published. Batches are marked as
    curated after all tables are published, so the next run repeats a killed one completely. Raises
    AccountingError, before anything is published, if rows went missing.
    """
    started = time.monotonic()
    domain = load_domain(args.domain)
    ledger = Ledger(store, args.ledger_bucket, domain.name)
    # Streams write at any time: the gate also evaluates micro-batches committed since the first job.
    view = _followed(store, args, domain, ledger.view())
    view, holds = evaluate_streams(domain, view, execution=args.execution, at=now)
    held = hold_messages(domain.name, holds)
    models = RunModels(store, args.ledger_bucket, domain)
    if not (view.needs_publication or ((args.full_refresh or models.is_due) and view.readable)):
        message = " ".join(["Silver and gold are up to date.", *models.damage(), *held])
        summary = _summary(RunStatus.NOTHING_TO_DO, {}, [], message)
        summary |= predicted_cost(args, time.monotonic() - started)
        _finish(store, args, ledger, summary, {}, holds)
        return summary
    args = replace(args, full_refresh=args.full_refresh or view.needs_full_refresh)
    session = choose_settings(spark, view.size_to_curate(everything=args.full_refresh))
    curation = Curation(session, store, args, domain, view, models)
    curation.compute()
    _record_publishing_streams(ledger, domain, view, args)
    if args.serving:
        # Before publishing: if this run dies, the next one no longer touches a partition that is removed.
        record_unpublished(store, args, domain, curation.touched())
    models.begin()
    published = curation.publish(_registration(catalog, domain))
    write_quality_log(store, args.curated_bucket, domain.name, view)
    write_reference_log(store, args.curated_bucket, domain.name, args.execution, now, curation.checks)
    done = [*(batch.batch_id for batch in view.uncurated), *view.unapplied]
    ledger.mark_curated(done, execution=args.execution, at=now)
    models.finish(
        lambda name: published_mart(spark, store, args, domain.mart(name)), execution=args.execution, at=now
    )
    ledger.update_snapshot()
    compacted = _compact(spark, store, catalog, args, domain, view, now)
    withdrawn = withdrawn_files(view)
    told = [*withdrawn_messages(withdrawn), *_replaced_messages(curation.replaced), *models.messages()]
    message = " ".join([_publication_message(published, domain), *told, *compacted.failures, *held])
    summary = _summary(RunStatus.PUBLISHED, published, [batch.batch_id for batch in view.pending], message)
    summary["compacted"] = compacted.changed
    summary["models"] = models.summary()
    summary["replaced_groups"] = {name: each.groups for name, each in curation.replaced.items()}
    summary["ambiguous_groups"] = {name: each.ambiguous for name, each in curation.replaced.items()}
    summary |= predicted_cost(args, time.monotonic() - started)
    detail = {
        "seconds_per_table": curation.seconds,
        "accounting": {table: _totals(book) for table, book in curation.books.items()},
        "withdrawn": withdrawn,
        "checks": curation.checks,
        "compactions": [asdict(entry) for entry in compacted.entries],
    }
    _finish(store, args, ledger, summary, detail, holds)
    return summary


def _followed(store: ObjectStore, args: JobArguments, domain: Domain, view: LedgerView) -> LedgerView:
    """Leave out decisions on files that bronze does not follow yet: the next run's first job sees to it.

    Those that silver and gold follow already stay.
    """
    if not view.decisions:
        return view
    known = SetAside.read(store, args.ledger_bucket, domain.name).decisions | view.curated
    return replace(view, decisions=tuple(each for each in view.decisions if each.decision_id in known))


def _record_publishing_streams(ledger: Ledger, domain: Domain, view: LedgerView, args: JobArguments) -> None:
    """Exempt the stream batches that this execution publishes from holds, even if it dies half-way."""
    batches = [batch.batch_id for table in domain.stream_tables for batch in view.holdable(table.name)]
    if batches:
        ledger.record_publishing([*batches, *view.publishing], execution=args.execution)


def _registration(catalog: Catalog, domain: Domain) -> Register:
    """Return the function that registers written partitions and drops removed ones, per rank of tables."""
    marts = {mart.name for mart in domain.marts}

    def register(published: Mapping[str, Published]) -> None:
        for name, result in published.items():
            table = stored_table(domain, "gold" if name in marts else "silver", name)
            catalog.register(table, map(partition_of, result.written))
            catalog.drop(table, map(partition_of, result.removed))

    return register


def _compact(
    spark: SparkSession,
    store: ObjectStore,
    catalog: Catalog,
    args: JobArguments,
    domain: Domain,
    view: LedgerView,
    now: datetime,
) -> Compacted:
    """Merge small bronze files of streams; a failure is reported in the message and does not fail the run.

    The publication has to be reported anyway. A failed merge has replaced a month's
    files completely or not at all, and the next run tries again.
    """
    try:
        return compact_streams(spark, store, catalog, args, domain, view, now)
    except Exception as error:  # any failure: readers see the same rows with or without the merge
        traceback.print_exc()
        reason = str(error).partition("\n")[0]
        return Compacted(changed=True, failures=(f"Small files of streams were not merged: {reason}",))


def _finish(
    store: ObjectStore,
    args: JobArguments,
    ledger: Ledger,
    summary: Mapping[str, Any],
    detail: Mapping[str, Any],
    holds: Iterable[Hold],
) -> None:
    """Write the run summary, then the holds that it reports."""
    write_summary(store, args, JOB, summary, detail)
    for hold in holds:
        ledger.hold(hold)


def _totals(book: Mapping[Any, Account]) -> dict[str, int]:
    return asdict(sum(book.values(), Account()))


def _publication_message(published: Mapping[str, Published], domain: Domain) -> str:
    marts = {mart.name for mart in domain.marts}
    files = sum(item.files for item in published.values())
    gold = sum(1 for name in published if name in marts)
    return f"{len(published) - gold} silver tables and {gold} marts, {files} files."


def _replaced_messages(replaced: Mapping[str, Replaced]) -> list[str]:
    """Return sentences on the groups of rows that later deliveries replaced."""
    messages = []
    for table, counts in sorted(replaced.items()):
        if counts.groups:
            messages.append(f"{table}: later deliveries replaced the rows of {counts.groups} groups.")
        if counts.ambiguous:
            messages.append(
                f"{table}: {counts.ambiguous} groups lie in several files that came without an upload call; "
                "only the rows of the last file count. Send such files together with `caudal upload`."
            )
    return messages


def _summary(
    status: str, published: Mapping[str, Published], batches: list[str], message: str
) -> dict[str, Any]:
    return {
        "status": status,
        "new_partitions": any(item.new_partitions for item in published.values()),
        "batches": batches,
        "message": message,
        "tables": {
            name: {"rows": item.rows, "files": item.files, "partitions": list(item.partitions)}
            for name, item in sorted(published.items())
        },
        "compacted": False,
        "models": {},
        "replaced_groups": {},
        "ambiguous_groups": {},
    }


def main() -> None:
    """Run the job on Glue."""
    import boto3
    from awsglue.context import GlueContext
    from awsglue.job import Job
    from pyspark import SparkContext

    from glue_jobs.runtime.session import configure
    from glue_jobs.runtime.store import S3Store

    args = job_arguments()
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(args.job_name, {})
    catalog = GlueCatalog(boto3.client("glue"), env=args.env, domain=args.domain)
    summary = run(configure(glue.spark_session), S3Store.connect(), catalog, args, datetime.now(UTC))
    print(summary["message"], file=sys.stderr)
    put_model_metrics(boto3.client("cloudwatch"), args.env, args.domain, summary["models"])
    job.commit()


if __name__ == "__main__":
    main()
