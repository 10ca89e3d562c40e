"""UNLOAD: the rows of a query as Parquet files at a location."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from localcloud.execution.assets import split_location
from localcloud.execution.athena.catalog import quote
from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.queries import Statement, columns_of, run, translate, upload
from localcloud.execution.athena.results import Result
from localcloud.execution.athena.sql.parser import parse
from localcloud.execution.athena.statements.create_table import WRITTEN

_COMPRESSIONS = {"gzip": "gzip", "snappy": "snappy", "zstd": "zstd", "none": "uncompressed"}


def unload(statement: Statement, sql: str, location: str, options: str | None) -> Result:
    """Write a query's rows to an empty location. Only unpartitioned Parquet is supported."""
    found = dict(
        re.findall(r"(\w+)\s*=\s*('[^']*'|ARRAY\s*\[[^\]]*\]|[^,\s]+)", options or "", re.IGNORECASE)
    )
    chosen = {name.lower(): value.strip("'").lower() for name, value in found.items()}
    if chosen.pop("format", "") != "parquet":
        raise unsupported("UNLOAD in another format than PARQUET")
    compression = _COMPRESSIONS.get(chosen.pop("compression", "gzip"))
    if compression is None or chosen:
        raise unsupported(f"UNLOAD with {', '.join(chosen) or 'this compression'}")
    folder = location.rstrip("/") + "/"
    bucket, prefix = split_location(folder)
    if statement.caller.s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("Contents"):
        raise QueryError("HIVE_PATH_ALREADY_EXISTS", f"Unable to create directory {folder}: it is not empty")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "data.parquet"
        with translate(statement, parse(sql, statement.parameters), [file]) as query:
            columns = columns_of(query.compiled)
            others = [column.type for column in columns if column.type not in WRITTEN]
            if others:
                raise unsupported(f"UNLOAD of {', '.join(others)}")
            names = ", ".join(f"c{index} AS {quote(column.name)}" for index, column in enumerate(columns))
            copied = f"SELECT {names} FROM ({query.compiled.sql})"
            options = f"FORMAT parquet, COMPRESSION {compression}"
            run(query.connection, f"COPY ({copied}) TO '{file}' ({options})")
        uri = upload(statement, folder, f"{statement.id}-00000.parquet", file.read_bytes())
    manifest = upload(statement, statement.folder, f"{statement.id}-manifest.csv", f"{uri}\n".encode())
    return Result(scanned=query.scanned, has_header=False, manifest=manifest)
