"""Maps of map_agg and histogram answer what does not depend on the order of their entries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.trino.answers import Answer, LocalEngine

ROWS = "(VALUES (1, 'a'), (2, 'b'), (2, 'b'), (NULL, 'c')) AS t(k, v)"


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    found = LocalEngine()
    yield found
    found.close()


def test_entries_are_looked_up_and_counted(engine: LocalEngine) -> None:
    asked = f"SELECT map_agg(k, v)[2], element_at(histogram(v), 'b'), cardinality(map_agg(k, v)) FROM {ROWS}"

    assert engine.ask(asked) == Answer(("varchar(1)", "bigint", "bigint"), (("b", "2", "2"),))


@pytest.mark.parametrize(
    "asked",
    [
        f"SELECT map_agg(k, v) FROM {ROWS}",
        f"SELECT map_keys(histogram(k)) FROM {ROWS}",
        f"SELECT map_agg(v, k) = map_agg(v, k) FROM {ROWS}",
        "SELECT map_agg(k, v)[1] FROM (VALUES (1, 'a'), (1, 'b')) AS t(k, v)",
        "SELECT histogram(x)[1e0] FROM (VALUES 1e0) AS t(x)",
    ],
    ids=["listed", "keys", "compared", "key with several values", "floating keys"],
)
def test_what_depends_on_the_order_is_refused(engine: LocalEngine, asked: str) -> None:
    assert engine.ask(asked).is_refused
