"""A query runs within the limits of its workgroup, on the catalog and the files as they are then."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from localcloud.execution.athena.engines import close_to
from tests.localcloud.execution.athena.client import OUTPUT, failure, query, start, wait_for
from tests.localcloud.execution.conftest import DATABASE, Cloud


def test_query_beyond_the_scan_limit_is_cancelled(cloud: Cloud) -> None:
    cloud.put_table("heavy", {"noise": "binary"})
    cloud.put_parquet("heavy/part.parquet", noise=[os.urandom(11_000_000)])
    cloud.client("athena").create_work_group(
        Name="frugal",
        Configuration={"ResultConfiguration": OUTPUT, "BytesScannedCutoffPerQuery": 10_000_000},
    )

    status = wait_for(cloud, start(cloud, "SELECT count(DISTINCT noise) FROM heavy", WorkGroup="frugal"))[
        "Status"
    ]

    assert status["State"] == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in status["StateChangeReason"]
    assert query(cloud, "SELECT count(DISTINCT noise) FROM heavy") == [["1"]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/new.csv'",
        "ATTACH '{folder}/new.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET allowed_paths = ['{other}']",
    ],
)
def test_connection_of_a_query_reaches_no_file_but_those_of_its_tables(tmp_path: Path, sql: str) -> None:
    own, other = tmp_path / "own.csv", tmp_path / "other.csv"
    for file in (own, other):
        file.write_text("a\n1\n")
    with duckdb.connect() as connection:
        close_to(connection, [own])

        assert connection.execute(f"SELECT a FROM read_csv('{own}')").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error, match=r"disabled|locked|[Pp]ermission"):
            connection.execute(sql.format(other=other, folder=tmp_path))
    assert {file.name for file in tmp_path.iterdir()} == {"own.csv", "other.csv"}


@pytest.mark.parametrize(
    "source",
    [
        "read_parquet('/etc/passwd')",
        "read_text('/etc/passwd')",
        "glob('/*')",
        '"/etc/passwd"',
        "'/etc/passwd'",
    ],
)
def test_query_cannot_name_a_file(cloud: Cloud, source: str) -> None:
    reason = failure(cloud, f"SELECT * FROM {source}")

    assert "not supported locally" in reason or "TABLE_NOT_FOUND" in reason or "SYNTAX_ERROR" in reason


def test_a_query_sees_what_has_changed_since_the_one_before(cloud: Cloud) -> None:
    def found() -> list[list[str | None]]:
        return query(cloud, "SELECT * FROM changing ORDER BY 1")

    cloud.put_table("changing", {"a": "string"})
    cloud.put_parquet("changing/one.parquet", a=["x"], b=["y"])
    assert found() == [["x"]]
    storage = cloud.client("glue").get_table(DatabaseName=DATABASE, Name="changing")["Table"][
        "StorageDescriptor"
    ]
    columns = [{"Name": name, "Type": "string"} for name in ("a", "b")]
    # A column of the catalog, in the same files.
    cloud.client("glue").update_table(
        DatabaseName=DATABASE,
        TableInput={"Name": "changing", "StorageDescriptor": {**storage, "Columns": columns}},
    )
    assert found() == [["x", "y"]]
    # The same file with other rows, and other columns.
    cloud.put_parquet("changing/one.parquet", a=["z"])
    assert found() == [["z", None]]
    cloud.put_parquet("changing/two.parquet", a=["zz"], b=["y"])
    assert found() == [["z", None], ["zz", "y"]]


def test_queries_of_the_same_files_may_name_other_functions(cloud: Cloud) -> None:
    for _ in range(2):
        assert query(cloud, "SELECT round(2.5e0)") == [["3.0"]]
        assert query(cloud, "SELECT levenshtein_distance('ab', 'b')") == [["1"]]
