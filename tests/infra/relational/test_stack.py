"""The stack of the relational copy: network, database, office hours; and nothing of it by default."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.foundation.config import LOCAL, ConfigError, config_for
from infra.ops import costs
from infra.ops.costs import relational as prices
from infra.ops.lint import cfn_findings
from lake.naming import Names
from lambdas.rds_schedule.office import STOPPING_SECONDS
from tests.infra.assembly import Assembly, Stack, actions
from tests.infra.conftest import DOMAIN, synthesised


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
    retry = schedules["caudal-dev-office-hours-retry"]
    assert retry["ScheduleExpression"] == "cron(0/15 * ? * * *)"
    assert json.loads(retry["Target"]["Input"])["action"] == "retry"
    [rule] = stack.of_type("AWS::Events::Rule")
    assert rule["EventPattern"]["detail"]["EventID"] == ["RDS-EVENT-0154", "RDS-EVENT-0088"]


def test_a_load_keeps_the_database_awake_as_long_as_its_execution_can_last(
    stack: Stack, relational: Assembly, names: Names
) -> None:
    [function] = stack.of_type("AWS::Lambda::Function")
    lease = int(function["Environment"]["Variables"]["LEASE_SECONDS"])
    machine = relational.stack(names.stack(DOMAIN)).state_machine
    assert lease == machine["TimeoutSeconds"]
    # More than the task of the load, all retries of its start, and the wait for the database.
    task = machine["States"]["UpdateCopies"]["Branches"][0]["States"]["LoadRelationalCopy"]["TimeoutSeconds"]
    assert lease > task + 4823 + 60 * 90


def test_a_decision_to_stop_outlasts_the_function(stack: Stack) -> None:
    [function] = stack.of_type("AWS::Lambda::Function")
    assert function["Timeout"] < STOPPING_SECONDS


def test_the_error_log_is_kept_as_long_as_other_logs_and_exists_before_the_instance(stack: Stack) -> None:
    logs = stack.named("AWS::Logs::LogGroup", "/aws/rds/instance/caudal-dev-relational/error")
    assert logs["RetentionInDays"] == 14
    resources = stack.template["Resources"]
    [instance] = [each for each in resources.values() if each["Type"] == "AWS::RDS::DBInstance"]
    kinds = {resources[name]["Type"] for name in instance["DependsOn"]}
    assert "AWS::Logs::LogGroup" in kinds


def test_maintenance_follows_the_backups_in_office_hours(stack: Stack) -> None:
    [instance] = stack.of_type("AWS::RDS::DBInstance")
    assert instance["PreferredBackupWindow"] == "12:00-12:30"
    assert instance["PreferredMaintenanceWindow"] == "wed:13:00-wed:13:30"


def test_encrypted_logs_add_an_endpoint_of_kms_and_its_price(
    tmp_path: Path, relational: Assembly, names: Names
) -> None:
    config = config_for("dev", relational=True, serving=LOCAL, encrypted_logs=True)
    encrypted = synthesised(tmp_path, config=config, domains=[])
    endpoints = encrypted.stack(names.stack("relational")).of_type("AWS::EC2::VPCEndpoint")
    services = {each["ServiceName"] for each in endpoints if each.get("VpcEndpointType") == "Interface"}
    assert services == {"com.amazonaws.us-east-1.kms", "com.amazonaws.us-east-1.secretsmanager"}
    lines = {line.what: line.dollars for line in costs.at_rest(encrypted.outdir)}
    assert lines["the endpoint of KMS, 1 zone"] == pytest.approx(7.30)
    assert prices.switched_on(keys=True) - prices.switched_on() == pytest.approx(7.30)
    assert not [line for line in costs.at_rest(relational.outdir) if "KMS, " in line.what]


def test_a_region_whose_databases_cannot_be_verified_is_refused(tmp_path: Path) -> None:
    config = config_for("dev", relational=True, serving=LOCAL)
    with pytest.raises(ConfigError) as refused:
        synthesised(tmp_path, config=config, domains=[], region="ca-west-1")
    assert "the certificates that sign databases in ca-west-1 are not known" in str(refused.value)
    assert "ca-west-1/ca-west-1-bundle.pem" in str(refused.value)
    assert "deploy without --relational, or choose one of af-south-1" in str(refused.value)
    synthesised(tmp_path, config=config_for("dev"), domains=[], region="ca-west-1")


def test_the_stack_goes_before_the_leases(relational: Assembly, names: Names) -> None:
    manifest = json.loads((relational.outdir / "manifest.json").read_text())
    depends = manifest["artifacts"][names.stack("relational")]["dependencies"]
    assert names.stack("storage") in depends


def test_the_state_machine_changes_the_mark_of_its_own_copy_only(relational: Assembly, names: Names) -> None:
    statements = relational.stack(names.stack(DOMAIN)).role(names.role(DOMAIN, "state-machine"))
    mark = f"{names.processed_bucket}/_relational/{DOMAIN}/loaded"
    assert actions(statements, f"{names.processed_bucket}/_relational/") == {
        "s3:PutObject",
        "s3:DeleteObject",
    }
    assert any(str(s["Resource"]).endswith(mark) for s in statements)


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
