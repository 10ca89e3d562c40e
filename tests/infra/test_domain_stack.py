"""A domain without streams or served marts has no resources for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from infra.foundation.config import LOCAL, config_for
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.infra.assembly import Stack
from tests.infra.conftest import DOMAIN, synthesised


def test_domain_without_streams_has_no_schedule_rule_or_streaming_job(shop: Stack) -> None:
    assert not load_domain(DOMAIN).stream_tables
    assert shop.of_type("AWS::Scheduler::Schedule") == []
    assert len(shop.of_type("AWS::Events::Rule")) == 1
    assert {job["Command"]["Name"] for job in shop.of_type("AWS::Glue::Job")} == {"glueetl"}


def test_domain_that_serves_no_mart_has_no_publishing_function(tmp_path: Path, names: Names) -> None:
    domain = replace(load_domain(DOMAIN), serving=())
    assembly = synthesised(tmp_path, config=config_for("dev", serving=LOCAL), domains=(domain,))
    stack = assembly.stack(names.stack(DOMAIN))
    functions = {each["FunctionName"] for each in stack.of_type("AWS::Lambda::Function")}
    assert names.function(DOMAIN, "publish_marts") not in functions
    assert "PublishMarts" not in stack.state_machine["States"]
