"""The generated shop: its files give the counts of its manifest under the declared rules."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from domains.ecommerce.domain import DOMAIN
from domains.ecommerce.sample import Layout, Manifest, generate, write_committed
from lake.errors import CaudalError
from lake.files.recognition import recognise
from lake.model.checks import Effect
from lake.model.spec import Table, Versions

COMMITTED = Path(__file__).parents[4] / "sample_data"
SMALL = {"scale": 0.05, "months": 5}


def content(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def files(root: Path) -> dict[str, bytes]:
    """Return path → plain bytes, because gzip may compress differently on another machine."""
    return {
        file.relative_to(root).as_posix(): content(file) for file in sorted(root.rglob("*")) if file.is_file()
    }


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    root = tmp_path_factory.mktemp("landing")
    return root, generate(root, scale=0.15, start="2024-11", months=14)


def records(root: Path, table: Table) -> Iterator[list[object]]:
    """Yield (depth, path, row, well-formed, declared columns as text) of every line of a table's files."""
    seen: dict[bytes, str] = {}
    for path, plain in files(root).items():
        found = recognise(DOMAIN, path.removesuffix(".gz"), plain)
        if found.problem or found.table is not table or seen.setdefault(plain, path) != path:
            continue
        reader = csv.reader(io.StringIO(plain.decode("utf-8-sig", errors="replace"), newline=""))
        width = len(next(reader))
        for number, line in enumerate(reader):
            fields = [
                line[at].strip() or None if (at := found.positions.get(column.name, 99)) < len(line) else None
                for column in table.columns
            ]
            formed = len(line) == width and "\ufffd" not in "".join(line)
            yield [path.count("/"), path, number, formed, *fields]


def typed(name: str, type_: str) -> str:
    """Return the declared cast in DuckDB's SQL, which must not round text to a whole number."""
    if type_ in {"int", "bigint"}:
        exact = f"try_cast({name} AS decimal(38, 6))"
        return f"CASE WHEN {exact} % 1 = 0 THEN {exact}::bigint END"
    return f"try_cast({name} AS {type_.replace('string', 'varchar')})"


class Oracle:
    """The declared rules and versions, computed by DuckDB from the generated files."""

    def __init__(self, root: Path, table: Table) -> None:
        self.table = table
        self.sql = duckdb.connect()
        names = ["depth", "path", "num", "formed", *(column.name for column in table.columns)]
        lines = zip(*records(root, table), strict=True)
        types = [pa.int32(), pa.string(), pa.int32(), pa.bool_(), *([pa.string()] * len(table.columns))]
        arrays = [pa.array(values, type_) for values, type_ in zip(lines, types, strict=True)]
        self.sql.register("raw", pa.table(arrays, names=names))
        columns = ", ".join(f"{typed(column.name, column.type)} AS {column.name}" for column in table.columns)
        self.sql.execute(f"CREATE TABLE cast_ AS SELECT depth, path, num, formed, {columns} FROM raw")
        quarantines = " OR ".join(f"coalesce({rule}, false)" for rule in self._quarantines().values())
        self.sql.execute(
            f"CREATE TABLE kept AS SELECT cast_.* FROM cast_ JOIN raw USING (path, num) WHERE NOT ({quarantines})"
        )

    def count(self, query: str) -> int:
        [(number,)] = self.sql.execute(query).fetchall()
        return int(number)

    def _quarantines(self) -> dict[str, str]:
        rules = {"record.malformed": "NOT raw.formed"}
        for column in self.table.columns:
            if self.table.is_required(column):
                rules[column.check("not_null")] = f"raw.formed AND raw.{column.name} IS NULL"
            if self.table.is_strict(column):
                rules[column.check("type")] = self._uncast(column.name)
        for check in self.table.checks:
            if check.effect is Effect.QUARANTINE:
                rules[check.name] = self._on_cast(check.fails)
        return rules

    def _uncast(self, column: str) -> str:
        return f"raw.formed AND raw.{column} IS NOT NULL AND cast_.{column} IS NULL"

    def _on_cast(self, predicate: str) -> str:
        names = "|".join(column.name for column in self.table.columns)
        on_cast = re.sub(rf"\b({names})\b", r"cast_.\1", predicate)
        return f"raw.formed AND ({on_cast})"

    def quarantined(self) -> Counter[str]:
        """Return check → quarantined rows."""
        source = "FROM cast_ JOIN raw USING (path, num)"
        found = {
            name: self.count(f"SELECT count(*) {source} WHERE {rule}")
            for name, rule in self._quarantines().items()
        }
        return Counter({name: rows for name, rows in found.items() if rows})

    def silver(self) -> int:
        """Return the number of rows after versions are resolved."""
        key = ", ".join(self.table.key)
        rank = "depth DESC, path DESC" + (", num DESC" if self.table.versions is Versions.ROW else "")
        return self.count(
            f"SELECT count(*) FROM (SELECT rank() OVER (PARTITION BY {key} ORDER BY {rank}) AS place FROM kept)"
            " WHERE place = 1"
        )

    def duplicates(self) -> int:
        """Return the number of losing rows that equal their winner."""
        if self.table.versions is Versions.GROUP:
            return 0
        columns = ", ".join(column.name for column in self.table.columns)
        return self.count("SELECT count(*) FROM kept") - self.count(
            f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM kept)"
        )


