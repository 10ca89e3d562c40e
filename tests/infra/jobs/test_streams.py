"""Streaming jobs: their size, arguments, trigger and rights."""

from __future__ import annotations

from pathlib import Path

from infra.foundation.config import config_for
from lake.model.discovery import load_domain
from lake.naming import CONTINUOUS, Names
from tests.infra.assembly import Stack, actions, as_list
from tests.infra.conftest import STREAM_JOB, STREAM_TABLE, STREAMER, synthesised


def test_every_stream_has_a_small_streaming_job(streamer: Stack, names: Names) -> None:
    job = streamer.named("AWS::Glue::Job", names.job(STREAMER, STREAM_JOB))
    assert job["Command"]["Name"] == "gluestreaming"
    assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"]) == ("6.0", "G.025X", 2)
    assert (job["MaxRetries"], job["ExecutionProperty"]["MaxConcurrentRuns"], job["Timeout"]) == (0, 1, 60)


def test_streaming_job_gets_its_table_and_trigger_as_arguments(streamer: Stack, names: Names) -> None:
    arguments = streamer.named("AWS::Glue::Job", names.job(STREAMER, STREAM_JOB))["DefaultArguments"]
    assert (arguments["--table"], arguments["--trigger"]) == (STREAM_TABLE, "available-now")
    assert int(arguments["--max_files_per_trigger"]) > 0
    assert (arguments["--domain"], arguments["--raw_bucket"]) == (STREAMER, names.raw_bucket)
    assert "--serving_secret" not in arguments


def test_streaming_job_may_access_its_own_prefixes_only(streamer: Stack, names: Names) -> None:
    statements = streamer.role(names.role(STREAMER, STREAM_JOB))
    raw = [r for s in statements for r in as_list(s["Resource"]) if f"{names.raw_bucket}/" in str(r)]
    folder = f"arn:aws:s3:::{names.raw_bucket}/{STREAMER}/{STREAM_TABLE}"
    # Spark's file source asks whether the folder exists: Hadoop's S3A sends a HEAD of the key without slash.
    assert sorted(raw) == [folder, f"{folder}/*"]
    assert actions(statements, names.raw_bucket) == {"s3:GetObject", "s3:ListBucket"}
    assert actions(statements, names.curated_bucket) == {"s3:PutObject"}
    curated = [r for s in statements for r in as_list(s["Resource"]) if names.curated_bucket in str(r)]
    assert curated == [f"arn:aws:s3:::{names.curated_bucket}/{STREAMER}/pipeline_runs/*"]
    written = {
        str(resource).partition(f"{names.processed_bucket}/")[2]
        for statement in statements
        if "s3:PutObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if names.processed_bucket in str(resource)
    }
    assert written == {
        f"bronze/{STREAMER}/{STREAM_TABLE}/*",
        f"quarantine/{STREAMER}/{STREAM_TABLE}/*",
        f"speed/{STREAMER}/{STREAM_TABLE}/*",
        f"_checkpoints/{STREAMER}/{STREAM_TABLE}/*",
        f"_runs/{STREAMER}/*",
    }
    assert actions(statements, f"{names.ledger_bucket}/{STREAMER}/*") == {"s3:GetObject", "s3:PutObject"}
    assert "secretsmanager" not in str(statements)


def test_streaming_job_registers_partitions_of_its_own_table_only(streamer: Stack, names: Names) -> None:
    statements = streamer.role(names.role(STREAMER, STREAM_JOB))
    tables = [f"{names.database(STREAMER, layer)}/{STREAM_TABLE}" for layer in ("bronze", "quarantine")]
    for table in tables:
        assert actions(statements, f":table/{table}") == {
            "glue:GetTable",
            "glue:BatchCreatePartition",
            "glue:BatchDeletePartition",
        }
    found = [r for s in statements for r in as_list(s["Resource"]) if ":table/" in str(r)]
    assert sorted(str(resource).rpartition(":table/")[2] for resource in found) == sorted(tables)


def test_trigger_continuous_keeps_a_stream_running_for_almost_a_week(tmp_path: Path, names: Names) -> None:
    config = config_for("dev", stream_trigger=CONTINUOUS)
    assembly = synthesised(tmp_path, config=config, domains=(load_domain(STREAMER),))
    stack = assembly.stack(names.stack(STREAMER))
    job = stack.named("AWS::Glue::Job", names.job(STREAMER, STREAM_JOB))
    assert job["DefaultArguments"]["--trigger"] == "continuous"
    assert job["Timeout"] == 7 * 24 * 60 - 1
    rule = stack.named("AWS::Events::Rule", names.failed_streams_rule(STREAMER))
    assert rule["EventPattern"]["detail"]["state"] == ["FAILED", "ERROR"]  # the time-out is its planned end
