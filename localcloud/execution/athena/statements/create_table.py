"""CREATE TABLE AS: a query whose result becomes a table of the catalog."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlglot import exp

from localcloud.execution.athena.catalog import quote, table_names
from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.queries import Statement, columns_of, run, translate, upload
from localcloud.execution.athena.results import Result, ResultColumn

WRITTEN = (
    "boolean", "tinyint", "smallint", "integer", "bigint", "float", "double", "decimal", "varchar", "date",
    "timestamp", "varbinary",
)  # fmt: skip
_HIVE_TYPES = {"integer": "int", "varchar": "string", "varbinary": "binary"}


def create_table_as(statement: Statement, create: exp.Create) -> Result:
    """CTAS: write a Parquet file, a table in the catalog, and a manifest that lists the file."""
    target = create.this if isinstance(create.this, exp.Table) else create.this.this
    database, name = (target.db or statement.database).lower(), target.name.lower()
    if name in table_names(statement.glue, database):
        if create.args.get("exists"):
            return Result(has_header=False)
        raise QueryError("TABLE_ALREADY_EXISTS", f"Table '{database}.{name}' already exists")
    properties = _properties(create)
    if properties.get("format", "PARQUET").upper() != "PARQUET" or "partitioned_by" in properties:
        raise QueryError("NOT_SUPPORTED", "CREATE TABLE AS writes only unpartitioned Parquet locally")
    location = properties.get("external_location") or f"{statement.folder}tables/{statement.id}/"
    location = location.rstrip("/") + "/"
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "data.parquet"
        with translate(statement, create.expression, [file]) as found:
            columns = columns_of(found.compiled)
            names = ", ".join(f"c{index} AS {quote(column.name)}" for index, column in enumerate(columns))
            copied = f"SELECT {names} FROM ({found.compiled.sql})"
            run(found.connection, f"COPY ({copied}) TO '{file}' (FORMAT parquet)")
        uri = upload(statement, location, f"{statement.id}-00000.parquet", file.read_bytes())
    _register(statement, database, name, location, columns)
    manifest = upload(statement, statement.folder, f"{statement.id}-manifest.csv", f"{uri}\n".encode())
    return Result(columns=columns, scanned=found.scanned, has_header=False, manifest=manifest)


def _properties(create: exp.Create) -> dict[str, str]:
    """Return the properties of the WITH clause by name."""
    found: dict[str, str] = {}
    for node in create.args["properties"].expressions if create.args.get("properties") else []:
        if isinstance(node, exp.FileFormatProperty):
            found["format"] = node.this.name
        elif isinstance(node, exp.PartitionedByProperty):
            found["partitioned_by"] = node.this.sql()
        elif isinstance(node, exp.LocationProperty):
            found["external_location"] = node.this.name
        elif isinstance(node, exp.Property):
            found[node.name.lower()] = node.args["value"].name
    return found


def _register(
    statement: Statement, database: str, name: str, location: str, columns: tuple[ResultColumn, ...]
) -> None:
    others = [f"{column.name} {column.type}" for column in columns if column.type not in WRITTEN]
    if others:
        raise unsupported(f"CREATE TABLE AS with columns {', '.join(others)}")
    types = [
        f"decimal({column.precision},{column.scale})"
        if column.type == "decimal"
        else _HIVE_TYPES.get(column.type, column.type)
        for column in columns
    ]
    parquet = "org.apache.hadoop.hive.ql.io.parquet"
    storage = {
        "Columns": [{"Name": c.name.lower(), "Type": kind} for c, kind in zip(columns, types, strict=True)],
        "Location": location,
        "InputFormat": f"{parquet}.MapredParquetInputFormat",
        "OutputFormat": f"{parquet}.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": f"{parquet}.serde.ParquetHiveSerDe"},
    }
    table = {"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage, "PartitionKeys": []}
    statement.glue.create_table(DatabaseName=database, TableInput=table)
