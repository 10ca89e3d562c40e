"""Replacing parts of moto, and noticing when they are no longer where they were.

Every capability module has `install(context)`, which replaces what it needs through `replace`.
A replaced symbol must exist, so that another version of moto fails at start and not in a demo.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

from localcloud.errors import PatchError

MOTO_VERSION = "5.2.5"
"""The one version that the patches were written against."""

_originals: dict[tuple[int, str], Any] = {}
_targets: dict[int, Any] = {}


def check_version() -> None:
    """Raise PatchError unless the installed moto is the one that the patches fit."""
    found = importlib.metadata.version("moto")
    if found != MOTO_VERSION:
        raise PatchError(
            f"moto {found} is installed, the patches fit {MOTO_VERSION}.",
            where="localcloud",
            hint="Install requirements.txt again (make setup).",
        )


def replace(target: Any, name: str, new: Any) -> Any:
    """Set `target.name` to `new` and return the original, also when it was replaced before.

    `target` is a module or a class that must itself define `name` (an inherited attribute does not
    count: its source has moved). Raises PatchError otherwise.
    """
    key = (id(target), name)
    if key not in _originals:
        if name not in vars(target):
            place = getattr(target, "__qualname__", getattr(target, "__name__", repr(target)))
            raise PatchError(
                f"moto {MOTO_VERSION} was expected to define '{name}' here, but it does not.",
                where=f"{getattr(target, '__module__', '')} {place}".strip(),
                hint="Pin moto to the version of requirements.txt, or port the patch.",
            )
        _originals[key] = vars(target)[name]
        _targets[id(target)] = target
    setattr(target, name, new)
    return _unwrap(_originals[key])


def restore() -> None:
    """Undo every `replace`: the moto of this process is its own again, for whoever uses it next."""
    for (target, name), value in _originals.items():
        setattr(_targets[target], name, value)
    _originals.clear()
    _targets.clear()


def original(target: Any, name: str) -> Any:
    """What `target.name` was before `replace`."""
    return _unwrap(_originals[(id(target), name)])


def _unwrap(value: Any) -> Any:
    return value.__func__ if isinstance(value, staticmethod | classmethod) else value
