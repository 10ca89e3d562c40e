"""The relational tables in the data dictionary: their diagram, columns with MySQL types, keys and indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lake.documentation.pages import mermaid, table
from lake.model.relational.schema import Field, RelationalSchema, relational_schemas
from lake.model.spec import Domain
from lake.naming.relational import LOADS, schema_name

_LAYERS = {"silver": "the silver table", "gold": "the mart"}


def relational_blocks(domain: Domain) -> Iterator[str]:
    """Yield the blocks about a domain's relational tables; none if it has no relational tables."""
    schemas = relational_schemas(domain)
    if not schemas:
        return
    yield "## Relational tables"
    yield (
        f"Applications read them in MySQL, in the schema `{schema_name(domain.name)}`. Each equals the "
        f"silver table or mart of its name; `{LOADS}` says when each month was loaded. Times are UTC. "
        "References are indexed and not enforced: a row may arrive before the row that it refers to. A "
        "reader that uses several statements needs a transaction to see one state."
    )
    yield mermaid("erDiagram", _diagram(schemas))
    for question in domain.relational_questions:
        yield f"**{question.title}**"
        yield f"```sql\n{question.sql.strip()}\n```"
    for schema in schemas:
        yield f"### {schema.name} (MySQL)"
        yield "\n".join(f"- {fact}" for fact in _facts(domain, schema))
        yield table(("column", "type", "meaning"), (_row(field, schema) for field in schema.fields))


def _facts(domain: Domain, schema: RelationalSchema) -> Iterator[str]:
    yield f"Key: {_names(schema.key)}. Copies {_LAYERS[schema.layer]} `{schema.name}`."
    for reference in schema.references:
        yield f"`{reference.column}` refers to `{reference.table}`."
    visible = {field.name for field in schema.fields}
    indexes = [columns for columns in schema.indexes.values() if visible.issuperset(columns)]
    if indexes:
        yield f"Indexes: {'; '.join(_names(columns) for columns in indexes)}."
    if schema.layer == "silver":
        personal = [
            column.name
            for column in domain.table(schema.name).columns
            if column.personal and column.name not in visible
        ]
        if personal:
            yield f"Without {_names(personal)}: personal data, unless the configuration names it."


def _row(field: Field, schema: RelationalSchema) -> tuple[str, str, str]:
    required = field.name in schema.key and not field.nullable
    return f"`{field.name}`", field.sql_type, f"{field.description}{' Not null.' if required else ''}"


def _diagram(schemas: Iterable[RelationalSchema]) -> Iterator[str]:
    listed = list(schemas)
    for schema in listed:
        yield f"{schema.name} {{"
        referring = {reference.column for reference in schema.references}
        for field in schema.fields:
            roles = [role for role, names in (("PK", schema.key), ("FK", referring)) if field.name in names]
            kind = field.sql_type.partition("(")[0]
            yield f"    {kind} {field.name}{' ' + ', '.join(roles) if roles else ''}"
        yield "}"
    for schema in listed:
        for reference in schema.references:
            yield f'{reference.table} ||--o{{ {schema.name} : "{reference.column}"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
