"""Views: queries that the catalog keeps in the form in which Athena and Trino keep them."""

from __future__ import annotations

import base64
import json
import re

from localcloud.execution.athena.catalog import describe_table, table_names
from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.queries import Statement, translate
from localcloud.execution.athena.results import Result
from localcloud.execution.athena.sql.parser import parse
from localcloud.execution.athena.sql.types import Type
from localcloud.execution.athena.stored_views import query_of

VIRTUAL = "VIRTUAL_VIEW"


def create_view(
    statement: Statement, replace: str | None, database: str | None, name: str, sql: str
) -> Result:
    """CREATE [OR REPLACE] VIEW: check the query, and register it with the types of its columns."""
    owner, name = (database or statement.database).lower(), name.lower()
    existing = name in table_names(statement.glue, owner)
    if existing and not replace:
        raise QueryError("TABLE_ALREADY_EXISTS", f"View '{owner}.{name}' already exists")
    if (
        existing
        and statement.glue.get_table(DatabaseName=owner, Name=name)["Table"].get("TableType") != VIRTUAL
    ):
        raise QueryError("TABLE_ALREADY_EXISTS", f"'{owner}.{name}' is a table, not a view")
    with translate(statement, parse(sql, statement.parameters)) as found:
        compiled = found.compiled
    names = [column.lower() for column, _ in compiled.columns]
    if len(set(names)) != len(names):
        raise QueryError("DUPLICATE_COLUMN_NAME", f"Column names of view '{name}' are not unique")
    document = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": statement.database,
        "columns": [
            {"name": n, "type": str(kind)} for n, (_, kind) in zip(names, compiled.columns, strict=True)
        ],
    }
    encoded = base64.b64encode(json.dumps(document).encode()).decode()
    columns = [
        {"Name": n, "Type": hive_name(kind)} for n, (_, kind) in zip(names, compiled.columns, strict=True)
    ]
    table = {
        "Name": name,
        "TableType": VIRTUAL,
        "ViewOriginalText": f"/* Presto View: {encoded} */",
        "ViewExpandedText": "/* Presto View */",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "PartitionKeys": [],
        "StorageDescriptor": {"Columns": columns, "Location": "", "SerdeInfo": {}},
    }
    if existing:
        statement.glue.update_table(DatabaseName=owner, TableInput=table)
    else:
        statement.glue.create_table(DatabaseName=owner, TableInput=table)
    return Result(has_header=False)


def hive_name(kind: Type) -> str:
    """Return the catalog's name of a type."""
    if kind.name == "array":
        return f"array<{hive_name(kind.element)}>"
    if kind.name == "map":
        return f"map<{hive_name(kind.items[0])},{hive_name(kind.items[1])}>"
    if kind.name == "row":
        fields = zip(kind.labels, kind.items, strict=True)
        return f"struct<{','.join(f'{n or i}:{hive_name(item)}' for i, (n, item) in enumerate(fields))}>"
    if kind.name == "decimal":
        return f"decimal({kind.args[0]},{kind.args[1]})"
    names = {
        "integer": "int",
        "real": "float",
        "varchar": "string",
        "varbinary": "binary",
        "unknown": "boolean",
    }
    return names.get(kind.name, kind.name)


def drop_view(statement: Statement, if_exists: str | None, database: str | None, name: str) -> Result:
    """DROP VIEW."""
    owner = (database or statement.database).lower()
    if name.lower() in view_names(statement, owner):
        statement.glue.delete_table(DatabaseName=owner, Name=name.lower())
    elif not if_exists:
        raise QueryError("TABLE_NOT_FOUND", f"View '{owner}.{name.lower()}' does not exist")
    return Result(has_header=False)


def view_names(statement: Statement, database: str) -> list[str]:
    """Return the names of a database's views."""
    pages = statement.glue.get_paginator("get_tables").paginate(DatabaseName=database)
    tables = [table for page in pages for table in page["TableList"]]
    return sorted(table["Name"] for table in tables if table.get("TableType") == VIRTUAL)


def show_views(statement: Statement, database: str | None, pattern: str | None) -> Result:
    """SHOW VIEWS [IN database] [LIKE 'pattern']."""
    names = view_names(statement, (database or statement.database).lower())
    wanted = re.compile((pattern or "'*'").strip("'").replace("*", ".*"), re.IGNORECASE)
    return Result.of_lines("views", [name for name in names if wanted.fullmatch(name)])


def show_create_view(statement: Statement, database: str | None, name: str) -> Result:
    """SHOW CREATE VIEW."""
    owner = (database or statement.database).lower()
    table = describe_table(statement.caller, owner, name.lower())
    sql, _ = query_of(table.get("ViewOriginalText", ""))
    lines = [f"CREATE VIEW {owner}.{name.lower()} AS", *sql.splitlines()]
    return Result.of_lines("Create View", lines)
