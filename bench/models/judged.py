"""The domain whose model is judged: the one that declares models of anomalies."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from lake.errors import CaudalError
from lake.model.discovery import load_domains, training


def of_domain(module: str) -> ModuleType:
    """Return a module of the judged domain, by its name there; `training` is the training of its model.

    Raises CaudalError if no domain has a model and a package `anomaly`.
    """
    for domain in load_domains():
        if domain.models and find_spec(f"domains.{domain.name}.anomaly") is not None:
            if module == "training":
                return training(domain.name, domain.models[0].name)
            return import_module(f"domains.{domain.name}.{module}")
    raise CaudalError(
        "no domain has a model of anomalies.", where="domains", hint="Judge in a checkout that has one."
    )
