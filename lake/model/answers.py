"""Types of a domain's serving questions, which `domains/<name>/answers.py` declares.

The read library (`serving.read`) implements the protocols `Reader` and `ReadResult`; the functions in a
domain's `answers.py` depend on the types of this module only.
"""

from __future__ import annotations

import datetime as dt
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Protocol


@dataclass(frozen=True)
class Parameter:
    """A parameter of a question; `kind` is str, int or date."""

    name: str
    kind: type
    required: bool
    default: Any

    def parse(self, text: str) -> Any:
        """Return the value that `text` spells. Raises ValueError if the text does not fit the type."""
        return dt.date.fromisoformat(text) if self.kind is dt.date else self.kind(text)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A serving question. `function(reader, **parameters)` returns its answer, a list of dataclass rows."""

    name: str
    question: int
    title: str
    function: Callable[..., Sequence[Any]]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The question's parameters: the keyword-only parameters of its function."""
        hints = typing.get_type_hints(self.function)
        return tuple(
            Parameter(
                name=name,
                kind=plain_type(hints[name]),
                required=parameter.default is inspect.Parameter.empty,
                default=None if parameter.default is inspect.Parameter.empty else parameter.default,
            )
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        )


def plain_type(hint: Any) -> type:
    """Return the type without None: `date | None` gives date."""
    if isinstance(hint, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    return typing.cast(type, hint)


@dataclass(frozen=True)
class Row:
    """One embedded row with typed values.

    `provisional`: the values are a running total of the stream, which the batch flow has not replaced yet.
    """

    values: Mapping[str, Any]
    provisional: bool

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A selection of documents: those of one shape whose `by` columns have the values `keys`."""

    shape: str
    keys: tuple[Any, ...] = ()


class ReadResult(Protocol):
    """The documents that one request returned."""

    def rows(
        self, selection: Selection, embed: str, first: dt.date | None = None, last: dt.date | None = None
    ) -> list[Row]:
        """Return the embedded rows dated from `first` to `last`, in the order of their key.

        On a day that the batch flow has published only batch rows count; the speed view adds the other days.
        """

    def tables(self, selection: Selection, embed: str) -> list[tuple[int, list[Row]]]:
        """Return (period, embedded rows) of each batch document, oldest period first."""

    def newest_day(self, selection: Selection, embed: str) -> dt.date | None:
        """Return the newest date of the embedded rows; None without rows."""


class Reader(Protocol):
    """Reads the served marts of one domain, one request per call."""

    def between(
        self, mart: str, selections: Sequence[Selection], first: dt.date, last: dt.date, question: int
    ) -> ReadResult:
        """Return the documents of the periods from `first` to `last`, found by their `_id`s."""

    def newest(self, mart: str, selections: Sequence[Selection], days: int, question: int) -> ReadResult:
        """Return the documents of the newest periods: as many as a range of `days` days can touch."""


_MICRO = Decimal("0.000001")
_EXACT = Context(prec=60)


def ratio(total: Any, count: Any, factor: int = 1) -> Decimal | None:
    """Return total × factor ÷ count, rounded once, half-up, to six decimals; None without a count."""
    if total is None or not count:
        return None
    quotient = _EXACT.divide(Decimal(total) * factor, Decimal(count))
    return quotient.quantize(_MICRO, rounding=ROUND_HALF_UP, context=_EXACT)
