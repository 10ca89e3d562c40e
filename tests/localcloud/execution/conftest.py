"""One server for the folder: file-backed S3 and everything that executes, in a temporary home."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

import localcloud.s3.install
from localcloud.context import Context
from localcloud.execution import athena, crawler, glue
from localcloud.patching import restore

LAKE = "lake"
ASSETS = "assets"
RESULTS = "results"
DATABASE = "shop"

TRUST = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
}


@dataclass(frozen=True)
class Cloud:
    """The running server, and shorthands for what the tests do most."""

    context: Context
    role: str

    def client(self, service: str) -> Any:
        return self.context.client(service)

    def path(self, key: str) -> Path:
        return self.context.bucket_dir(LAKE) / key

    def put_parquet(self, key: str, **columns: Any) -> None:
        """One Parquet object in the lake, columns as values or (values, Arrow type)."""
        arrays = {
            name: pa.array(*spec) if isinstance(spec, tuple) else pa.array(spec)
            for name, spec in columns.items()
        }
        buffer = io.BytesIO()
        pq.write_table(pa.table(arrays), buffer)
        self.client("s3").put_object(Bucket=LAKE, Key=key, Body=buffer.getvalue())

    def put_table(self, name: str, columns: dict[str, str], keys: dict[str, str] | None = None) -> None:
        """(Re)declare a catalog table over `s3://lake/<name>/`."""
        glue_client = self.client("glue")
        if name in [table["Name"] for table in glue_client.get_tables(DatabaseName=DATABASE)["TableList"]]:
            glue_client.delete_table(DatabaseName=DATABASE, Name=name)
        glue_client.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in (keys or {}).items()],
                "StorageDescriptor": {
                    "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
                    "Location": f"s3://{LAKE}/{name}/",
                    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                    "SerdeInfo": {
                        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
                    },
                },
            },
        )

    def put_job(
        self, name: str, script: str, libraries: dict[str, str] | None = None, **options: Any
    ) -> None:
        """(Re)deploy a Glue job: its script and, if given, a zip of modules."""
        s3, arguments = self.client("s3"), dict(options.pop("DefaultArguments", {}))
        s3.put_object(Bucket=ASSETS, Key=f"{name}.py", Body=script.encode())
        if libraries:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for path, source in libraries.items():
                    archive.writestr(path, source)
            s3.put_object(Bucket=ASSETS, Key=f"{name}.zip", Body=buffer.getvalue())
            arguments["--extra-py-files"] = f"s3://{ASSETS}/{name}.zip"
        self.client("glue").create_job(
            Name=name,
            Role=self.role,
            Command={"Name": "glueetl", "ScriptLocation": f"s3://{ASSETS}/{name}.py"},
            DefaultArguments=arguments,
            **options,
        )

    def run(self, name: str, **arguments: str) -> dict[str, Any]:
        """Run a job to its end and return the JobRun."""
        passed = {f"--{key}": value for key, value in arguments.items()}
        return self.ended(name, self.client("glue").start_job_run(JobName=name, Arguments=passed)["JobRunId"])

    def job_run(self, name: str, run_id: str) -> dict[str, Any]:
        run: dict[str, Any] = self.client("glue").get_job_run(JobName=name, RunId=run_id)["JobRun"]
        return run

    def ended(self, name: str, run_id: str) -> dict[str, Any]:
        run: dict[str, Any] = until(
            lambda: self.job_run(name, run_id),
            lambda run: run["JobRunState"] not in ("STARTING", "RUNNING", "STOPPING"),
        )
        return run

    def log(self, run: dict[str, Any]) -> str:
        path: Path = self.context.home / "logs" / "glue" / str(run["JobName"]) / f"{run['Id']}.log"
        return path.read_text()


def until(look: Callable[[], Any], done: Callable[[Any], bool], limit: float = 120) -> Any:
    """Look again and again until `done`; a test that waits for ever would hide what it saw."""
    deadline = time.monotonic() + limit
    while not done(seen := look()):
        assert time.monotonic() < deadline, f"still {seen}"
        time.sleep(0.02)
    return seen


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The shared server, with empty buckets, one database and one role that may do everything."""
    moto_api_backend.reset()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    context = Context(home=tmp_path_factory.mktemp("home"))
    store = localcloud.s3.install.install(context)
    for module in (glue, crawler, athena):
        module.install(context)
    server.start()
    host, port = server.get_host_and_port()
    context.endpoint = f"http://{host}:{port}"
    boto3.DEFAULT_SESSION = None
    glue.executor().warm_up()
    for bucket in (LAKE, ASSETS, RESULTS):
        context.client("s3").create_bucket(Bucket=bucket)
    context.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    role = context.client("iam").create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(TRUST))
    yield Cloud(context=context, role=role["Role"]["Arn"])
    glue.executor().stop()
    server.stop()
    restore()
    moto_api_backend.reset()
    store.close()


@pytest.fixture(scope="module")
def sales(cloud: Cloud) -> Cloud:
    """A table by month with two registered partitions, and a third that nobody registered."""
    cloud.put_table("sales", {"id": "int", "price": "decimal(18,2)"}, {"year": "int", "month": "int"})
    for month, prices in ((1, ["1.00", "2.00"]), (2, ["4.00"]), (3, ["99.00"])):
        cloud.put_parquet(
            f"sales/year=2025/month={month}/part.parquet",
            id=(list(range(len(prices))), pa.int32()),
            price=([Decimal(price) for price in prices], pa.decimal128(18, 2)),
        )
    storage = cloud.client("glue").get_table(DatabaseName=DATABASE, Name="sales")["Table"][
        "StorageDescriptor"
    ]
    for month in (1, 2):
        location = f"s3://{LAKE}/sales/year=2025/month={month}/"
        cloud.client("glue").create_partition(
            DatabaseName=DATABASE,
            TableName="sales",
            PartitionInput={
                "Values": ["2025", str(month)],
                "StorageDescriptor": {**storage, "Location": location},
            },
        )
    return cloud
