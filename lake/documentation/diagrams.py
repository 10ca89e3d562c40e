"""Mermaid diagrams of a domain: references between its tables, and lineage of its published tables."""

from __future__ import annotations

from collections.abc import Iterator

from lake.documentation.pages import mermaid
from lake.model.spec import Domain, Table


def relations(domain: Domain) -> str:
    """Return the entity-relationship diagram of the domain's tables: their keys and references."""
    return mermaid("erDiagram", _relation_lines(domain))


def lineage(domain: Domain) -> str:
    """Return the flow chart that leads from silver tables to published tables."""
    return mermaid("flowchart LR", _lineage_lines(domain))


def _relation_lines(domain: Domain) -> Iterator[str]:
    for table in domain.tables:
        yield f"{table.name} {{"
        yield from (f"    {line}" for line in _attributes(table))
        yield "}"
    for table in domain.tables:
        for reference in table.references:
            yield f'{reference.table} ||--o{{ {table.name} : "{reference.column}"'


def _attributes(table: Table) -> Iterator[str]:
    referring = {reference.column for reference in table.references}
    for column in table.columns:
        roles = [role for role, names in (("PK", table.key), ("FK", referring)) if column.name in names]
        if roles:
            yield f"{column.type.split('(')[0]} {column.name} {', '.join(roles)}"


def _lineage_lines(domain: Domain) -> Iterator[str]:
    published = {mart.name for mart in domain.marts}
    for mart in domain.marts_in_order():
        for name in mart.inputs:
            source = name if name in published else f"{name}[(silver {name})]"
            yield f"{source} --> {mart.name}"
