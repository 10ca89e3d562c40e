"""Expressions that are asked together are compared one by one as soon as one of them differs."""

from __future__ import annotations

from conformance.trino import batches
from conformance.trino.answers import Answer, Entry
from conformance.trino.batches import BATCH, batches_of, differences, joined
from conformance.trino.client import Answer as Reply
from conformance.trino.client import Trino

ONE = Entry("1", Answer(("integer",), (("1",),)))
TWO = Entry("'a'", Answer(("varchar(1)",), (("a",),)))
FAILS = Entry("1 / 0", Answer(error="DIVISION_BY_ZERO"))
QUERY = Entry("values 1", Answer(("integer",), (("1",),)))


class Fixed(Trino):
    """A server that answers from a table, and records what it is asked."""

    def __init__(self, answers: dict[str, Reply]) -> None:
        super().__init__(port=0)
        self.answers, self.asked = answers, list[str]()

    def run(self, sql: str, *_: object, **__: object) -> Reply:
        self.asked.append(sql)
        return self.answers[sql]


def test_queries_and_errors_are_asked_alone() -> None:
    assert list(batches_of([ONE, FAILS, TWO, QUERY])) == [(FAILS,), (QUERY,), (ONE, TWO)]


def test_batches_have_a_largest_size() -> None:
    assert [len(batch) for batch in batches_of([ONE] * (BATCH + 1))] == [BATCH, 1]


def test_joined_entry_has_a_column_for_each() -> None:
    assert joined([ONE, TWO]) == Entry("1,\n'a'", Answer(("integer", "varchar(1)"), (("1", "a"),)))


def test_equal_answers_take_one_statement() -> None:
    trino = Fixed({"SELECT 1,\n'a'": Reply((("_col0", "integer"), ("_col1", "varchar(1)")), ((1, "a"),))})
    assert differences(trino, [ONE, TWO]) == []
    assert len(trino.asked) == 1


def test_answer_that_differs_is_found_by_itself() -> None:
    other = Reply((("_col0", "varchar(1)"),), (("b",),))
    trino = Fixed({
        "SELECT 1,\n'a'": Reply((("_col0", "integer"), ("_col1", "varchar(1)")), ((1, "b"),)),
        "SELECT 1": Reply((("_col0", "integer"),), ((1,),)),
        "SELECT 'a'": other,
    })  # fmt: skip
    assert differences(trino, [ONE, TWO]) == [(TWO, Answer(("varchar(1)",), (("b",),)))]


def test_joined_statement_that_fails_hides_no_answer() -> None:
    trino = Fixed({
        "SELECT 1,\n'a'": Reply(error="EXCEEDED_TIME_LIMIT"),
        "SELECT 1": Reply((("_col0", "integer"),), ((1,),)),
        "SELECT 'a'": Reply((("_col0", "varchar(1)"),), (("a",),)),
    })  # fmt: skip
    assert differences(trino, [ONE, TWO]) == []


def test_every_stored_answer_is_in_one_batch() -> None:
    entries = [Entry(f"{number}", ONE.answer) for number in range(3 * batches.BATCH)] + [FAILS, QUERY]
    assert sorted(e.text for batch in batches_of(entries) for e in batch) == sorted(e.text for e in entries)
