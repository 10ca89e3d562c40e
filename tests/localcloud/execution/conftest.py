"""One local cloud for all tests of the folder, and the calls that most of them make."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from localcloud.execution import glue
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ROLE_ARN, write_assembly

LAKE = "lake"
ASSETS = "assets"
RESULTS = "results"
DATABASE = "shop"
ROLE = "job"

TRUST = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
}

ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Cloud(LocalCloud):
    """A local cloud with methods for the tests' tables and jobs. `role` is the ARN of its jobs' role."""

    role = f"{ROLE_ARN}/{ROLE}"

    def path(self, key: str) -> Path:
        """Return the plain file of an object in the lake."""
        return self.context.bucket_dir(LAKE) / key

    def put_parquet(self, key: str, **columns: Any) -> None:
        """Put a Parquet object into the lake, with columns as values or (values, Arrow type)."""
        arrays = {
            name: pa.array(*spec) if isinstance(spec, tuple) else pa.array(spec)
            for name, spec in columns.items()
        }
        buffer = io.BytesIO()
        pq.write_table(pa.table(arrays), buffer)
        self.client("s3").put_object(Bucket=LAKE, Key=key, Body=buffer.getvalue())

    def put_table(
        self,
        name: str,
        columns: dict[str, str],
        keys: dict[str, str] | None = None,
        parameters: dict[str, str] | None = None,
    ) -> None:
        """Declare a catalog table at `s3://lake/<name>/`, instead of an earlier one of this name."""
        glue_client = self.client("glue")
        if name in [table["Name"] for table in glue_client.get_tables(DatabaseName=DATABASE)["TableList"]]:
            glue_client.delete_table(DatabaseName=DATABASE, Name=name)
        glue_client.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"compressionType": "none", "typeOfData": "file"}
                if parameters is None
                else parameters,
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
        """Deploy a Glue job: its script and, if given, a zip of modules (path → source)."""
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
        """Run a job, wait for its end, and return the JobRun."""
        passed = {f"--{key}": value for key, value in arguments.items()}
        return self.wait_for_run(
            name, self.client("glue").start_job_run(JobName=name, Arguments=passed)["JobRunId"]
        )

    def job_run(self, name: str, run_id: str) -> dict[str, Any]:
        """Return the JobRun as it is now."""
        run: dict[str, Any] = self.client("glue").get_job_run(JobName=name, RunId=run_id)["JobRun"]
        return run

    def wait_for_run(self, name: str, run_id: str) -> dict[str, Any]:
        """Wait for the end of a run and return the JobRun."""
        run: dict[str, Any] = poll(
            lambda: self.job_run(name, run_id),
            lambda run: run["JobRunState"] not in ("STARTING", "RUNNING", "STOPPING"),
        )
        return run

    def log(self, run: dict[str, Any]) -> str:
        """Return the output of a run."""
        path: Path = self.context.home / "logs" / "glue" / str(run["JobName"]) / f"{run['Id']}.log"
        return path.read_text()


def poll(read: Callable[[], Any], is_done: Callable[[Any], bool], limit: float = 120) -> Any:
    """Read a value until it is done, and return it. The test fails after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not is_done(value := read()):
        assert time.monotonic() < deadline, f"still {value}"
        time.sleep(0.02)
    return value


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The shared local cloud, with three empty buckets, a database and a role that may do everything."""
    running = Cloud(tmp_path_factory.mktemp("home"), short_runs=True)
    running.start()
    # The first deployment restores the partitions of all crawlers, which must not be those of a test.
    running.deploy(write_assembly(tmp_path_factory.mktemp("cdk.out"), {}))
    glue.executor().warm_up()
    for bucket in (LAKE, ASSETS, RESULTS):
        running.client("s3").create_bucket(Bucket=bucket)
    running.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    iam = running.client("iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=ROLE, PolicyName="all", PolicyDocument=json.dumps(ALL))
    yield running
    running.stop()
