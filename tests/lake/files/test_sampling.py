"""The manifest of generated data: its counts and its file."""

from __future__ import annotations

import json
from pathlib import Path

from lake.files.sampling import SampleManifest


def manifest() -> SampleManifest:
    made = SampleManifest(seed=7, files={"orders.csv": 10})
    made.rows["orders"] += 10
    made.duplicates["orders"] += 1
    made.superseded["orders"] += 2
    made.quarantine("orders", "total.type", "total.range")
    made.flag("orders", "device.allowed")
    return made


def test_row_with_two_failed_checks_is_quarantined_once() -> None:
    assert manifest().quarantined_rows == {"orders": 1}
    assert manifest().quarantined == {"orders": {"total.type": 1, "total.range": 1}}


def test_flagged_rows_stay_in_bronze() -> None:
    assert manifest().flagged == {"orders": {"device.allowed": 1}}
    assert manifest().bronze == {"orders": 9}


def test_silver_is_bronze_without_duplicates_and_superseded_rows() -> None:
    assert manifest().silver == {"orders": 6}


def test_file_holds_all_counts_and_equal_manifests_give_equal_files(tmp_path: Path) -> None:
    manifest().write(tmp_path / "a" / "manifest.json")
    manifest().write(tmp_path / "b.json")
    text = (tmp_path / "b.json").read_text(encoding="utf-8")
    assert (tmp_path / "a" / "manifest.json").read_text(encoding="utf-8") == text
    content = json.loads(text)
    assert (content["seed"], content["files"]) == (7, {"orders.csv": 10})
    assert (content["bronze"], content["silver"]) == ({"orders": 9}, {"orders": 6})
