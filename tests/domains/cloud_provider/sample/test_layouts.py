"""The generated provider: its files give the counts of its manifest under the declared rules."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from domains.cloud_provider.domain import DOMAIN
from domains.cloud_provider.sample import Manifest, Order, generate, write_committed
from glue_jobs.runtime.rows import FAILED, FLAGS
from lake.errors import CaudalError
from lake.files.recognition import recognise
from lake.model.spec import Table
from tests.domains.cloud_provider.check_cases import checked_rows

SAMPLED = [table for table in DOMAIN.tables if table.name != "anomaly_feedback"]
"""People give the verdicts: the sample has none."""

COMMITTED = Path(__file__).parents[4] / "sample_data"
SMALL = {"events": 1_500, "organisations": 6, "per_file": 100}

Rank = tuple[object, ...]


def files(root: Path) -> dict[str, bytes]:
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module", params=Order)
def landing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Manifest]:
    root = tmp_path_factory.mktemp("landing")
    return root, generate(root, order=request.param, **SMALL)  # type: ignore[arg-type]


def _texts(table: Table, record: dict[str, object]) -> dict[str, str | None]:
    """Return the declared columns of a JSON object as trimmed text."""
    found = {column.name: record.get(column.header) for column in table.columns}
    written = {
        name: value if isinstance(value, str) or value is None else json.dumps(value)
        for name, value in found.items()
    }
    return {name: (value or "").strip() or None for name, value in written.items()}


def _stream_rows(root: Path, table: Table) -> Iterator[tuple[Rank, dict[str, str | None] | None]]:
    for file in sorted(root.glob("usage_events/*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            good = isinstance(record, dict)
            yield (hashlib.sha256(line.encode()).hexdigest(),), _texts(table, record) if good else None


def _csv_rows(root: Path, table: Table) -> Iterator[tuple[Rank, dict[str, str | None] | None]]:
    for path, content in files(root).items():
        found = recognise(DOMAIN, path, content)
        if found.table is not table:
            continue
        header, *lines = csv.reader(content.decode("utf-8").splitlines())
        for number, line in enumerate(lines):
            fields = {
                name: line[place] or None for name, place in found.positions.items() if place < len(line)
            }
            yield (path.count("/"), path, number), fields if len(line) == len(header) else None


@pytest.mark.parametrize("table", SAMPLED, ids=lambda table: table.name)
def test_files_give_the_counts_of_the_manifest(
    spark: SparkSession, landing: tuple[Path, Manifest], table: Table
) -> None:
    root, manifest = landing
    rows = list((_stream_rows if table.stream else _csv_rows)(root, table))
    ranked = [(rank, texts) for rank, texts in rows if texts is not None]
    checked = checked_rows(spark, table, [texts for _, texts in ranked])
    quarantined, flagged = Counter({"record.malformed": len(rows) - len(ranked)}), Counter[str]()
    versions: dict[tuple[object, ...], list[tuple[Rank, tuple[object, ...]]]] = {}
    for (rank, _), row in zip(ranked, checked, strict=True):
        failed, flags = row.pop(FAILED), row.pop(FLAGS)
        assert isinstance(failed, list)
        assert isinstance(flags, list)
        (quarantined if failed else flagged).update(failed or flags)
        if not failed:
            first = tuple(row[name] for name in table.stream.rank) if table.stream else ()
            key = tuple(row[name] for name in table.key)
            versions.setdefault(key, []).append(((*first, *rank), tuple(row.values())))
    losers = Counter(
        content == max(group)[1] for group in versions.values() for _, content in sorted(group)[:-1]
    )

    assert len(rows) == manifest.rows[table.name]
    assert +quarantined == manifest.quarantined.get(table.name, Counter())
    references = {f"{reference.column}.unknown" for reference in table.references}
    promised = manifest.flagged.get(table.name, Counter())
    assert flagged == {name: rows for name, rows in promised.items() if name not in references}
    assert len(versions) == manifest.silver[table.name]
    assert losers[True] == manifest.duplicates[table.name]
    assert losers[False] == manifest.superseded[table.name]


def test_every_check_of_the_domain_is_failed_by_some_row(landing: tuple[Path, Manifest]) -> None:
    _, manifest = landing
    for table in SAMPLED:
        failed = {*manifest.quarantined.get(table.name, ()), *manifest.flagged.get(table.name, ())}
        declared = {check.name for check in table.checks}
        unknown = {f"{reference.column}.unknown" for reference in table.references}
        assert failed <= set(table.check_names())
        # The generated events have tokens and carbon only where they belong.
        assert declared | unknown <= failed | {"carbon_kg.unexpected", "genai_tokens.unexpected"}


def test_share_of_quarantined_rows_stays_below_the_limit_for_rejection() -> None:
    manifest = json.loads((COMMITTED / "manifests" / "cloud_provider.json").read_text(encoding="utf-8"))
    for table in SAMPLED:
        lost = manifest["quarantined_rows"].get(table.name, 0)
        assert lost < table.reject_above * manifest["rows"][table.name]


def _days(file: Path) -> list[datetime]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if '"evt_' in line:
            found.append(datetime.fromisoformat(json.loads(line)["timestamp"]))
    return found


def test_ordered_files_are_time_slices_with_late_events(tmp_path: Path) -> None:
    manifest = generate(tmp_path, **SMALL)  # type: ignore[arg-type]
    batches = [_days(file) for file in sorted(tmp_path.glob("usage_events/*.jsonl"))]
    middles = [sorted(batch)[len(batch) // 2] for batch in batches]
    assert middles == sorted(middles)
    newest_before = [max(max(batch) for batch in batches[:number]) for number in range(1, len(batches))]
    late = [
        (newest - moment).days
        for newest, batch in zip(newest_before, batches[1:], strict=True)
        for moment in batch
        if moment < newest
    ]
    assert manifest.quirks["late"] > 10
    assert max(late) > 20


def test_every_shuffled_file_mixes_the_whole_period(tmp_path: Path) -> None:
    generate(tmp_path, order=Order.SHUFFLED, **SMALL)  # type: ignore[arg-type]
    for file in tmp_path.glob("usage_events/*.jsonl"):
        days = _days(file)
        assert (max(days) - min(days)).days > 45


def test_clean_data_have_no_faults(tmp_path: Path) -> None:
    manifest = generate(tmp_path, quirks=False, **SMALL)  # type: ignore[arg-type]
    assert manifest.bronze == manifest.silver == manifest.rows
    assert manifest.rows["usage_events"] == 1_500
    assert not manifest.quirks


def test_equal_seeds_give_equal_bytes_and_different_seeds_different_bytes(tmp_path: Path) -> None:
    first = generate(tmp_path / "a", **SMALL)  # type: ignore[arg-type]
    second = generate(tmp_path / "b", **SMALL)  # type: ignore[arg-type]
    generate(tmp_path / "c", seed=1, **SMALL)  # type: ignore[arg-type]
    assert files(tmp_path / "a") == files(tmp_path / "b") != files(tmp_path / "c")
    assert first.as_json() == second.as_json()


def test_committed_sample_equals_the_generated_one(tmp_path: Path) -> None:
    write_committed(tmp_path)
    assert files(COMMITTED / "cloud_provider") == files(tmp_path / "cloud_provider")
    manifest = Path("manifests") / "cloud_provider.json"
    assert (COMMITTED / manifest).read_bytes() == (tmp_path / manifest).read_bytes()
    assert sum(len(content) for content in files(COMMITTED / "cloud_provider").values()) < 1_000_000


def test_too_few_organisations_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CaudalError, match="3 organisations are needed at least, not 2"):
        generate(tmp_path, organisations=2)
