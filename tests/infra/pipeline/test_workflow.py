"""The state machine's logs, tracing and rights."""

from __future__ import annotations

from lake.naming import Names
from tests.infra.assembly import Stack, actions
from tests.infra.conftest import DOMAIN


def test_executions_are_logged_and_traced(shop: Stack, names: Names) -> None:
    machine = shop.named("AWS::StepFunctions::StateMachine", names.state_machine(DOMAIN))
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine.get("StateMachineType", "STANDARD") == "STANDARD"


def test_definition_names_this_domains_resources(shop: Stack, names: Names) -> None:
    states = shop.state_machine["States"]
    assert states["RawToProcessed"]["Parameters"]["JobName"] == names.job(DOMAIN, "raw_to_processed")
    assert states["CrawlCurated"]["Parameters"]["Name"] == names.crawler(DOMAIN, "curated")
    assert names.function(DOMAIN, "reconcile_catalog") in str(states["ReconcileCatalog"]["Parameters"])
    assert states["AcquireLease"]["Parameters"]["TableName"] == names.lease_table
    assert states["ReadIngestSummary"]["Parameters"] == {
        "Bucket": names.processed_bucket,
        "Key.$": f"States.Format('_runs/{DOMAIN}/{{}}/raw_to_processed.json', $$.Execution.Name)",
    }


def test_role_may_write_the_lease_of_its_own_domain_only(shop: Stack, names: Names) -> None:
    leases = next(
        s for s in shop.role(names.role(DOMAIN, "state-machine")) if "dynamodb:PutItem" in s["Action"]
    )
    assert leases["Resource"].endswith(f":table/{names.lease_table}")
    assert leases["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [DOMAIN]}}


def test_role_reads_run_summaries_and_no_data(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, "state-machine"))
    assert actions(statements, f"{names.processed_bucket}/_runs/{DOMAIN}/") == {"s3:GetObject"}
    assert actions(statements, "/bronze/") == set()
    assert actions(statements, names.curated_bucket) == set()
