"""The outcomes of an upload of the committed sample match its manifest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from uploader import Status, UploadReport

SAMPLE = Path(__file__).parents[2] / "sample_data"


def test_outcomes_of_the_sample_match_its_manifest(send: Callable[..., UploadReport]) -> None:
    manifest = json.loads((SAMPLE / "manifests" / "ecommerce.json").read_text(encoding="utf-8"))
    report = send(SAMPLE / "ecommerce")
    assert {outcome.path for outcome in report.outcomes} == set(manifest["files"])
    assert {outcome.path for outcome in report.refused} == set(manifest["rejected_files"])
    assert {outcome.path for outcome in report.outcomes if outcome.drift} == set(manifest["drift"])
    [copy] = report.with_status(Status.SKIPPED)
    assert "the same bytes as" in copy.detail
