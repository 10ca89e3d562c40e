"""Glue job runs execute."""

from __future__ import annotations

import os

import pytest
from botocore.exceptions import ClientError

from localcloud.execution import glue
from localcloud.execution.spark_worker import Outcome, SparkWorker
from tests.localcloud.execution.conftest import ASSETS, LAKE, Cloud, poll

WRITE_AND_LIST = """
import sys
import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from shop.prices import double

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "prefix"])
glue_context = GlueContext(SparkContext.getOrCreate())
spark = glue_context.spark_session
job = Job(glue_context)
job.init(args["JOB_NAME"], args)
frame = spark.range(4).selectExpr("id as price", "cast(id % 2 as int) as part")
double(frame).repartition(1).write.partitionBy("part").parquet(f"s3://{args['bucket']}/{args['prefix']}/")
s3 = boto3.client("s3")
listed = s3.list_objects_v2(Bucket=args["bucket"], Prefix=args["prefix"])["Contents"]
print("listed", len(listed), "of", sorted({entry["Key"].rsplit("/", 1)[0] for entry in listed}))
source = {"Bucket": args["bucket"], "Key": listed[0]["Key"]}
s3.copy_object(Bucket=args["bucket"], Key=f"{args['prefix']}-copy", CopySource=source)
spark.conf.set("spark.sql.shuffle.partitions", "1")
job.commit()
"""
DOUBLE = {
    "shop/__init__.py": "",
    "shop/prices.py": "def double(frame):\n    return frame.selectExpr('price * 2 as price', 'part')\n",
}
WAIT = """
import time
print("waiting", flush=True)
time.sleep(600)
"""


def test_script_reads_the_parquet_it_wrote_through_boto3(cloud: Cloud) -> None:
    cloud.put_job("writer", WRITE_AND_LIST, DOUBLE, DefaultArguments={"--bucket": LAKE, "--prefix": "unset"})

    run = cloud.run("writer", prefix="prices")

    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert run["Arguments"]["--prefix"] == "prices"
    assert "listed 2 of ['prices/part=0', 'prices/part=1']" in cloud.log(run)
    keys = [
        entry["Key"] for entry in cloud.client("s3").list_objects_v2(Bucket=LAKE, Prefix="prices")["Contents"]
    ]
    assert len(keys) == 3
    assert all(key.endswith(".parquet") or key == "prices-copy" for key in keys)


def test_run_leaves_only_objects_in_the_bucket_folder(cloud: Cloud) -> None:
    cloud.put_job("tidy", WRITE_AND_LIST, DOUBLE, DefaultArguments={"--bucket": LAKE, "--prefix": "tidy"})

    cloud.run("tidy")

    names = [path.name for path in cloud.path("tidy").rglob("*") if path.is_file()]
    assert len(names) == 2
    assert all(name.startswith("part-") for name in names)


def test_exception_of_the_script_fails_the_run(cloud: Cloud) -> None:
    cloud.put_job("failing", "print('so far')\nraise ValueError('no such month: 13')\n")

    run = cloud.run("failing")

    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "ValueError: no such month: 13"
    assert "so far" in cloud.log(run)
    assert "Traceback" in cloud.log(run)


@pytest.mark.parametrize(("code", "state"), [("0", "SUCCEEDED"), ("3", "FAILED")])
def test_exit_code_decides_the_state(cloud: Cloud, code: str, state: str) -> None:
    cloud.put_job("exiting", f"import sys\nsys.exit({code})\n")

    assert cloud.run("exiting")["JobRunState"] == state


def test_missing_script_fails_the_run(cloud: Cloud) -> None:
    cloud.put_job("lost", "")
    cloud.client("s3").delete_object(Bucket=ASSETS, Key="lost.py")

    assert f"s3://{ASSETS}/lost.py: the object cannot be read" in cloud.run("lost")["ErrorMessage"]


def test_peak_memory_is_measured(cloud: Cloud) -> None:
    cloud.put_job("small", "")
    cloud.run("small")

    assert 100 << 20 < glue.executor().peak_memory() < 3 << 30


def test_interrupt_of_the_server_does_not_reach_the_worker(cloud: Cloud) -> None:
    cloud.put_job("steady", "")
    cloud.run("steady")

    assert all(os.getpgid(pid) != os.getpgrp() for pid in glue.executor().lane().pids)


def test_run_ends_at_its_time_out(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []

    def timed_out(self: SparkWorker, request: object, adopt: object, limit: float) -> Outcome:
        limits.append(limit)
        return Outcome(timed_out=True)

    monkeypatch.setattr(SparkWorker, "run", timed_out)
    cloud.put_job("slow", WAIT, Timeout=3)

    run = cloud.run("slow")

    assert run["JobRunState"] == "TIMEOUT"
    assert "3 minutes" in run["ErrorMessage"]
    assert limits == [180]


def test_killed_worker_fails_its_run_and_is_replaced(cloud: Cloud) -> None:
    cloud.put_job("waiting", WAIT)
    run_id = cloud.client("glue").start_job_run(JobName="waiting")["JobRunId"]
    poll(lambda: cloud.job_run("waiting", run_id)["JobRunState"], lambda state: state == "RUNNING")
    before = glue.executor().lane().pids

    assert glue.executor().kill()

    run = cloud.wait_for_run("waiting", run_id)
    assert run["JobRunState"] == "FAILED"
    assert "was killed by SIGKILL" in run["ErrorMessage"]
    cloud.put_job(
        "after", "from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().range(3).count()\n"
    )
    assert cloud.run("after")["JobRunState"] == "SUCCEEDED"
    assert not set(before) & set(glue.executor().lane().pids)


def test_concurrent_runs_are_limited_by_the_job(cloud: Cloud) -> None:
    cloud.put_job("single", WAIT)
    cloud.put_job("double", WAIT, ExecutionProperty={"MaxConcurrentRuns": 2})
    client = cloud.client("glue")
    started = [
        (name, client.start_job_run(JobName=name)["JobRunId"]) for name in ("single", "double", "double")
    ]

    for name in ("single", "double"):
        with pytest.raises(ClientError, match="ConcurrentRunsExceededException"):
            client.start_job_run(JobName=name)

    for name, run_id in reversed(started):
        client.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
        assert cloud.wait_for_run(name, run_id)["JobRunState"] == "STOPPED"
    assert [run["JobRunState"] for run in client.get_job_runs(JobName="double")["JobRuns"]] == ["STOPPED"] * 2
