"""Grants and calls that differ only in the names of domain, table and model are of one kind.

The templates make the roles and resources of all domains alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from conformance.permissions.calls import Call
from conformance.permissions.grants import Grant
from lake.model.spec import Domain
from lake.naming import compaction_prefix, pointers_root, published_models_root
from localcloud.iam.policy import Value

DOMAIN, TABLE, MODEL = "<domain>", "<table>", "<model>"

_COMPACTIONS = compaction_prefix("", "").removesuffix("/")
"""Between the domain and the table in the keys of compactions."""

_POINTERS, _PUBLISHED = (root("").rstrip("/") for root in (pointers_root, published_models_root))


@dataclass(frozen=True, order=True)
class Kind:
    """A grant with DOMAIN, TABLE and MODEL in place of the names."""

    role: str
    action: str
    resource: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        values = "".join(f" {key}={value}" for key, value in self.values)
        return f"{self.role} {self.action} {self.resource}{values}"


class Kinds:
    """Recognises the names of some domains, their tables and models in roles, resources and conditions."""

    def __init__(self, domains: Iterable[Domain]) -> None:
        domains = list(domains)
        names = {domain.name for domain in domains}
        tables = {table.name for domain in domains for table in domain.tables}
        tables |= {mart.name for domain in domains for mart in domain.published_marts}
        domain, table = _either(names), _either(tables)
        self._rules = [
            # A table may have the name of its domain, so the places of tables come first.
            (re.compile(rf"(?<![a-z0-9])(?:{domain})(-stream-|/|{_COMPACTIONS})(?:{table})(?![a-z0-9])"),
             rf"{DOMAIN}\1{TABLE}"),
            (re.compile(rf"(:table/\w+_(?:bronze|quarantine|silver|gold)/)(?:{table})$"), rf"\1{TABLE}"),
            (re.compile(rf"(?<![a-z0-9])(?:{domain})(?![a-z0-9])"), DOMAIN),
            (re.compile(rf"({DOMAIN}(?:-start)?-stream-|{DOMAIN}/stream_|job/\S*-stream-)(?:{table})"),
             rf"\1{TABLE}"),
            (re.compile(rf"((?:{_POINTERS}|{_PUBLISHED})/{DOMAIN}/)\w+(?=\.json)"), rf"\1{MODEL}"),
            # A dataset of QuickSight has the name of a mart or of a named query.
            (re.compile(rf"(:dataset/\S*{DOMAIN}-)[a-z0-9-]+(?=/ingestion/)"), rf"\1{TABLE}"),
        ]  # fmt: skip

    def of(self, grant: Grant) -> Kind:
        """Return the kind of a grant."""
        values = tuple((key, self._plain(value)) for key, value in grant.values)
        return Kind(self._plain(grant.role), grant.action, self._plain(grant.resource), values)

    def of_call(self, call: Call) -> Call:
        """Return a call with DOMAIN, TABLE and MODEL in place of the names."""
        keys = tuple((key, self._plain_value(value)) for key, value in call.keys)
        return replace(call, role=self._plain(call.role), resource=self._plain(call.resource), keys=keys)

    def one_of_each(self, calls: Iterable[Call]) -> set[Call]:
        """Return the first call of each kind, in the order of roles, actions and resources."""
        first: dict[Call, Call] = {}
        for call in sorted(calls):
            first.setdefault(self.of_call(call), call)
        return set(first.values())

    def _plain_value(self, value: Value) -> Value:
        return self._plain(value) if isinstance(value, str) else tuple(map(self._plain, value))

    def _plain(self, text: str) -> str:
        for pattern, replacement in self._rules:
            text = pattern.sub(replacement, text)
        return text


def _either(names: Iterable[str]) -> Any:
    """Return a pattern for names, also in the spelling of resources, which have no underscores."""
    spelled = {spelling for name in names for spelling in (name, name.replace("_", "-"))}
    return "|".join(sorted(map(re.escape, spelled), key=len, reverse=True))
