"""What moto and botocore know of services, read from their folders once, not for each request or client."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import boto3
import botocore.loaders
import botocore.session

_loader = botocore.loaders.create_loader()


def session(**settings: Any) -> boto3.Session:
    """Return a boto3 session with these arguments that shares the models of services with all others."""
    core = botocore.session.get_session()
    core.register_component("data_loader", _loader)
    made = boto3.Session(botocore_session=core, **settings)
    # Each session adds its own folder to the shared list again.
    _loader.search_paths[:] = dict.fromkeys(_loader.search_paths)
    return made


def install() -> None:
    """Let moto list its modules once, and look for the one method that a request names.

    For each request it would look at the folders of all its modules, and sort all methods of a class.
    """
    # Imported here, because the command line uses sessions and must not load moto.
    import moto.backends
    import moto.core.responses

    from localcloud.patching import replace

    replace(moto.backends, "list_of_moto_modules", _modules)
    replace(moto.core.responses, "method_names_from_class", _Methods)


class _Methods:
    """The names of a class's methods, found when they are asked for, so that later patches count."""

    def __init__(self, of: type) -> None:
        self._of = of

    def __contains__(self, name: str) -> bool:
        return inspect.isfunction(getattr(self._of, name, None))


@functools.cache
def _modules() -> tuple[str, ...]:
    import moto.backends

    from localcloud.patching import original

    return tuple(original(moto.backends, "list_of_moto_modules")())
