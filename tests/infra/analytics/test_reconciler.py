"""The function that reconciles the catalog: its code, its surroundings and its rights."""

from __future__ import annotations

import zipfile
from pathlib import Path

from infra.analytics.reconciler import RECONCILE_CATALOG, RECONCILER_PACKAGES
from infra.jobs.bundle import build_function
from infra.ops.lint import ROOT
from lake.naming import Names
from tests.infra.assembly import Stack, actions, as_list
from tests.infra.conftest import DOMAIN


def test_function_knows_its_domain_and_buckets(shop: Stack, names: Names) -> None:
    function = shop.named("AWS::Lambda::Function", names.function(DOMAIN, RECONCILE_CATALOG))
    assert (function["Runtime"], function["Handler"]) == ("python3.13", "handler.handler")
    variables = function["Environment"]["Variables"]
    assert variables["DOMAIN"] == DOMAIN
    assert variables["PROCESSED_BUCKET"] == names.processed_bucket
    assert variables["CURATED_BUCKET"] == names.curated_bucket
    assert variables["LEDGER_BUCKET"] == names.ledger_bucket
    assert "Layers" not in function


def test_archive_has_the_code_of_ledger_and_catalog_and_no_wheels(tmp_path: Path) -> None:
    archive = build_function(tmp_path, root=ROOT, function=RECONCILE_CATALOG, packages=RECONCILER_PACKAGES)
    files = set(zipfile.ZipFile(archive).namelist())
    assert {
        "handler.py",
        "glue_jobs/catalog/glue.py",
        "glue_jobs/ledger/ledger.py",
        "lake/errors.py",
    } <= files
    assert {name.partition("/")[0] for name in files} == {"handler.py", *RECONCILER_PACKAGES}


def test_function_lists_objects_and_reads_the_ledger_and_summaries_only(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, RECONCILE_CATALOG))
    assert actions(statements, names.ledger_bucket) == {"s3:GetObject", "s3:ListBucket"}
    reads = [s for s in statements if as_list(s["Action"]) == ["s3:GetObject"]]
    assert {resource for s in reads for resource in as_list(s["Resource"])} == {
        f"arn:aws:s3:::{names.ledger_bucket}/{DOMAIN}/*",
        f"arn:aws:s3:::{names.processed_bucket}/_runs/{DOMAIN}/*",
    }


def test_function_writes_the_log_of_runs_only(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, RECONCILE_CATALOG))
    writes = [s for s in statements if any("Put" in a or "Delete" in a for a in as_list(s["Action"]))]
    assert [(as_list(s["Action"]), as_list(s["Resource"])) for s in writes if "s3:" in str(s["Action"])] == [
        (["s3:PutObject"], [f"arn:aws:s3:::{names.curated_bucket}/{DOMAIN}/pipeline_runs/*"])
    ]


def test_function_changes_partitions_of_its_own_tables_only(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, RECONCILE_CATALOG))
    [partitions] = [s for s in statements if "glue:BatchUpdatePartition" in as_list(s["Action"])]
    assert set(partitions["Action"]) == {
        "glue:GetTable",
        "glue:GetPartitions",
        "glue:BatchCreatePartition",
        "glue:BatchUpdatePartition",
        "glue:BatchDeletePartition",
    }
    assert not [resource for resource in partitions["Resource"] if "*" in str(resource)]
    assert actions(statements, f":table/{names.database(DOMAIN, 'silver')}/customers") == set()
    machine = shop.role(names.role(DOMAIN, "state-machine"))
    function = f":function:{names.function(DOMAIN, RECONCILE_CATALOG)}"
    assert actions(machine, function) == {"lambda:InvokeFunction"}
