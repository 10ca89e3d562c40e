"""Streaming jobs have a lane of their own, keep checkpoints on s3://, and end when they are stopped."""

from __future__ import annotations

import pytest

from localcloud.execution import glue
from tests.localcloud.execution.conftest import ASSETS, LAKE, Cloud, poll

STREAM = """
import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "trigger"])
spark = GlueContext(SparkContext.getOrCreate()).spark_session
root = f"s3://{args['bucket']}"

def keep(batch, number):
    batch.coalesce(1).write.mode("overwrite").parquet(f"{root}/{args['JOB_NAME']}-out/batch={number}/")

query = (
    spark.readStream.schema("id string").json(f"{root}/{args['JOB_NAME']}-in/")
    .writeStream.foreachBatch(keep).option("checkpointLocation", f"{root}/{args['JOB_NAME']}-checkpoint/")
)
now = args["trigger"] == "available-now"
(query.trigger(availableNow=True) if now else query.trigger(processingTime="100 milliseconds")).start()
for running in spark.streams.active:
    running.awaitTermination()
"""


def put_stream(cloud: Cloud, name: str, trigger: str) -> None:
    cloud.client("s3").put_object(Bucket=ASSETS, Key=f"{name}.py", Body=STREAM.encode())
    cloud.client("glue").create_job(
        Name=name,
        Role=cloud.role,
        Command={"Name": "gluestreaming", "ScriptLocation": f"s3://{ASSETS}/{name}.py"},
        DefaultArguments={"--bucket": LAKE, "--trigger": trigger},
        GlueVersion="6.0",
        WorkerType="G.025X",
        NumberOfWorkers=2,
    )


def put_event(cloud: Cloud, name: str, identifier: str) -> None:
    body = f'{{"id": "{identifier}"}}\n'.encode()
    cloud.client("s3").put_object(Bucket=LAKE, Key=f"{name}-in/{identifier}.jsonl", Body=body)


def batches(cloud: Cloud, name: str) -> set[str]:
    listed = cloud.client("s3").list_objects_v2(Bucket=LAKE, Prefix=f"{name}-out/").get("Contents", [])
    return {entry["Key"].split("/")[1] for entry in listed}


def test_each_run_reads_only_new_files(cloud: Cloud) -> None:
    put_stream(cloud, "taking", "available-now")
    put_event(cloud, "taking", "a")
    run = cloud.run("taking")
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert batches(cloud, "taking") == {"batch=0"}

    assert cloud.run("taking")["JobRunState"] == "SUCCEEDED"
    assert batches(cloud, "taking") == {"batch=0"}

    put_event(cloud, "taking", "b")
    assert cloud.run("taking")["JobRunState"] == "SUCCEEDED"
    assert batches(cloud, "taking") == {"batch=0", "batch=1"}


def test_continuous_run_does_not_block_batch_jobs_and_ends_when_stopped(cloud: Cloud) -> None:
    put_stream(cloud, "endless", "continuous")
    put_event(cloud, "endless", "a")
    client = cloud.client("glue")
    run_id = client.start_job_run(JobName="endless")["JobRunId"]
    folder = cloud.path("endless-out")
    poll(lambda: folder.exists() and any(folder.iterdir()), bool)

    cloud.put_job("beside", "print('done')\n")
    assert cloud.run("beside")["JobRunState"] == "SUCCEEDED"
    assert cloud.job_run("endless", run_id)["JobRunState"] == "RUNNING"
    assert not set(glue.executor().lane("streaming").pids) & set(glue.executor().lane("batch").pids)

    client.batch_stop_job_run(JobName="endless", JobRunIds=[run_id])
    assert cloud.wait_for_run("endless", run_id)["JobRunState"] == "STOPPED"
    assert glue.executor().lane("streaming").pids == ()


def test_streams_that_end_share_the_worker_of_batch_jobs_if_there_is_to_be_one(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud.context, "one_worker", True)
    put_stream(cloud, "sharing", "available-now")
    put_event(cloud, "sharing", "a")
    glue.executor().lane("streaming").kill()
    glue.executor().warm_up(streaming=True)
    assert cloud.run("sharing")["JobRunState"] == "SUCCEEDED"
    assert batches(cloud, "sharing") == {"batch=0"}
    assert glue.executor().lane("streaming").pids == ()


def test_stopped_stream_resumes_from_its_checkpoint(cloud: Cloud) -> None:
    put_event(cloud, "endless", "b")
    run = cloud.run("endless", trigger="available-now")
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert len(batches(cloud, "endless")) == 2


STATEFUL = """
import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["bucket"])
spark = GlueContext(SparkContext.getOrCreate()).spark_session
store = spark._jvm.org.apache.spark.sql.execution.streaming.state.StateStore
if store.isMaintenanceRunning():
    raise RuntimeError("the maintenance of the previous run still runs")
root = f"s3://{args['bucket']}/stateful"
counts = spark.readStream.schema("id string").json(f"{root}-in/").groupBy("id").count()
writer = counts.writeStream.outputMode("update").foreachBatch(lambda batch, number: batch.collect())
writer = writer.option("checkpointLocation", f"{root}-checkpoint/").trigger(availableNow=True)
writer.start().awaitTermination()
if not store.isMaintenanceRunning():
    raise RuntimeError("the query has no state to maintain")
"""


def test_state_store_maintenance_ends_with_its_run(cloud: Cloud) -> None:
    put_stream(cloud, "stateful", "available-now")
    cloud.client("s3").put_object(Bucket=ASSETS, Key="stateful.py", Body=STATEFUL.encode())
    for event in ("a", "b"):
        put_event(cloud, "stateful", event)
        run = cloud.run("stateful")
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
