"""Trino's answers as text: the types that its protocol names, and values as Athena writes them."""

from __future__ import annotations

import base64
import math
import re
from typing import Any

from localcloud.execution.athena.sql.python_functions import shortest_real
from localcloud.execution.athena.sql.rendering import number
from localcloud.execution.athena.sql.types import Type

_WORD = re.compile(r"\s*([a-z0-9_ ]*[a-z0-9_])\s*")


def parse_type(text: str) -> Type:
    """Return the type that the protocol names, e.g. `map(varchar(1), decimal(2, 1))`."""
    kind, rest = _type(text.replace('"', ""))
    assert not rest.strip(), f"unread: {rest} of {text}"
    return kind


def _type(text: str) -> tuple[Type, str]:
    match = _WORD.match(text)
    assert match, text
    name, rest = match[1], text[match.end() :]
    if not rest.startswith("("):
        return Type("timestamp with time zone" if name == "timestamp with time zone" else name), rest
    rest, args, items, labels = rest[1:], [], [], []
    while not rest.startswith(")"):
        rest = rest.lstrip(" ,")
        if digits := re.match(r"\d+", rest):
            args.append(int(digits[0]))
            rest = rest[digits.end() :]
        else:
            label = ""
            named = (
                re.match(r"([a-z0-9_]+) (?!with |to |day |year )(?=[a-z])", rest) if name == "row" else None
            )
            if named:
                label, rest = named[1], rest[named.end() :]
            item, rest = _type(rest)
            items.append(item)
            labels.append(label)
        rest = rest.lstrip()
    rest = rest[1:]
    if rest.lstrip().startswith("with time zone"):
        name, rest = f"{name} with time zone", rest.lstrip()[len("with time zone") :]
    return Type(name, tuple(args), tuple(items), tuple(labels) if name == "row" else ()), rest


def render(value: Any, kind: Type) -> str | None:
    """Return a value of the protocol's JSON as Athena's text, None for null."""
    if value is None:
        return None
    if kind.name == "array":
        return f"[{', '.join(_item(item, kind.element) for item in value)}]"
    if kind.name == "map":
        pairs = (f"{_item(key, kind.items[0])}={_item(item, kind.items[1])}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if kind.name == "row":
        fields = zip(value, kind.items, kind.labels, strict=True)
        parts = [
            f"{label or f'field{i}'}={_item(item, part)}" for i, (item, part, label) in enumerate(fields)
        ]
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind.name in ("double", "real"):
        return _floating(value, kind.name)
    if kind.name == "varbinary":
        return base64.b64decode(value).hex(" ")
    return str(value)


def _floating(value: Any, name: str) -> str:
    if isinstance(value, str):
        try:
            value = float(value.replace("Infinity", "inf"))
        except ValueError:
            return str(value)
    value = float(value)
    return number(
        value, repr(value) if name == "double" or not math.isfinite(value) else shortest_real(value)
    )


def _item(value: Any, kind: Type) -> str:
    text = render(value, kind)
    return "null" if text is None else text
