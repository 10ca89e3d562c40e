"""Spark may do with objects what its job's role may do, decided call by call as S3A makes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.iam.evaluator import Evaluator
from tests.localcloud.assembly import ROLE_ARN, allow
from tests.localcloud.execution.conftest import ASSETS, LAKE, TRUST, Cloud

LAKE_ARN = f"arn:aws:s3:::{LAKE}"
NARROW, BLIND = f"{ROLE_ARN}/narrow", f"{ROLE_ARN}/blind"

SCRIPT = """
import json
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
root = spark._jvm.org.apache.hadoop.fs.Path("s3://lake/")
fs = root.getFileSystem(spark._jsc.hadoopConfiguration())

def path(key):
    return spark._jvm.org.apache.hadoop.fs.Path("s3://lake/" + key)

def written(key):
    fs.create(path(key), True).close()
    return True

def read(key):
    fs.open(path(key)).close()
    return True

attempts = {
    "exists open/1": lambda: fs.exists(path("open/1")),
    "exists open": lambda: fs.exists(path("open")),
    "exists open/missing": lambda: fs.exists(path("open/missing")),
    "exists closed/1": lambda: fs.exists(path("closed/1")),
    "read open/1": lambda: read("open/1"),
    "read open/secret": lambda: read("open/secret"),
    "read closed/1": lambda: read("closed/1"),
    "list open": lambda: len(fs.listStatus(path("open"))),
    "list closed": lambda: len(fs.listStatus(path("closed"))),
    "frame of open": lambda: spark.read.text(["s3://lake/open/1", "s3://lake/open/2"]).count(),
    "frame of closed": lambda: spark.read.text("s3://lake/closed/1").count(),
    "write mine/1": lambda: written("mine/1"),
    "write closed/2": lambda: written("closed/2"),
    "make mine/a/b": lambda: fs.mkdirs(path("mine/a/b")),
    "make closed/a": lambda: fs.mkdirs(path("closed/a")),
    "delete open/1": lambda: fs.delete(path("open/1"), False),
    "delete mine/missing": lambda: fs.delete(path("mine/missing"), False),
    "move open/2 to mine/2": lambda: fs.rename(path("open/2"), path("mine/2")),
    "move mine/1 to closed/3": lambda: fs.rename(path("mine/1"), path("closed/3")),
    "move mine/1 to mine/3": lambda: fs.rename(path("mine/1"), path("mine/3")),
    "delete mine": lambda: fs.delete(path("mine/"), True),
}
found = {}
for name, attempt in attempts.items():
    try:
        found[name] = attempt()
    except Exception as error:
        found[name] = str(error)
