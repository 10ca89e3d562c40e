"""Many expressions are asked in one statement: Trino takes longer to plan a statement than to compute it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from conformance.trino.answers import Answer, Entry, ask_trino
from conformance.trino.client import Trino

BATCH = 40


def batches_of(entries: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    """Yield the entries in groups that one statement can answer; a query, or an error, is alone."""
    together = []
    for entry in entries:
        if can_be_joined(entry):
            together.append(entry)
        else:
            yield (entry,)
    yield from (tuple(together[at : at + BATCH]) for at in range(0, len(together), BATCH))


def can_be_joined(entry: Entry) -> bool:
    """Return whether an entry is an expression with one value, so that others can stand beside it."""
    answer = entry.answer
    is_expression = entry.sql != entry.text
    return is_expression and not answer.error and len(answer.types) == len(answer.rows) == 1


def joined(entries: Sequence[Entry]) -> Entry:
    """Return one entry with a column for each of `entries`."""
    types = tuple(kind for entry in entries for kind in entry.answer.types)
    row = tuple(value for entry in entries for value in entry.answer.rows[0])
    return Entry(",\n".join(entry.text for entry in entries), Answer(types, (row,)))


def differences(trino: Trino, entries: Sequence[Entry]) -> list[tuple[Entry, Answer]]:
    """Return the entries of a batch to which Trino answers otherwise, each with that answer.

    Where the joined statement has another answer, every entry is asked by itself.
    """
    if len(entries) > 1:
        whole = joined(entries)
        if whole.is_answered_by(ask_trino(trino, whole.text)):
            return []
    answers = [(entry, ask_trino(trino, entry.text)) for entry in entries]
    return [(entry, answer) for entry, answer in answers if not entry.is_answered_by(answer)]
