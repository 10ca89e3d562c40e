"""cdk-nag and cfn-lint on the templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aws_cdk import Acknowledgment
from constructs import IConstruct

from infra.foundation import acknowledge
from infra.foundation.config import config_for
from infra.ops import lint
from infra.ops.lint import IGNORED, cfn_findings, nag_findings
from lake.model.discovery import load_domains
from tests.infra.assembly import Assembly


def test_templates_have_no_cdk_nag_findings(
    dev_synthesis: tuple[Assembly, list[str]], prod_synthesis: tuple[Assembly, list[str]]
) -> None:
    assert dev_synthesis[1] == []
    assert prod_synthesis[1] == []


class Unacknowledged:
    """Stands for CDK's Validations, and acknowledges nothing."""

    @staticmethod
    def of(_: IConstruct) -> Unacknowledged:
        return Unacknowledged()

    def acknowledge(self, _: Acknowledgment) -> None:
        pass


def acknowledged(assembly: Assembly) -> set[tuple[str, str]]:
    """Return (rule, construct) of each acknowledgement in the templates' metadata."""
    return {
        (rule.removeprefix("Annotation::"), path.strip("/").removesuffix("/Resource"))
        for file in assembly.outdir.glob("*.metadata.json")
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule in entry["data"]
    }


def test_every_acknowledgement_answers_a_finding(
    dev: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An acknowledgement without a finding would hide a later one."""
    monkeypatch.setattr(acknowledge, "Validations", Unacknowledged)
    findings = nag_findings(tmp_path / "cdk.out", config=config_for("dev"), domains=load_domains())
    found = {tuple(finding.split(": ", 1)[0].split(" ", 1)) for finding in findings}
    assert {(rule, path.removesuffix("/Resource")) for rule, path in found} == acknowledged(dev)


def test_templates_have_no_cfn_lint_findings(dev: Assembly) -> None:
    assert cfn_findings(dev.outdir) == []


def test_cfn_lint_finds_an_unknown_property(tmp_path: Path) -> None:
    broken = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"Colour": "red"}}}}
    (tmp_path / "broken.template.json").write_text(json.dumps(broken))
    assert any("Colour" in finding for finding in cfn_findings(tmp_path))


def test_every_ignored_check_of_cfn_lint_finds_something(
    dev: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that finds nothing is not to be ignored: it would hide a later finding."""
    expected = set(IGNORED)
    monkeypatch.setattr(lint, "IGNORED", {})
    findings = cfn_findings(dev.outdir)
    assert {check for check in expected if any(f":{check}:" in finding for finding in findings)} == expected
    assert len(findings) == sum(any(f":{check}:" in finding for check in expected) for finding in findings)
