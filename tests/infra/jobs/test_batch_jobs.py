"""The two batch jobs: their size, arguments and rights."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.foundation.config import config_for
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.infra.assembly import Stack, actions, as_list
from tests.infra.conftest import DOMAIN, STREAM_TABLE, STREAMER, synthesised

JOBS = ("raw_to_processed", "processed_to_curated")


@pytest.mark.parametrize("kind", JOBS)
def test_jobs_run_glue_6_on_two_small_workers(shop: Stack, names: Names, kind: str) -> None:
    job = shop.named("AWS::Glue::Job", names.job(DOMAIN, kind))
    assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"]) == ("6.0", "G.1X", 2)
    assert (job["MaxRetries"], job["ExecutionProperty"]["MaxConcurrentRuns"], job["Timeout"]) == (0, 1, 60)


@pytest.mark.parametrize("kind", JOBS)
def test_jobs_get_their_buckets_and_capacity_as_arguments(shop: Stack, names: Names, kind: str) -> None:
    arguments = shop.named("AWS::Glue::Job", names.job(DOMAIN, kind))["DefaultArguments"]
    assert arguments["--domain"] == DOMAIN
    assert arguments["--env"] == "dev"
    for layer in ("raw", "processed", "curated", "ledger"):
        assert arguments[f"--{layer}_bucket"] == getattr(names, f"{layer}_bucket")
    assert arguments["--job-bookmark-option"] == "job-bookmark-enable"
    assert arguments["--enable-auto-scaling"] == "true"
    assert arguments["--dpus"] == "2"
    assert not [name for name in arguments if "metrics" in name]
    assert arguments["--spark-event-logs-path"] == (
        f"s3://{names.artifacts_bucket}/spark-ui/{DOMAIN}/{kind}/"
    )
    assert arguments["--extra-py-files"].endswith(".zip")


def test_raw_to_processed_reads_raw_and_publishes_nothing(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, "raw_to_processed"))
    assert actions(statements, names.raw_bucket) == {"s3:GetObject", "s3:ListBucket"}
    assert actions(statements, names.curated_bucket) == set()
    assert "s3:PutObject" not in actions(statements, "/silver/")
    assert "s3:PutObject" in actions(statements, f"/bronze/{DOMAIN}/")


def test_processed_to_curated_cannot_change_bronze_or_see_raw(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, "processed_to_curated"))
    assert actions(statements, names.raw_bucket) == set()
    assert actions(statements, f"/bronze/{DOMAIN}/") == {"s3:GetObject"}
    assert "s3:PutObject" in actions(statements, f"{names.curated_bucket}/{DOMAIN}/")
    assert "s3:DeleteObject" in actions(statements, f"/silver/{DOMAIN}/")


PROBED = {
    "raw_to_processed": ("bronze", "quarantine", "spark-ui"),
    "processed_to_curated": ("_staging", "spark-ui"),
}


@pytest.mark.parametrize("kind", JOBS)
def test_job_touches_objects_of_its_own_domain_only(shop: Stack, names: Names, kind: str) -> None:
    touched = {
        resource.partition("/")[2]
        for statement in shop.role(names.role(DOMAIN, kind))
        for resource in as_list(statement["Resource"])
        if isinstance(resource, str) and ":s3:::caudal" in resource and "/" in resource
    }
    others = {key for key in touched if f"/{DOMAIN}/" not in f"/{key}"}
    # The keys of folders, which hold no object: Hadoop's S3A asks for those of the paths that it writes.
    assert others == {key for parent in PROBED[kind] for key in (parent, f"{parent}/{DOMAIN}")}


@pytest.mark.parametrize("kind", JOBS)
def test_job_may_probe_the_parents_of_its_paths(shop: Stack, names: Names, kind: str) -> None:
    lists = [s for s in shop.role(names.role(DOMAIN, kind)) if "s3:ListBucket" in as_list(s["Action"])]
    conditions = [s["Condition"] for s in lists if names.processed_bucket in str(s["Resource"])]
    # Otherwise S3 answers 403 instead of 404 to Spark's HEAD of a missing key.
    assert {"Null": {"s3:prefix": "true"}} in conditions
    [below] = [as_list(c["StringLike"]["s3:prefix"]) for c in conditions if "StringLike" in c]
    [above] = [as_list(c["StringEquals"]["s3:prefix"]) for c in conditions if "StringEquals" in c]
    assert f"bronze/{DOMAIN}/*" in below
    assert "*" not in below
    assert above == [f"{parent}/" for parent in PROBED[kind] if parent != "spark-ui"]


def test_first_job_appends_to_the_ledger_and_deletes_nothing_there(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, "raw_to_processed"))
    assert actions(statements, names.ledger_bucket) == {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}


def test_second_job_deletes_only_obsolete_entries_of_the_ledger(streamer: Stack, names: Names) -> None:
    statements = streamer.role(names.role(STREAMER, "processed_to_curated"))
    deletable = {
        str(resource).partition(f"{names.ledger_bucket}/")[2]
        for statement in statements
        if "s3:DeleteObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if names.ledger_bucket in str(resource)
    }
    assert deletable == {f"{STREAMER}/passed/*", f"{STREAMER}/compactions/{STREAM_TABLE}/*"}
    assert not any("Version" in action for action in actions(statements, names.ledger_bucket))


def test_second_job_may_rewrite_bronze_files_of_streams_only(streamer: Stack, names: Names) -> None:
    statements = streamer.role(names.role(STREAMER, "processed_to_curated"))
    assert actions(statements, f"/bronze/{STREAMER}/{STREAM_TABLE}/") >= {"s3:PutObject", "s3:DeleteObject"}
    assert actions(statements, f"/bronze/{STREAMER}/*") == {"s3:GetObject"}


def partitions(stack: Stack, role: str) -> tuple[set[str], set[str]]:
    """Return the role's actions on partitions, and the tables on which it has them."""
    [statement] = [s for s in stack.role(role) if "glue:BatchCreatePartition" in as_list(s["Action"])]
    tables = {
        str(resource).rpartition(":table/")[2]
        for resource in statement["Resource"]
        if ":table/" in str(resource)
    }
    return set(statement["Action"]), tables


