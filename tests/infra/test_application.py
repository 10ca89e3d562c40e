"""The application as a whole: its stacks, a domain in another folder, and wildcards in policies."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from infra.application import synthesise
from infra.foundation.config import config_for
from infra.ops.lint import ROOT, cfn_findings, nag_findings
from lake.errors import DeclarationError, NameTooLongError
from lake.model.discovery import load_domain, load_domains
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION, Assembly, as_list
from tests.infra.conftest import synthesised
from tests.infra.third_domain import write_domain

LIBRARY = "library"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    """The application with a third domain, in another folder of the path, and its cdk-nag findings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(write_domain(tmp_path_factory.mktemp("toy"), LIBRARY)))
        outdir = tmp_path_factory.mktemp("toy-synth") / "cdk.out"
        findings = nag_findings(outdir, config=config_for("dev"), domains=load_domains())
    return Assembly(outdir), findings


def test_there_are_two_shared_stacks_and_one_per_domain(dev: Assembly, names: Names) -> None:
    domains = {names.stack(domain.name) for domain in load_domains()}
    assert dev.stacks.keys() == {names.stack("storage"), names.stack("athena"), *domains}


def test_new_domain_is_one_new_stack_and_changes_no_other(
    dev: Assembly, toy: tuple[Assembly, list[str]], names: Names
) -> None:
    assembly, findings = toy
    assert assembly.stacks.keys() - dev.stacks.keys() == {names.stack(LIBRARY)}
    assert assembly.stack(names.stack("storage")).template == dev.stack(names.stack("storage")).template
    assert findings == []
    assert cfn_findings(assembly.outdir) == []


def test_new_domain_watches_no_streams(toy: tuple[Assembly, list[str]], names: Names) -> None:
    stack = toy[0].stack(names.stack(LIBRARY))
    rule = stack.named("AWS::Events::Rule", names.rule(LIBRARY))
    watched = [entry["prefix"] for entry in rule["EventPattern"]["detail"]["object"]["key"]]
    assert watched == [f"{LIBRARY}/books/", f"{LIBRARY}/_unrecognised/"]


def test_flat_tables_are_not_crawled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: Names) -> None:
    monkeypatch.syspath_prepend(str(write_domain(tmp_path, "flat")))
    domain = load_domain("flat")
    flat = replace(domain, tables=domain.csv_tables)
    stack = synthesised(tmp_path, config=config_for("dev"), domains=(flat,)).stack(names.stack("flat"))
    assert {c["Name"] for c in stack.of_type("AWS::Glue::Crawler")} == {names.crawler("flat", "processed")}
    assert "CrawlCurated" not in stack.state_machine["States"]


def test_declared_module_that_is_missing_fails_at_synth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(write_domain(tmp_path, "unwritten")))
    (tmp_path / "domains" / "unwritten" / "gold" / "shelf.py").unlink()
    with pytest.raises(DeclarationError, match=r"gold/shelf\.py is missing: write it with build\(books\)"):
        synthesised(tmp_path, config=config_for("dev"), domains=(load_domain("unwritten"),))


def test_library_of_the_jobs_holds_a_new_domain(toy: tuple[Assembly, list[str]]) -> None:
    archives = [zipfile.ZipFile(path).namelist() for path in toy[0].outdir.glob("asset.*.zip")]
    assert any(f"domains/{LIBRARY}/domain.py" in names for names in archives)


def test_domain_with_a_too_long_name_fails_at_synth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "a_domain_whose_name_goes_on_and_on_for_far_too_long"
    monkeypatch.syspath_prepend(str(write_domain(tmp_path, name)))
    with pytest.raises(NameTooLongError, match="the limit is 64"):
        synthesise(
            tmp_path / "cdk.out",
            config=config_for("dev"),
            root=ROOT,
            account=ACCOUNT,
            region=REGION,
            domains=(load_domain(name),),
        )


def test_templates_have_only_our_functions_and_no_custom_resources(dev: Assembly, prod: Assembly) -> None:
    resources = [resource for assembly in (dev, prod) for _, resource in assembly.resources()]
    functions = [r["Properties"] for r in resources if r["Type"] == "AWS::Lambda::Function"]
    assert {
        function["FunctionName"].rsplit("-", 2)[-2:] == ["reconcile", "catalog"] for function in functions
    } == {True}
    assert not [r for r in resources if r["Type"].startswith(("Custom::", "AWS::CloudFormation"))]


def test_stacks_do_not_import_from_each_other(dev: Assembly) -> None:
    assert "Fn::ImportValue" not in str([stack.template for stack in dev.stacks.values()])


def test_no_permission_has_a_wildcard_action(dev: Assembly, prod: Assembly) -> None:
    for assembly in (dev, prod):
        for logical_id, resource in assembly.resources():
            if resource["Type"] == "AWS::IAM::Role":
                for policy in resource["Properties"]["Policies"]:
                    for statement in policy["PolicyDocument"]["Statement"]:
                        assert not any("*" in a for a in as_list(statement["Action"])), logical_id


def test_only_actions_without_resource_support_are_allowed_on_all_resources(dev: Assembly) -> None:
    on_all_resources = [
        action
        for _, resource in dev.resources()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    ]
    assert {action.split(":")[0] for action in on_all_resources} == {"cloudwatch", "logs", "xray"}


def test_no_role_uses_a_managed_policy(dev: Assembly) -> None:
    roles = [r["Properties"] for _, r in dev.resources() if r["Type"] == "AWS::IAM::Role"]
    assert roles
    assert not any("ManagedPolicyArns" in role for role in roles)


def test_templates_without_an_account_hold_no_account_id(tmp_path: Path) -> None:
    outdir = synthesise(
        tmp_path / "cdk.out",
        config=config_for("dev"),
        root=ROOT,
        account=None,
        region=None,
        domains=load_domains(),
    )
    text = "".join(path.read_text() for path in outdir.glob("*.template.json"))
    assert "${Token" not in text
    assert not re.search(r"\b\d{12}\b", text)
