"""Takes the rows of withdrawn files out of bronze's files, and puts them back when a withdrawal ends.

Queries of bronze then need no knowledge of withdrawals. The whole files of a folder are copied beside bronze
first; what lies in bronze is always made from them, so a run that dies is repeated from there. Each file is
replaced, or removed, atomically.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.catalog.published import partitions_of
from glue_jobs.ingest.staging import STAGED
from glue_jobs.ledger.compaction_log import Compactions
from glue_jobs.ledger.set_aside import Place, SetAside
from glue_jobs.ledger.view import LedgerView
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.schemas import bronze_file_schema
from glue_jobs.runtime.store import Copy, ObjectStore, copy_all
from lake import naming
from lake.errors import AccountingError
from lake.files.layers import stored_table
from lake.model.spec import Domain

_NOTHING: frozenset[str] = frozenset()


def follow_withdrawals(
    spark: SparkSession,
    store: ObjectStore,
    catalog: Catalog,
    args: JobArguments,
    domain: Domain,
    view: LedgerView,
) -> None:
    """Make bronze hold exactly the rows of files that are not withdrawn, and record that it does.

    The caller must hold the domain's lease. Raises AccountingError if rows went missing: bronze then lacks
    nothing that the next run does not put back.
    """
    if not view.decisions:
        return
    before = SetAside.read(store, args.ledger_bucket, domain.name)
    live = _live(store, args, domain, view)
    wanted = {place: files for place, files in live.items() if files}
    kept = {place: files for place, files in before.places.items() if place in live}
    changed = [place for place in {**wanted, **kept} if kept.get(place, _NOTHING) != live[place]]
    bronze = _Bronze(spark, store, catalog, args, domain)
    for place in changed:
        if place not in kept:
            bronze.keep_whole(place)
    if changed:
        # From here on a place may lack rows that neither this record's decisions nor later ones name.
        during = kept | dict.fromkeys(changed)
        SetAside(places=during, decisions=before.decisions).write(store, args.ledger_bucket, domain.name)
    for place in changed:
        bronze.rewrite(place, live[place])
    decisions = frozenset(decision.decision_id for decision in view.decisions)
    after = SetAside(places=wanted, decisions=decisions)
    if changed or after != before:
        after.write(store, args.ledger_bucket, domain.name)
    bronze.forget_others(wanted)


def _live(
    store: ObjectStore, args: JobArguments, domain: Domain, view: LedgerView
) -> dict[Place, frozenset[str]]:
    """Return each place of bronze → the withdrawn files of which its whole files have rows.

    Batches whose files are about to be deleted are left out; a compaction may still have their rows.
    """
    found: dict[Place, frozenset[str]] = {}
    for batch in view.batches:
        for table in batch.tables:
            files = (file.key for file in batch.files if file.table == table and file.rows_bronze)
            found[table, batch.batch_id] = frozenset(files) & view.withdrawn
    for name in (table.name for table in domain.stream_tables):
        for entry in Compactions.read(store, args.ledger_bucket, domain.name, name).current:
            merged = (found.get((name, place), _NOTHING) for place in entry.replaced)
            found[name, entry.compaction_id] = _NOTHING.union(*merged)
    return {place: files for place, files in found.items() if place[1] not in view.retired}


@dataclass(frozen=True)
class _Bronze:
    """The files of bronze of one domain, and the whole files that are kept beside them."""

    spark: SparkSession
    store: ObjectStore
    catalog: Catalog
    args: JobArguments
    domain: Domain

    def keep_whole(self, place: Place) -> None:
        """Copy the files of a place beside bronze. What a run that died has copied is replaced."""
        self._delete(self._keys(self._kept(place)))
        self._copy(self._keys(self._place(place)), self._place(place), self._kept(place))

    def rewrite(self, place: Place, withdrawn: frozenset[str]) -> None:
        """Make a place of bronze from its whole files, without the rows of the files `withdrawn`."""
        folder, stored = self._place(place), stored_table(self.domain, "bronze", place[0])
        self._delete(self._keys(f"{folder}{STAGED}"))
        filled: list[str] = []
        emptied: list[str] = []
        for key in self._keys(self._kept(place)):
            target = folder + key.removeprefix(self._kept(place))
            (filled if self._put(place, key, target, withdrawn) else emptied).append(target)
        left = partitions_of(filled, stored, self.domain)
        self.catalog.drop(stored, partitions_of(emptied, stored, self.domain) - left)
        self._delete(emptied)
        self.catalog.register(stored, left)

    def _put(self, place: Place, key: str, target: str, withdrawn: frozenset[str]) -> bool:
        """Put a whole file without some rows onto its key in bronze; return whether it has any other rows."""
        store, bucket = self.store, self.args.processed_bucket
        if not withdrawn:
            copy_all(store, [Copy(bucket, key, target)])
            return True
        reader = self.spark.read.schema(bronze_file_schema(self.domain.table(place[0])))
        left = reader.parquet(store.url(bucket, key)).where(~F.col("source_file").isin(*sorted(withdrawn)))
        rows = left.count()
        if not rows:
            return False
        folder = f"{self._place(place)}{STAGED}"
        left.coalesce(1).write.mode("overwrite").parquet(store.url(bucket, folder))
        staged = self._keys(folder)
        [part] = [each for each in staged if each.endswith(".parquet")]
        written = reader.parquet(store.url(bucket, part)).count()
        if written != rows:
            raise AccountingError(
                f"{rows} rows are not withdrawn, {written} were written.",
                where=f"s3://{bucket}/{target}",
                hint="Run the pipeline again: the file was not replaced, and its whole rows are kept.",
            )
        copy_all(store, [Copy(bucket, part, target)])
        self._delete(staged)
        return True

    def forget_others(self, wanted: Mapping[Place, frozenset[str]]) -> None:
        """Delete the whole files of places that bronze holds whole again, or no more."""
        root = naming.layer_root(naming.WITHDRAWN, self.domain.name)
        places = tuple(self._kept(place) for place in wanted)
        self._delete([key for key in self._keys(root) if not key.startswith(places)])

    def _place(self, place: Place) -> str:
        return naming.batch_prefix("bronze", self.domain.name, *place)

    def _kept(self, place: Place) -> str:
        return naming.batch_prefix(naming.WITHDRAWN, self.domain.name, *place)

    def _keys(self, prefix: str) -> list[str]:
        return [item.key for item in self.store.list(self.args.processed_bucket, prefix)]

    def _copy(self, keys: Sequence[str], source: str, target: str) -> None:
        bucket = self.args.processed_bucket
        files = [key for key in keys if key.endswith(".parquet") and STAGED not in key]
        copy_all(self.store, (Copy(bucket, key, target + key.removeprefix(source)) for key in files))

    def _delete(self, keys: Sequence[str]) -> None:
        self.store.delete(self.args.processed_bucket, keys)
