"""Tests ask Java once for each class and method that PySpark names: it asks anew for each call.

A frame of this project is made of thousands of calls. Three of five commands to Java only look a name up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from py4j.java_gateway import JavaClass, JavaMember, JVMView

Lookup = Callable[[Any, str], Any]


def keeping(lookup: Lookup, kind: type) -> Lookup:
    """Return a `__getattr__` that keeps what `lookup` finds in the object, if it is of `kind`."""

    def found(owner: Any, name: str) -> Any:
        value = lookup(owner, name)
        if isinstance(value, kind):
            # Python asks `__getattr__` only for what is not there.
            vars(owner)[name] = value
        return value

    return found


def pytest_configure(config: pytest.Config) -> None:
    """Keep classes in the view of Java, and methods in their classes."""
    for owner, kind in ((JVMView, JavaClass), (JavaClass, JavaMember)):
        lookup: Lookup = owner.__getattr__
        owner.__getattr__ = keeping(lookup, kind)
        config.add_cleanup(partial(setattr, owner, "__getattr__", lookup))
