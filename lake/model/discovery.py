"""Discovery of the domains: every package `domains.<name>` with a module `domain` that defines DOMAIN.

`domains` is a namespace package, so a domain may lie in any folder on the path, or in a zip.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable
from types import ModuleType

from lake.errors import DeclarationError, UnknownNameError
from lake.model.answers import Answer
from lake.model.spec import Domain

GOLD, SILVER, SPEED = "gold", "silver", "speed"
"""The folders of a domain's transformations: to marts, to enriched tables, to rows of running totals."""

TRAINING = "training"
"""The folder of a domain's trainings, one module per model."""


def domain_folders() -> tuple[str, ...]:
    """Return the paths of all portions of the package `domains`, in the order of Python's path.

    A portion in an archive has a path that goes on inside of the archive's file.
    """
    import domains

    return tuple(domains.__path__)


def domain_names() -> tuple[str, ...]:
    """Return the names of all domains on the path, sorted."""
    import domains

    found = {module.name for module in pkgutil.iter_modules(domains.__path__) if module.ispkg}
    return tuple(sorted(found))


def load_domain(name: str) -> Domain:
    """Return the declaration of one domain.

    Raises UnknownNameError if there is no such domain and DeclarationError if it contradicts itself.
    """
    if name not in domain_names():
        raise UnknownNameError("domain", name, domain_names())
    domain: Domain = importlib.import_module(f"domains.{name}.domain").DOMAIN
    return domain


def load_domains() -> tuple[Domain, ...]:
    """Return the declarations of all domains, in the order of their names."""
    return tuple(load_domain(name) for name in domain_names())


def transformation(domain: str, layer: str, table: str) -> ModuleType:
    """Return the module `domains.<domain>.<layer>.<table>`, whose `build` computes the table."""
    return importlib.import_module(f"domains.{domain}.{layer}.{table}")


def training(domain: str, model: str) -> ModuleType:
    """Return the module `domains.<domain>.training.<model>`, whose `train` trains the model."""
    return importlib.import_module(f"domains.{domain}.{TRAINING}.{model}")


def answers_of(domain: str) -> tuple[Answer, ...]:
    """Return the serving questions that a domain answers, none without a module `answers`."""
    name = f"domains.{domain}.answers"
    try:
        if importlib.util.find_spec(name) is None:
            return ()
    except ModuleNotFoundError:
        # A declaration that is no package answers nothing.
        return ()
    return tuple(importlib.import_module(name).ANSWERS)


def answer_problems(answers: Iterable[tuple[str, Answer]]) -> list[str]:
    """Return a sentence for each name that several (domain, answer) share; `caudal ask` takes names alone."""
    owners: dict[str, list[str]] = {}
    for domain, answer in answers:
        owners.setdefault(answer.name, []).append(domain)
    return [
        f"the answer '{name}' is declared in {' and '.join(domains)}, and `caudal ask {name}` must be one "
        "question: rename it in one of them (answers.py)"
        for name, domains in owners.items()
        if len(domains) > 1
    ]


def load_answers() -> dict[str, tuple[str, Answer]]:
    """Return the serving questions of all domains: name → (domain, answer).

    Raises DeclarationError if two answers have the same name.
    """
    found = [(domain, answer) for domain in domain_names() for answer in answers_of(domain)]
    problems = answer_problems(found)
    if problems:
        raise DeclarationError(", ".join(domain_names()), problems)
    return {answer.name: (domain, answer) for domain, answer in found}
