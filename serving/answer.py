"""The questions that a domain answers from the serving store, as the command line finds them."""

from __future__ import annotations

import datetime as dt
import importlib.util
import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lake.discovery import domain_names
from lake.errors import UnknownNameError


@dataclass(frozen=True)
class Parameter:
    """An option of a question: its type is str, int or date."""

    name: str
    kind: type
    required: bool
    default: Any

    def parse(self, text: str) -> Any:
        """Raises ValueError when the text is none of its type."""
        return dt.date.fromisoformat(text) if self.kind is dt.date else self.kind(text)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A question by name. `function(reader, **parameters)` answers with a list of dataclass rows."""

    name: str
    question: int
    title: str
    function: Callable[..., Sequence[Any]]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The function's keyword-only parameters."""
        hints = typing.get_type_hints(self.function)
        return tuple(
            Parameter(
                name=name,
                kind=_plain(hints[name]),
                required=parameter.default is inspect.Parameter.empty,
                default=None if parameter.default is inspect.Parameter.empty else parameter.default,
            )
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        )


def _plain(hint: Any) -> type:
    """`date | None` → date."""
    if isinstance(hint, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    return typing.cast(type, hint)


def answers() -> dict[str, tuple[str, Answer]]:
    """All questions of all domains: name → (domain, answer)."""
    found: dict[str, tuple[str, Answer]] = {}
    for domain in domain_names():
        name = f"domains.{domain}.answers"
        if importlib.util.find_spec(name) is not None:
            found |= {answer.name: (domain, answer) for answer in importlib.import_module(name).ANSWERS}
    return found


def answer_named(name: str) -> tuple[str, Answer]:
    """(domain, answer). Raises UnknownNameError that lists the known ones."""
    found = answers()
    if name not in found:
        raise UnknownNameError("question", name, sorted(found))
    return found[name]
