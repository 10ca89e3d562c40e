"""Input templates of EventBridge and Pipes: JSON with `<…>` placeholders that name paths.

As on AWS, a text is inserted into a quoted string as it is: a quote or a line break in it makes the JSON
invalid, and the delivery fails. Without quotes around the placeholder it becomes a JSON string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from localcloud.errors import LocalCloudError, UnsupportedError

_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]")


class TemplateError(LocalCloudError):
    """An input template and an event yield no JSON."""


def render(template: str, lookup: Callable[[str], Any]) -> Any:
    """Return a template's JSON value, each placeholder replaced by the value of `lookup` for its name.

    Within quotes a value is inserted as text, without escaping, elsewhere as JSON. Raises TemplateError if
    the result is not JSON.
    """
    pieces: list[str] = []
    position = 0
    for found in _PLACEHOLDER.finditer(template):
        before = template[position : found.start()]
        pieces.append(before)
        value = lookup(found.group(1))
        pieces.append(_as_text(value) if _in_string("".join(pieces)) else json.dumps(value))
        position = found.end()
    pieces.append(template[position:])
    text = "".join(pieces)
    try:
        return json.loads(text)
    except ValueError as error:
        raise TemplateError(
            f"the input template does not yield JSON: {text[:200]}",
            where="events",
            hint="Values are not escaped: leave out the quotes around a placeholder of a text.",
        ) from error


def _in_string(text: str) -> bool:
    """Return whether JSON text ends within a string: after an odd number of unescaped quotes."""
    return len(re.findall(r'(?<!\\)"', text)) % 2 == 1


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def at_path(document: Any, path: str) -> Any:
    """Return the value at a simple JSONPath such as `$.body.detail.object.key`, None if it is absent.

    Raises UnsupportedError for wildcards, recursion and filters.
    """
    if not path.startswith("$"):
        raise UnsupportedError(f"the path '{path}' is not evaluated locally.", where="events")
    rest = path[1:]
    while rest:
        step = _STEP.match(rest)
        if step is None:
            raise UnsupportedError(f"the path '{path}' is not evaluated locally.", where="events")
        name, index, quoted = step.groups()
        document = _child(document, name or quoted, index)
        rest = rest[step.end() :]
    return document


def _child(document: Any, name: str | None, index: str | None) -> Any:
    if name is not None:
        return document.get(name) if isinstance(document, dict) else None
    position = int(index or 0)
    return document[position] if isinstance(document, list) and position < len(document) else None
