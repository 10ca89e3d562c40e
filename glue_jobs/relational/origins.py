"""The silver tables and marts of a domain as a load reads them: the content of months, and their text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import SparkSession

from glue_jobs.relational.content import Months
from glue_jobs.relational.load import CONNECTIONS, Parts
from glue_jobs.relational.parts import TextParts
from glue_jobs.relational.sources import Counted, Remembered, Source, recall, remember, source
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.session import choose_settings
from glue_jobs.runtime.store import ObjectStore
from lake.model.relational.schema import RelationalSchema
from lake.model.spec import Domain
from lake.naming.relational import month_label


class Origins:
    """What one run of the job knows of the lake. `contents` looks at the files again at each call."""

    def __init__(
        self,
        spark: SparkSession,
        store: ObjectStore,
        args: JobArguments,
        domain: Domain,
        schemas: Sequence[RelationalSchema],
    ) -> None:
        self._spark = spark
        self._store = store
        self._args = args
        self._schemas = schemas
        self._parts = TextParts(spark, store, args, domain)
        self._sources: dict[str, Source] = {}
        self._stored: Remembered | None = None
        self._counted: Remembered = {}

    def contents(self) -> Mapping[str, Months]:
        """Return the content of every month by table; Spark counts those whose files are new."""
        if self._stored is None:
            self._stored = self._counted = recall(self._store, self._args)
        known = self._counted
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            sources = list(pool.map(lambda schema: source(self._store, self._args, schema), self._schemas))
            choose_settings(self._spark, sum(each.size for each in sources))
            found = dict(pool.map(lambda each: self._count(each, known), sources))
        self._sources = {name: each for name, (each, _) in found.items()}
        self._counted = {name: counted for name, (_, counted) in found.items()}
        return {
            name: {month: counted[each.fingerprint(month)].content for month in each.months}
            for name, (each, counted) in found.items()
        }

    def prepare(self, table: str, months: Collection[int]) -> Parts:
        """Write the rows of months as text; return how to get the files."""
        return self._parts.write(self._sources[table], months)

    def refused(self) -> dict[str, int]:
        """Return table and month → number of rows that MySQL cannot hold."""
        return {
            f"{name} {month_label(month)}": number
            for name, each in self._sources.items()
            for month in each.months
            if (number := self._counted[name][each.fingerprint(month)].refused)
        }

    def close(self) -> None:
        """Delete the text files, and remember what was counted for the next load."""
        self._parts.clean()
        if self._sources and self._counted != self._stored:
            remember(self._store, self._args, self._counted)

    def _count(self, each: Source, known: Remembered) -> tuple[str, tuple[Source, dict[str, Counted]]]:
        remembered = known.get(each.schema.name, {})
        new = [month for month in each.months if each.fingerprint(month) not in remembered]
        found = self._parts.count(each, new) if new else {}
        counted = {
            each.fingerprint(month): found[month] if month in found else remembered[each.fingerprint(month)]
            for month in each.months
        }
        return each.schema.name, (each, counted)
