"""The local Athena answers as Trino does, or refuses by name: the stored answers, without Trino."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.trino.answers import CORPUS, Answer, Entry, LocalEngine, read, statement_of

FILES = sorted(CORPUS.glob("*.jsonl"))


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    found = LocalEngine()
    yield found
    found.close()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_local_answers_are_those_of_trino_or_refused(engine: LocalEngine, file: Path) -> None:
    differ = []
    for entry in read(file):
        local = engine.ask(entry.text)
        if not local.agrees_with(entry.answer):
            differ.append((entry.text, entry.answer, local))

    assert differ == []


def test_most_of_the_corpus_is_answered(engine: LocalEngine) -> None:
    answers = [engine.ask(entry.text) for entry in read(CORPUS / "expressions.jsonl")]

    assert sum(not answer.error for answer in answers) > 350


def test_answer_agrees_only_with_the_same_types_and_rows() -> None:
    trino = Answer(("integer",), (("1",),))

    assert Answer(("integer",), (("1",),)).agrees_with(trino)
    assert Answer(error="NOT_SUPPORTED").agrees_with(trino)
    assert not Answer(("bigint",), (("1",),)).agrees_with(trino)
    assert not Answer(("integer",), (("2",),)).agrees_with(trino)
    assert not Answer(error="DIVISION_BY_ZERO").agrees_with(trino)
    assert not Answer(("integer",), (("1",),)).agrees_with(Answer(error="DIVISION_BY_ZERO"))


def test_expression_is_selected_and_a_query_is_taken_as_it_is() -> None:
    assert statement_of("1 + 1") == "SELECT 1 + 1"
    assert statement_of("(select 1) union select 2") == "(select 1) union select 2"


def test_rows_have_an_order_only_where_the_query_says_so() -> None:
    rows, other = Answer(("integer",), (("1",), ("2",))), Answer(("integer",), (("2",), ("1",)))

    assert Entry("values 1, 2", rows).is_answered_by(other)
    assert not Entry("select x from t order by x", rows).is_answered_by(other)
    assert not Entry("values 1, 2", rows).is_answered_by(Answer(("integer",), (("1",), ("1",))))
