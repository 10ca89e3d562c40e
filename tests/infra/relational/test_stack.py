"""The stack of the relational copy: network, database, office hours; and nothing of it by default."""

from __future__ import annotations

import json

import pytest

from infra.ops import costs
from infra.ops.costs import relational as prices
from infra.ops.lint import cfn_findings
from lake.naming import Names
from tests.infra.assembly import Assembly, Stack
from tests.infra.conftest import DOMAIN


@pytest.fixture(scope="module")
def stack(relational: Assembly, names: Names) -> Stack:
    return relational.stack(names.stack("relational"))


def test_there_are_no_findings(relational_synthesis: tuple[Assembly, list[str]]) -> None:
    assembly, findings = relational_synthesis
    assert findings == []
    assert cfn_findings(assembly.outdir) == []


def test_by_default_there_is_no_resource_and_no_job(dev: Assembly, names: Names) -> None:
    assert names.stack("relational") not in dev.stacks
    text = json.dumps([stack.template for stack in dev.stacks.values()])
    assert "curated-to-rds" not in text
    assert "AWS::RDS" not in text
    assert "AWS::EC2" not in text


def test_the_network_has_two_private_subnets_and_no_way_out(stack: Stack) -> None:
    assert len(stack.of_type("AWS::EC2::Subnet")) == 2
    assert stack.of_type("AWS::EC2::NatGateway") == []
    assert stack.of_type("AWS::EC2::InternetGateway") == []
    kinds = {e.get("VpcEndpointType"): e for e in stack.of_type("AWS::EC2::VPCEndpoint")}
    assert set(kinds) == {"Gateway", "Interface"}
    assert len(kinds["Interface"]["SubnetIds"]) == 1


def test_only_jobs_rotation_and_the_configured_addresses_reach_the_database(stack: Stack) -> None:
    rules = [r for r in stack.of_type("AWS::EC2::SecurityGroupIngress") if r.get("FromPort") == 3306]
    assert sorted(r["Description"] for r in rules) == ["Loads.", "Rotation of the secret."]
    inline = [
        rule
        for group in stack.of_type("AWS::EC2::SecurityGroup")
        for rule in group.get("SecurityGroupIngress", [])
    ]
    assert [(rule["CidrIp"], rule["FromPort"]) for rule in inline] == [("10.0.0.0/16", 3306)]


def test_the_database_is_small_encrypted_private_and_backed_up(stack: Stack) -> None:
    [instance] = stack.of_type("AWS::RDS::DBInstance")
    wanted = {
        "Engine": "mysql", "DBInstanceClass": "db.t4g.micro", "StorageType": "gp3", "StorageEncrypted": True,
        "PubliclyAccessible": False, "BackupRetentionPeriod": 7, "DeletionProtection": False,
        "DBInstanceIdentifier": "caudal-dev-relational",
    }  # fmt: skip
    assert {key: instance[key] for key in wanted} == wanted
    assert instance["EngineVersion"].startswith("8.4.")
    [parameters] = stack.of_type("AWS::RDS::DBParameterGroup")
    assert parameters["Parameters"]["local_infile"] == "1"
    assert parameters["Parameters"]["require_secure_transport"] == "1"


def test_the_secret_is_rotated_by_cron_in_office_hours(stack: Stack) -> None:
    [rotation] = stack.of_type("AWS::SecretsManager::RotationSchedule")
    assert rotation["RotationRules"] == {"ScheduleExpression": "cron(0 10 ? * 3#1 *)", "Duration": "3h"}
    assert rotation["RotateImmediatelyOnUpdate"] is False


def test_schedules_ask_four_times_on_the_clocks_of_the_zone(stack: Stack) -> None:
    schedules = {s["Name"]: s for s in stack.of_type("AWS::Scheduler::Schedule")}
    start = schedules["caudal-dev-office-hours-start"]
    stop = schedules["caudal-dev-office-hours-stop"]
    assert start["ScheduleExpression"] == "cron(0/15 8 ? * MON-FRI *)"
    assert stop["ScheduleExpression"] == "cron(0/15 16 ? * * *)"
    assert start["ScheduleExpressionTimezone"] == "Etc/UTC"
    [rule] = stack.of_type("AWS::Events::Rule")
    assert rule["EventPattern"]["detail"]["EventID"] == ["RDS-EVENT-0154", "RDS-EVENT-0088"]


def test_the_job_runs_in_the_network_and_reads_one_secret(relational: Assembly, names: Names) -> None:
    shop = relational.stack(names.stack(DOMAIN))
    job = shop.named("AWS::Glue::Job", "caudal-dev-ecommerce-curated-to-rds")
    assert job["Connections"] == {"Connections": ["caudal-dev-relational"]}
    assert job["DefaultArguments"]["--secret"] == "caudal-dev-relational"
    assert job["DefaultArguments"]["--personal"] == "customers.email"
    statements = shop.role("caudal-dev-ecommerce-curated-to-rds")
    [secret] = [s for s in statements if s["Action"] == "secretsmanager:GetSecretValue"]
    assert secret["Resource"].endswith(":secret:caudal-dev-relational-??????")
    assert {a["AlarmName"] for a in shop.of_type("AWS::CloudWatch::Alarm")} >= {
        "caudal-dev-ecommerce-database-storage",
        "caudal-dev-ecommerce-database-connections",
    }


def test_a_domain_without_relational_tables_has_no_job(relational: Assembly, names: Names) -> None:
    other = relational.stack(names.stack("cloud_provider"))
    assert "curated-to-rds" not in json.dumps(other.template)


def test_the_price_at_rest_is_that_of_the_lines(relational: Assembly, serving: Assembly) -> None:
    more = costs.total(costs.at_rest(relational.outdir)) - costs.total(costs.at_rest(serving.outdir))
    # The estimate of the switch has no alarm rule of a domain without streams.
    assert more == pytest.approx(prices.switched_on())
    assert f"${prices.switched_on():.2f} a month at rest (--relational" in costs.estimate(serving.outdir)
    assert "--relational" not in costs.estimate(relational.outdir)