def test_jobs_register_and_drop_the_partitions_that_they_write(shop: Stack, names: Names) -> None:
    actions_of_first, first = partitions(shop, names.role(DOMAIN, "raw_to_processed"))
    actions_of_second, second = partitions(shop, names.role(DOMAIN, "processed_to_curated"))
    register = {"glue:GetTable", "glue:BatchCreatePartition", "glue:BatchDeletePartition"}
    assert actions_of_first == actions_of_second == register
    layers = {layer: names.database(DOMAIN, layer) for layer in ("bronze", "quarantine", "silver", "gold")}
    assert f"{layers['bronze']}/orders" in first
    assert f"{layers['quarantine']}/orders" in first
    assert f"{layers['silver']}/orders" in second
    assert f"{layers['gold']}/sales_by_month" in second
    assert not [table for table in (*first, *second) if "*" in table]
    assert not {table.partition("/")[0] for table in first} & {layers["silver"], layers["gold"]}
    assert f"{layers['silver']}/customers" not in second


def test_batch_jobs_may_drop_partitions_of_merged_streams_only(streamer: Stack, names: Names) -> None:
    _, second = partitions(streamer, names.role(STREAMER, "processed_to_curated"))
    bronze = names.database(STREAMER, "bronze")
    assert {table for table in second if table.startswith(f"{bronze}/")} == {f"{bronze}/{STREAM_TABLE}"}


def test_metrics_of_jobs_are_a_switch(tmp_path: Path, names: Names) -> None:
    config = config_for("dev", job_metrics=True)
    assembly = synthesised(tmp_path, config=config, domains=(load_domain(DOMAIN),))
    job = assembly.stack(names.stack(DOMAIN)).named("AWS::Glue::Job", names.job(DOMAIN, JOBS[0]))
    assert job["DefaultArguments"]["--enable-observability-metrics"] == "true"
    assert "--enable-metrics" in job["DefaultArguments"]
