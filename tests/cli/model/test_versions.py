"""`caudal model list|show`."""

from __future__ import annotations

import json
from datetime import timedelta

from glue_jobs.models.published import finish
from lake.naming import COLD_START
from tests.cli.model.conftest import AT, PLACE, ModelLine


def test_versions_are_listed_with_what_is_promoted_and_published(cli: ModelLine) -> None:
    first = cli.add(1)
    second = cli.add(2, at=AT + timedelta(days=1), parent=first)
    cli.promote(first)
    listed = cli.run("list")
    assert listed.exit_code == 0
    lines = listed.stdout.splitlines()
    assert lines[:3] == [
        f"promoted: {first} (since 2026-01-02 03:00:00 by ann: better)",
        f"published: {COLD_START}",
        "2 versions",
    ]
    assert listed.stdout.index(second) < listed.stdout.rindex(first)


def test_empty_registry_is_the_cold_start(cli: ModelLine) -> None:
    listed = cli.run("list").stdout
    assert listed.startswith(
        f"promoted: {COLD_START} (no version was ever promoted)\npublished: {COLD_START}\n"
    )
    shown = cli.run("show")
    assert (shown.exit_code, "is not trained: it is fitted on all data" in shown.stdout) == (0, True)


def test_damage_is_listed_with_its_remedy(cli: ModelLine) -> None:
    version = cli.add(1)
    cli.put(f"models/stall/usual_takings/{version}/model.json", b'{"ver')
    cli.put("model-pointers/stall/usual_takings.json", b"")
    cli.put("published-models/stall/usual_takings.json", b"[]")
    listed = cli.run("list")
    assert listed.exit_code == 0
    assert "promoted: unknown. s3://" in listed.stdout
    assert "published: unknown. s3://" in listed.stdout
    assert "damaged: s3://" in listed.stdout
    assert listed.stdout.count("list-object-versions") == 3
    as_json = json.loads(cli.run("list", "--json").stdout)
    assert as_json["promoted"] is None
    assert "list-object-versions" in as_json["versions"][0]["damage"]


def test_version_is_shown_in_full(cli: ModelLine) -> None:
    version = cli.add(7)
    cli.promote(version)
    shown = cli.run("show").stdout
    for part in (
        f"version: {version}",
        "trained: 2026-01-02 03:00 UTC by x1, with the code 1",
        f"instead of: {COLD_START}",
        "data: 2025-01-01 to 2025-12-31, 1 months",
        "hashes: 2025-12 ab",
        "corrected since: not known: the pipeline compares",
        "7.00",
        '"f1": "0.9"',
    ):
        assert part in shown
    full = json.loads(cli.run("show", version, "--json").stdout)["shown"]
    assert full["parameters"] == [{"stall": None, "low": "7.00", "high": "100.00"}]


def test_correction_and_misfit_are_shown(cli: ModelLine) -> None:
    version = cli.add(7)
    cli.promote(version)
    finish(
        cli.store, *PLACE, version=version, execution="x", at=AT,
        drift={"north": {"rows": 40, "outside": 9}}, corrected_months=("2025-03",),
    )  # fmt: skip
    shown = cli.run("show").stdout
    assert "corrected since: 2025-03 (compared 2026-01-02T03:00:00)" in shown
    assert "newest days: north: 9 of 40 rows outside of bounds" in shown


def test_control_characters_do_not_reach_the_terminal(cli: ModelLine) -> None:
    version = cli.add(7, by="\x1b[31mx", figures={"note": "\x1b[31m"})
    cli.promote(version)
    assert "\x1b" not in cli.run("show").stdout + cli.run("list").stdout


def test_unknown_version_domain_and_model_are_told(cli: ModelLine) -> None:
    version = cli.add(1)
    unknown = cli.run("show", "m-20200101-0123456789ab")
    assert unknown.exit_code == 2
    assert "there is no version 'm-20200101-0123456789ab'" in unknown.stderr
    assert version in unknown.stderr
    assert "there is no model 'other'" in cli.run("list", "--model", "other").stderr
    assert "has no model" in cli.run("list", domain="ecommerce").stderr
