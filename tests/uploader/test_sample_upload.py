"""The committed sample goes up as its manifest says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from uploader import Status, UploadReport

SAMPLE = Path(__file__).parents[2] / "sample_data"


def test_the_sample_is_uploaded_as_its_manifest_says(send: Callable[..., UploadReport]) -> None:
    manifest = json.loads((SAMPLE / "manifests" / "ecommerce.json").read_text(encoding="utf-8"))
    report = send(SAMPLE / "ecommerce")
    assert {outcome.path for outcome in report.outcomes} == set(manifest["files"])
    assert {outcome.path for outcome in report.refused} == set(manifest["rejected_files"])
    assert {outcome.path for outcome in report.outcomes if outcome.drift} == set(manifest["drift"])
    [copy] = report.having(Status.SKIPPED)
    assert "the same bytes as" in copy.detail
