"""The parts of a domain and the look-ups between them, before validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from lake.errors import UnknownNameError
from lake.model.dashboards.derived import PIPELINE
from lake.model.dashboards.visuals import Dashboard
from lake.model.marts import PIPELINE_RUNS, QUALITY_BY_RUN, Mart
from lake.model.models import Model
from lake.model.relational.tables import RelationalQuestion, RelationalTable
from lake.model.serving import Collection
from lake.model.tables import Table


@dataclass(frozen=True, kw_only=True)
class Question:
    """A business question. `queries` name the Athena queries (`queries/<name>.sql`) that answer it."""

    number: int
    title: str
    queries: tuple[str, ...]


Named = TypeVar("Named", Table, Mart, Model)


def _find(items: Sequence[Named], kind: str, name: str) -> Named:
    for item in items:
        if item.name == name:
            return item
    raise UnknownNameError(kind, name, [item.name for item in items])


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """Tables, marts, models, questions, serving documents, relational tables and dashboards of one domain.

    Look-ups go by name.

    `live` are dashboards on the serving store. The subclass `Domain` adds validation; validation itself
    depends on this class.
    """

    name: str
    description: str
    tables: tuple[Table, ...]
    marts: tuple[Mart, ...] = ()
    questions: tuple[Question, ...] = field(default=())
    serving: tuple[Collection, ...] = ()
    dashboards: tuple[Dashboard, ...] = ()
    live: tuple[Dashboard, ...] = ()
    relational: tuple[RelationalTable, ...] = ()
    relational_questions: tuple[RelationalQuestion, ...] = ()
    models: tuple[Model, ...] = ()

    def table(self, name: str) -> Table:
        """Return a table by name. Raises UnknownNameError."""
        return _find(self.tables, "table", name)

    def mart(self, name: str) -> Mart:
        """Return one of the domain's own marts by name. Raises UnknownNameError."""
        return _find(self.marts, "mart", name)

    def model(self, name: str) -> Model:
        """Return a model by name. Raises UnknownNameError."""
        return _find(self.models, "model", name)

    def collection(self, mart: str) -> Collection:
        """Return the serving declaration of a mart. Raises UnknownNameError if the mart is not served."""
        for collection in self.serving:
            if collection.mart == mart:
                return collection
        raise UnknownNameError("served mart", mart, [collection.mart for collection in self.serving])

    @property
    def published_marts(self) -> tuple[Mart, ...]:
        """All gold tables: the domain's own marts, which are computed, and its logs of checks and runs."""
        return (*self.marts, QUALITY_BY_RUN, PIPELINE_RUNS)

    @property
    def shown_dashboards(self) -> tuple[Dashboard, ...]:
        """The domain's own dashboards, and the one on its data quality and pipeline."""
        return (*self.dashboards, PIPELINE)

    @property
    def csv_tables(self) -> tuple[Table, ...]:
        """Tables that arrive as CSV drops."""
        return tuple(table for table in self.tables if table.stream is None)

    @property
    def stream_tables(self) -> tuple[Table, ...]:
        """Tables that arrive as streams."""
        return tuple(table for table in self.tables if table.stream is not None)

    def inputs_of(self, name: str) -> tuple[str, ...]:
        """Return the tables and marts that the rows of a silver table or mart are computed from.

        A silver table is computed from its own bronze, the tables that it references and those that enrich
        it. Raises UnknownNameError.
        """
        for mart in self.marts:
            if mart.name == name:
                return mart.inputs
        table = self.table(name)
        return tuple(dict.fromkeys([*(ref.table for ref in table.references), *table.enriched_from]))

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Table or mart → length of its longest chain of inputs; a table without references has 0."""
        ranks: dict[str, int] = {}

        def rank(name: str) -> int:
            if name not in ranks:
                ranks[name] = 1 + max((rank(each) for each in self.inputs_of(name)), default=-1)
            return ranks[name]

        for name in (*(table.name for table in self.tables), *(mart.name for mart in self.marts)):
            rank(name)
        return ranks

    def tables_in_order(self) -> Iterator[Table]:
        """Return the tables, each after the tables that it references."""
        return iter(sorted(self.tables, key=lambda table: (self.ranks[table.name], table.name)))

    def marts_in_order(self) -> Iterator[Mart]:
        """Yield the marts, each after its inputs."""
        done: set[str] = set()

        def visit(mart: Mart) -> Iterator[Mart]:
            if mart.name in done:
                return
            done.add(mart.name)
            for name in mart.inputs:
                if any(other.name == name for other in self.marts):
                    yield from visit(self.mart(name))
            yield mart

        for mart in self.marts:
            yield from visit(mart)
