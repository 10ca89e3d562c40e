"""Dotted paths into documents, and which of them are indexed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.dataapi.errors import ApiError


class Missing:
    """The value of a path that a document does not have."""


MISSING = Missing()


def value_at(document: Any, path: str) -> Any:
    """The value at a dotted path (numbers select array elements), or MISSING."""
    value = document
    for name in path.split("."):
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value


def prefixes(path: str) -> Iterator[str]:
    """`a.b.c` → `a`, `a.b`, `a.b.c`."""
    names = path.split(".")
    return (".".join(names[: end + 1]) for end in range(len(names)))


@dataclass(frozen=True)
class Indexing:
    """Which paths of a collection may be filtered and sorted on. A path covers what lies below it."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Indexing:
        """From the options of `createCollection`. Raises ApiError when it is neither or both."""
        declared = options.get("indexing")
        if declared is None:
            return cls()
        if not isinstance(declared, Mapping) or len(declared) != 1 or set(declared) - {"allow", "deny"}:
            raise ApiError("INVALID_INDEXING_DEFINITION", "either 'allow' or 'deny' must be given, not both")
        paths = next(iter(declared.values()))
        if not isinstance(paths, list) or not paths or len(set(paths)) != len(paths):
            raise ApiError("INVALID_INDEXING_DEFINITION", "a non-empty array of distinct paths is expected")
        return cls(allow=tuple(declared.get("allow", ())), deny=tuple(declared.get("deny", ())))

    def covers(self, path: str) -> bool:
        """Whether a path is indexed. `_id` never is: it is the key."""
        if self.allow:
            return "*" in self.allow or any(prefix in self.allow for prefix in prefixes(path))
        return "*" not in self.deny and not any(prefix in self.deny for prefix in prefixes(path))
