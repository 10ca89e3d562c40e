"""Statements that create tables, and SQL for the text of a row."""

from __future__ import annotations

from collections.abc import Iterable

from lake.model.relational.schema import Field, RelationalSchema
from lake.naming.relational import LOADS

COLLATION = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"

CREATE_LOADS = f"""CREATE TABLE IF NOT EXISTS `{LOADS}` (
  table_name varchar(64) NOT NULL COMMENT 'Table of this schema.',
  stored_month int NOT NULL COMMENT 'Year * 100 + month of the rows; 0 for a table without months.',
  month varchar(7) NOT NULL COMMENT 'The same for people.',
  row_count bigint NOT NULL COMMENT 'Rows of the month.',
  crc32_sum bigint unsigned NOT NULL COMMENT 'Sum of CRC32 over the rows'' text.',
  xxhash64_sum decimal(38,0) NOT NULL COMMENT 'Sum of xxHash64 over the rows'' text.',
  declaration char(16) NOT NULL COMMENT 'Hash of the table''s columns.',
  run varchar(255) NOT NULL COMMENT 'Execution that loaded the month.',
  loaded_at datetime(6) NOT NULL COMMENT 'When, UTC.',
  PRIMARY KEY (table_name, stored_month)
) ENGINE=InnoDB {COLLATION}"""


def quoted(names: Iterable[str], prefix: str = "") -> str:
    """Return names in backticks, separated by commas."""
    return ", ".join(f"{prefix}`{name}`" for name in names)


def definition(field: Field) -> str:
    """Return a column's definition."""
    if field.is_hidden:
        default = "0" if field.sql_type == "int" else "''"
        return f"`{field.name}` {field.sql_type} NOT NULL DEFAULT {default} INVISIBLE"
    collation = f" {COLLATION}" if field.is_text else ""
    return f"`{field.name}` {field.sql_type}{collation} {'NULL' if field.nullable else 'NOT NULL'}"


def create_table(schema: RelationalSchema) -> str:
    """Return the statement that creates an application's table."""
    lines = [
        *(definition(field) for field in schema.columns),
        f"PRIMARY KEY ({quoted(schema.primary)})",
        *(f"KEY `{name}` ({quoted(columns)})" for name, columns in schema.indexes.items()),
    ]
    body = ",\n  ".join(lines)
    return f"CREATE TABLE `{schema.name}` (\n  {body}\n) ENGINE=InnoDB {COLLATION}"


def create_staging(schema: RelationalSchema, name: str) -> str:
    """Return the statement that creates a staging table: the same columns, no index but the key."""
    lines = [*(definition(field) for field in schema.columns), f"PRIMARY KEY ({quoted(schema.primary)})"]
    body = ",\n  ".join(lines)
    return f"CREATE TABLE `{name}` (\n  {body}\n) ENGINE=InnoDB {COLLATION}"


def row_text(schema: RelationalSchema) -> str:
    """Return the SQL for a row's text: the values that applications see, joined by tabs, null as `\\N`."""
    values = (
        f"COALESCE({f'`{field.name}`' if field.is_text else f'CAST(`{field.name}` AS CHAR)'}, '\\\\N')"
        for field in schema.fields
    )
    return f"CONCAT_WS('\\t', {', '.join(values)})"
