"""Dotted paths into documents, and the paths that a collection indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.dataapi.errors import ApiError


class Missing:
    """Type of MISSING, the value of a path that a document does not have."""


MISSING = Missing()


def value_at(document: Any, path: str) -> Any:
    """Return the value at a dotted path (numbers select array elements), or MISSING."""
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
    """Return a path and all paths above it: `a.b.c` → `a`, `a.b`, `a.b.c`."""
    names = path.split(".")
    return (".".join(names[: end + 1]) for end in range(len(names)))


@dataclass(frozen=True)
class Indexing:
    """The paths of a collection that filters and sorts may use. A path includes all paths below it."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Indexing:
        """Return the indexing in options of `createCollection`, which is all paths by default.

        Raises ApiError unless it is either `allow` or `deny` with distinct paths.
        """
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
        """Return whether a path is indexed."""
        if self.allow:
            return "*" in self.allow or any(prefix in self.allow for prefix in prefixes(path))
        return "*" not in self.deny and not any(prefix in self.deny for prefix in prefixes(path))
