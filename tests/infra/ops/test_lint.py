"""cdk-nag and cfn-lint on the templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.ops.lint import IGNORED, cfn_findings
from tests.infra.assembly import Assembly


def test_templates_have_no_cdk_nag_findings(
    dev_synthesis: tuple[Assembly, list[str]], prod_synthesis: tuple[Assembly, list[str]]
) -> None:
    assert dev_synthesis[1] == []
    assert prod_synthesis[1] == []


def test_every_acknowledgement_has_a_reason(dev: Assembly) -> None:
    reasons = [
        reason
        for path in dev.outdir.glob("*.metadata.json")
        for entries in json.loads(path.read_text()).values()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for reason in entry["data"].values()
    ]
    assert len(reasons) > 20
    assert all(len(reason) > 20 for reason in reasons)


def test_templates_have_no_cfn_lint_findings(dev: Assembly) -> None:
    assert cfn_findings(dev.outdir) == []


def test_cfn_lint_finds_an_unknown_property(tmp_path: Path) -> None:
    broken = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"Colour": "red"}}}}
    (tmp_path / "broken.template.json").write_text(json.dumps(broken))
    assert any("Colour" in finding for finding in cfn_findings(tmp_path))


@pytest.mark.parametrize("check", sorted(IGNORED))
def test_ignored_check_has_a_reason(check: str) -> None:
    assert len(IGNORED[check]) > 20
