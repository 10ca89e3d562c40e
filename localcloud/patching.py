"""Replacing parts of moto, with a check that each replaced part exists.

The `install(context)` functions patch moto through `replace`. A symbol that is missing raises, so that
another version of moto fails at start and does not silently keep its own behaviour.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

from localcloud.errors import PatchError

MOTO_VERSION = "5.2.5"
"""The version of moto that the patches were written for."""

_originals: dict[tuple[int, str], Any] = {}
_targets: dict[int, Any] = {}
_ABSENT = object()
"""In place of the original of what was added."""


def check_version() -> None:
    """Raise PatchError unless MOTO_VERSION is installed."""
    found = importlib.metadata.version("moto")
    if found != MOTO_VERSION:
        raise PatchError(
            f"moto {found} is installed, but the patches are written for {MOTO_VERSION}.",
            where="localcloud",
            hint="Install requirements.txt again.",
        )


def replace(target: Any, name: str, new: Any) -> Any:
    """Set `target.name` to `new` and return the original, even if it was replaced before.

    `target` is a module or a class that must itself define `name`. Raises PatchError otherwise, also
    for an inherited attribute: replacing it here would miss the class that defines it.
    """
    key = (id(target), name)
    if key not in _originals:
        if name not in vars(target):
            place = getattr(target, "__qualname__", getattr(target, "__name__", repr(target)))
            raise PatchError(
                f"moto {MOTO_VERSION} was expected to define '{name}' here, but it does not.",
                where=f"{getattr(target, '__module__', '')} {place}".strip(),
                hint="Install the version of requirements.txt, or port the patch.",
            )
        _originals[key] = vars(target)[name]
        _targets[id(target)] = target
    setattr(target, name, new)
    return _unwrap(_originals[key])


def add(target: Any, name: str, new: Any) -> None:
    """Set `target.name`, which moto does not have, to `new`. Raises PatchError if moto has it by now."""
    key = (id(target), name)
    if key not in _originals:
        if hasattr(target, name):
            place = getattr(target, "__qualname__", repr(target))
            raise PatchError(
                f"moto was expected not to define '{name}' here, but it does.",
                where=f"{getattr(target, '__module__', '')} {place}".strip(),
                hint="Replace it instead of adding it.",
            )
        _originals[key] = _ABSENT
        _targets[id(target)] = target
    setattr(target, name, new)


def restore() -> None:
    """Undo every `replace`, so that other users of moto in this process get the unpatched moto."""
    for (target, name), value in _originals.items():
        if value is _ABSENT:
            delattr(_targets[target], name)
        else:
            setattr(_targets[target], name, value)
    _originals.clear()
    _targets.clear()


def original(target: Any, name: str) -> Any:
    """Return the value that `target.name` had before `replace`."""
    return _unwrap(_originals[(id(target), name)])


def _unwrap(value: Any) -> Any:
    return value.__func__ if isinstance(value, staticmethod | classmethod) else value
