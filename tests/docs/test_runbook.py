"""The runbook covers every alarm and notification of the templates, and its commands exist."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from infra.foundation.config import LOCAL, config_for
from infra.ops.diagrams import state_machines
from infra.ops.lint import ACCOUNT, GROUP, REGION
from lake.documentation.pages import DOCS
from lake.model.discovery import load_domain, load_domains
from lake.naming import Names, ledger_prefix, snapshot_key, stop_key, stream_job, unpublished_root
from tests.infra.assembly import Assembly
from tests.infra.conftest import synthesised

PAGE = DOCS / "runbook.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = {match[1] for match in re.finditer(r"^\| `([^`]+)` \|", TEXT, re.M)}
NAMES = Names(env="dev", account=ACCOUNT, region=REGION)
DOMAIN = "ecommerce"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The templates of dev with all optional parts, which have every alarm and notification."""
    config = config_for("dev", serving=LOCAL, relational=True, quicksight=GROUP)
    return synthesised(tmp_path_factory.mktemp("runbook"), config=config, domains=load_domains())


def _states(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for state in definition["States"].values():
        yield state
        for inner in (*state.get("Branches", ()), *filter(None, [state.get("ItemProcessor")])):
            yield from _states(inner)


def test_every_alarm_has_a_row(assembly: Assembly) -> None:
    for domain in load_domains():
        stack = assembly.stack(NAMES.stack(domain.name))
        alarms = {alarm["AlarmName"] for alarm in stack.of_type("AWS::CloudWatch::Alarm")}
        assert alarms, f"{domain.name} has no alarms"
        subjects = {name.removeprefix(NAMES.alarm(domain.name, "")) for name in alarms}
        for model in domain.models:
            subjects = {each.replace(model.name.replace("_", "-"), "<model>") for each in subjects}
        assert subjects - ROWS == set()


def test_every_notification_of_the_state_machines_has_a_row(assembly: Assembly) -> None:
    outcomes, errors = set(), set()
    for stack in assembly.stacks.values():
        for machine in state_machines(stack.template):
            for state in _states(machine):
                message = state.get("Parameters", {}).get("Message", {})
                outcomes |= {message["outcome"]} if message else set()
                what = state.get("Parameters", {}).get("what", {})
                errors |= {what["Error"]} if "Error" in what else set()
    assert outcomes
    assert outcomes - ROWS == set()
    assert errors
    assert errors - ROWS == set()


def test_every_notification_of_a_rule_has_a_row(assembly: Assembly) -> None:
    outcomes = set()
    for stack in assembly.stacks.values():
        for rule in stack.of_type("AWS::Events::Rule"):
            for target in rule["Targets"]:
                if "InputTransformer" in target:
                    template = target["InputTransformer"]["InputTemplate"]
                    outcomes.add(json.loads(re.sub(r"<\w+>", "null", template))["outcome"])
    assert outcomes
    assert outcomes - ROWS == set()


def test_variables_are_the_physical_names() -> None:
    block = re.search(r"^```sh title=variables\n(.*?)^```$", TEXT, re.M | re.S)
    assert block
    stub = f'aws() {{ if [ "$1" = sts ]; then echo {ACCOUNT}; else echo {REGION}; fi; }}\n'
    show = 'printf "%s\\n" "$PREFIX-pipeline" "$MACHINE" "$PROCESSED" "$LEDGER" "$LEASES" "$LANDING"'
    done = subprocess.run(["bash", "-c", stub + block[1] + show], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        NAMES.state_machine(DOMAIN),
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{NAMES.state_machine(DOMAIN)}",
        NAMES.processed_bucket,
        NAMES.ledger_bucket,
        NAMES.lease_table,
        f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{NAMES.queue(DOMAIN)}",
    ]


def test_names_in_the_commands_are_those_of_the_project() -> None:
    prefix = NAMES.state_machine(DOMAIN).removesuffix("-pipeline")
    table = load_domain("cloud_provider").stream_tables[0].name
    for name in (
        NAMES.dead_letter_queue(DOMAIN),
        NAMES.pipe(DOMAIN),
        NAMES.job(DOMAIN, "raw_to_processed"),
        NAMES.crawler(DOMAIN, "processed"),
        NAMES.crawler(DOMAIN, "curated"),
        NAMES.job(DOMAIN, stream_job(table)),
        NAMES.schedule(DOMAIN, stream_job(table)),
    ):
        suffix = name.removeprefix(prefix)
        assert f"$PREFIX{suffix}" in TEXT or f"$LANDING{suffix.removeprefix('-landing')}" in TEXT, name
    assert stop_key("$DOMAIN", table) in TEXT
    assert unpublished_root("$DOMAIN") in TEXT
    assert snapshot_key("$DOMAIN") in TEXT
    assert f"KEY={ledger_prefix('$DOMAIN')}b-" in TEXT