print("FOUND", json.dumps(found))
"""


def run_as(cloud: Cloud, name: str, role_arn: str, script: str) -> dict[str, Any]:
    """Run a script as a job with a role, and return what it found."""
    cloud.client("s3").put_object(Bucket=ASSETS, Key=f"{name}.py", Body=script.encode())
    cloud.client("glue").create_job(
        Name=name,
        Role=role_arn,
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{ASSETS}/{name}.py"},
    )
    run = cloud.run(name)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    line = next(line for line in cloud.log(run).splitlines() if line.startswith("FOUND "))
    found: dict[str, Any] = json.loads(line.removeprefix("FOUND "))
    return found


@pytest.fixture(scope="module")
def objects(cloud: Cloud) -> Iterator[None]:
    """Objects in folders that the roles may read, write or not touch, and a bucket policy that denies one."""
    s3, iam = cloud.client("s3"), cloud.client("iam")
    for key in ("open/1", "open/2", "open/secret", "closed/1"):
        s3.put_object(Bucket=LAKE, Key=key, Body=b"x\n")
    mine = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    scripts = allow(["s3:GetObject"], [f"arn:aws:s3:::{ASSETS}/*"])
    folders = ["open/*", "mine*", "open/"]
    statements = {
        "narrow": [
            scripts,
            allow(["s3:GetObject"], [f"{LAKE_ARN}/open/*"]),
            allow(mine, [f"{LAKE_ARN}/mine/*", f"{LAKE_ARN}/mine"]),
            allow(["s3:ListBucket"], [LAKE_ARN], Condition={"StringLikeIfExists": {"s3:prefix": folders}}),
        ],
        "blind": [scripts, allow(["s3:GetObject"], [f"{LAKE_ARN}/*"])],
    }
    for name, given in statements.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        policy = {"Version": "2012-10-17", "Statement": given}
        iam.put_role_policy(RoleName=name, PolicyName="main", PolicyDocument=json.dumps(policy))
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{LAKE_ARN}/open/secret"}
    s3.put_bucket_policy(Bucket=LAKE, Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
    yield
    s3.delete_bucket_policy(Bucket=LAKE)
    for key in ("open/1", "open/2", "open/secret", "closed/1"):
        s3.delete_object(Bucket=LAKE, Key=key)


@pytest.fixture(scope="module")
def narrow(cloud: Cloud, objects: None) -> dict[str, Any]:
    """Outcomes of the attempts of a job that may read `open/` and write `mine/`."""
    return run_as(cloud, "narrow", NARROW, SCRIPT)


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("exists open/1", True),
        ("exists open/missing", False),
        ("read open/1", True),
        ("list open", 3),
        ("frame of open", 2),
        ("write mine/1", True),
        ("make mine/a/b", True),
        ("delete mine/missing", False),
        ("move mine/1 to mine/3", True),
        ("delete mine", True),
    ],
)
def test_granted_operation_succeeds(narrow: dict[str, Any], attempt: str, outcome: Any) -> None:
    assert narrow[attempt] == outcome


@pytest.mark.parametrize(
    ("attempt", "action", "resource"),
    [
        ("exists open", "s3:GetObject", "/open"),
        ("exists closed/1", "s3:GetObject", "/closed/1"),
        ("read closed/1", "s3:GetObject", "/closed/1"),
        ("read open/secret", "s3:GetObject", "/open/secret"),
        ("list closed", "s3:ListBucket", " with prefix: closed/"),
        ("frame of closed", "s3:GetObject", "/closed/1"),
        ("write closed/2", "s3:ListBucket", " with prefix: closed/2/"),
        ("make closed/a", "s3:ListBucket", " with prefix: closed/a/"),
        ("delete open/1", "s3:DeleteObject", "/open/1"),
        ("move open/2 to mine/2", "s3:DeleteObject", "/open/2"),
        ("move mine/1 to closed/3", "s3:GetObject", "/closed/3"),
    ],
)
def test_other_operation_is_denied_by_name(
    narrow: dict[str, Any], attempt: str, action: str, resource: str
) -> None:
    message = str(narrow[attempt])
    assert "java.nio.file.AccessDeniedException" in message
    refusal = f"User: {NARROW} is not authorized to perform: {action} on resource: {LAKE_ARN}{resource}"
    assert refusal in message


def test_denied_operation_changes_nothing(cloud: Cloud, narrow: dict[str, Any]) -> None:
    assert cloud.path("open/1").exists()
    assert cloud.path("open/2").exists()
    assert not cloud.path("closed/2").exists()
    assert not cloud.path("closed/a").exists()


def test_missing_object_is_denied_to_a_role_that_may_not_list(cloud: Cloud, objects: None) -> None:
    found = run_as(cloud, "blind", BLIND, SCRIPT)
    assert found["exists open/1"] is True
    assert f"s3:ListBucket on resource: {LAKE_ARN}\n" in f"{found['exists open/missing']}\n"


def test_each_call_is_recorded_as_the_evaluator_decides_it(cloud: Cloud, narrow: dict[str, Any]) -> None:
    lines = (cloud.context.state_dir / "iam-calls.jsonl").read_text().splitlines()
    calls = [entry for entry in map(json.loads, lines) if entry["role"] == NARROW]
    made = {(entry["action"], entry["resource"], entry.get("prefix"), entry["allowed"]) for entry in calls}
    assert ("s3:GetObject", f"{LAKE_ARN}/open/1", None, True) in made
    assert ("s3:GetObject", f"{LAKE_ARN}/closed/1", None, False) in made
    assert ("s3:ListBucket", LAKE_ARN, "open/missing/", True) in made
    assert ("s3:ListBucket", LAKE_ARN, "closed/", False) in made
    assert ("s3:PutObject", f"{LAKE_ARN}/mine/a/b/", None, True) in made
    assert ("s3:DeleteObject", f"{LAKE_ARN}/mine/3", None, True) in made
    evaluator = Evaluator(cloud.context)
    for entry in calls:
        allowed = evaluator.allows_role(NARROW, entry["action"], entry["resource"], entry["keys"])
        assert allowed is entry["allowed"], entry
