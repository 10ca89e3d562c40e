"""The silver tables and marts of a domain as a load reads them: the content of months, and their text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import SparkSession

from glue_jobs.relational.content import Months
from glue_jobs.relational.load import CONNECTIONS, Parts
from glue_jobs.relational.parts import Selection, TextParts, by_query
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
            queries = by_query(Selection(source=each, months=_unknown(each, known)) for each in sources)
            found = {
                name: months for each in pool.map(self._parts.count, queries) for name, months in each.items()
            }
        self._sources = {each.schema.name: each for each in sources}
        self._counted = {
            name: _counted(each, found.get(name, {}), known.get(name, {}))
            for name, each in self._sources.items()
        }
        return {
            name: {month: self._counted[name][each.fingerprint(month)].content for month in each.months}
            for name, each in self._sources.items()
        }

    def write_small(self, changes: Mapping[str, Collection[int]]) -> None:
        """Write the rows of all small tables that `prepare` will be called for, in one query."""
        for selections in by_query(self._selection(table, months) for table, months in changes.items()):
            if selections[0].is_small:
                self._parts.write(selections)

    def prepare(self, table: str, months: Collection[int]) -> Parts:
        """Write the rows of months as text, if they are not written yet; return how to get the files."""
        selection = self._selection(table, months)
        self._parts.write([selection])
        return lambda month: self._parts.files(selection.source, month)

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

    def _selection(self, table: str, months: Collection[int]) -> Selection:
        return Selection(source=self._sources[table], months=months)


def _unknown(each: Source, known: Remembered) -> list[int]:
    """Return the months whose files no load has counted."""
    remembered = known.get(each.schema.name, {})
    return [month for month in each.months if each.fingerprint(month) not in remembered]


def _counted(
    each: Source, found: Mapping[int, Counted], remembered: Mapping[str, Counted]
) -> dict[str, Counted]:
    """Return fingerprint → what is counted now, or was before, of all months of a table."""
    return {
        each.fingerprint(month): found[month] if month in found else remembered[each.fingerprint(month)]
        for month in each.months
    }
