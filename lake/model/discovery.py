"""Discovery of the domains: every package `domains.<name>` with a module `domain` that defines DOMAIN.

`domains` is a namespace package, so a domain may lie in any folder on the path, or in a zip.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from types import ModuleType

from lake.errors import UnknownNameError
from lake.model.answers import Answer
from lake.model.spec import Domain


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


def load_answers() -> dict[str, tuple[str, Answer]]:
    """Return the serving questions of all domains: name → (domain, answer)."""
    found: dict[str, tuple[str, Answer]] = {}
    for domain in domain_names():
        name = f"domains.{domain}.answers"
        if importlib.util.find_spec(name) is not None:
            found |= {answer.name: (domain, answer) for answer in importlib.import_module(name).ANSWERS}
    return found