@pytest.mark.parametrize("table", DOMAIN.tables, ids=lambda table: table.name)
def test_files_give_the_counts_of_the_manifest(landing: tuple[Path, Manifest], table: Table) -> None:
    root, manifest = landing
    oracle = Oracle(root, table)
    assert oracle.count("SELECT count(*) FROM raw") == manifest.rows[table.name]
    assert oracle.quarantined() == manifest.quarantined[table.name]
    assert oracle.count("SELECT count(*) FROM kept") == manifest.bronze[table.name]
    assert oracle.duplicates() == manifest.duplicates[table.name]
    assert oracle.silver() == manifest.silver[table.name]


def test_every_check_of_the_domain_is_failed_by_some_row(landing: tuple[Path, Manifest]) -> None:
    _, manifest = landing
    for table in DOMAIN.tables:
        failed = {*manifest.quarantined[table.name], *manifest.flagged.get(table.name, ())}
        declared = {check.name for check in table.checks}
        unknown = {f"{reference.column}.unknown" for reference in table.references}
        assert failed <= set(table.check_names())
        assert declared | unknown <= failed | {"cost_usd.range", "amount_usd.range"}


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = generate(tmp_path / "a", **SMALL)  # type: ignore[arg-type]
    second = generate(tmp_path / "b", **SMALL)  # type: ignore[arg-type]
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert first.as_json() == second.as_json()


def test_another_seed_gives_another_shop(tmp_path: Path) -> None:
    generate(tmp_path / "a", **SMALL)  # type: ignore[arg-type]
    generate(tmp_path / "b", seed=1, **SMALL)  # type: ignore[arg-type]
    assert files(tmp_path / "a")["orders.csv"] != files(tmp_path / "b")["orders.csv"]


def test_committed_sample_equals_the_generated_one(tmp_path: Path) -> None:
    write_committed(tmp_path)
    committed = files(COMMITTED / "ecommerce")
    assert committed == files(tmp_path / "ecommerce")
    manifest = Path("manifests") / "ecommerce.json"
    assert (COMMITTED / manifest).read_text(encoding="utf-8") == (tmp_path / manifest).read_text(
        encoding="utf-8"
    )


def test_committed_sample_is_small() -> None:
    assert sum(file.stat().st_size for file in (COMMITTED / "ecommerce").rglob("*.*")) < 2_000_000


def test_rejected_and_drifting_files_are_recognised(landing: tuple[Path, Manifest]) -> None:
    root, manifest = landing
    rejected, drift = {}, {}
    for path, plain in files(root).items():
        found = recognise(DOMAIN, path.removesuffix(".gz"), plain)
        if found.problem:
            rejected[path] = found.problem.value
        elif found.drift:
            drift[path] = [*(f"+{name}" for name in found.extra), *(f"-{name}" for name in found.missing)]
    assert rejected == manifest.rejected_files
    assert drift == manifest.drift


def test_clean_data_have_no_faults_and_no_unknown_references(tmp_path: Path) -> None:
    manifest = generate(tmp_path, layout=Layout.HISTORY, quirks=False, **SMALL)  # type: ignore[arg-type]
    assert manifest.bronze == manifest.silver == manifest.rows
    sql = duckdb.connect()
    for table in DOMAIN.tables:
        for reference in table.references:
            [key] = DOMAIN.table(reference.table).key
            [(missing,)] = sql.execute(
                f"SELECT count(*) FROM '{tmp_path}/{table.name}.csv' f LEFT JOIN '{tmp_path}/{reference.table}.csv' m"
                f" ON f.{reference.column} = m.{key} WHERE m.{key} IS NULL AND f.{reference.column} IS NOT NULL"
            ).fetchall()
            assert missing == 0, (table.name, reference.column)
    [(wrong,)] = sql.execute(
        f"SELECT count(*) FROM (SELECT order_id, sum(line_total_usd) AS lines FROM '{tmp_path}/order_items.csv'"
        f" GROUP BY 1) JOIN '{tmp_path}/orders.csv' USING (order_id) WHERE round(lines - subtotal_usd, 2) <> 0"
    ).fetchall()
    assert wrong == 0


def test_layout_of_months_writes_one_folder_per_month(tmp_path: Path) -> None:
    manifest = generate(tmp_path, layout=Layout.MONTHS, quirks=False, **SMALL)  # type: ignore[arg-type]
    assert "month=2020-05/events_2020_05.csv" in manifest.files
    assert [path for path in manifest.files if "products" in path] == ["month=2020-01/products_2020_01.csv"]


def test_size_of_a_month_does_not_depend_on_its_place_in_the_history(tmp_path: Path) -> None:
    late = generate(tmp_path / "a", layout=Layout.MONTHS, quirks=False, scale=0.05, months=13)
    early = generate(
        tmp_path / "b", layout=Layout.MONTHS, quirks=False, scale=0.05, start="2021-01", months=1
    )
    sessions = "month=2021-01/sessions_2021_01.csv"
    assert abs(late.files[sessions] - early.files[sessions]) <= 1


def test_scale_is_relative_to_the_real_size(tmp_path: Path) -> None:
    manifest = generate(tmp_path, layout=Layout.HISTORY, quirks=False, scale=0.1)
    assert 95_000 < sum(manifest.rows.values()) < 101_000
    assert manifest.rows["orders"] == 3_350
    assert manifest.rows["sessions"] == 12_000


def test_too_few_months_and_too_small_a_scale_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CaudalError, match="4 months at least, not 3"):
        generate(tmp_path, months=3)
    with pytest.raises(CaudalError, match="scale of"):
        generate(tmp_path, scale=0.001)
