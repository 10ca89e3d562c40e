"""A query may do what its caller's role may do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.execution.athena.client import start, wait_for
from tests.localcloud.execution.conftest import DATABASE, LAKE, RESULTS, Cloud

READER = "reader"
GLUE = "arn:aws:glue:us-east-1:123456789012"
S3 = "arn:aws:s3:::"

Statement = dict[str, Any]


def allow(*actions: str, on: list[str], **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


TABLE = [f"{GLUE}:catalog", f"{GLUE}:database/{DATABASE}", f"{GLUE}:table/{DATABASE}/sales"]
OWN: dict[str, Statement] = {
    "athena": allow("athena:*", on=["*"]),
    "default": allow("glue:GetDatabase", on=[f"{GLUE}:catalog", f"{GLUE}:database/default"]),
    "database": allow("glue:GetDatabase", on=TABLE),
    "table": allow("glue:GetTable", on=TABLE),
    "partitions": allow("glue:GetPartitions", on=TABLE),
    "each partition": allow("glue:BatchGetPartition", on=TABLE),
    "listing": allow("s3:ListBucket", on=[f"{S3}{LAKE}"], Condition={"StringLike": {"s3:prefix": "sales/*"}}),
    "objects": allow("s3:GetObject", on=[f"{S3}{LAKE}/sales/*"]),
    "location": allow("s3:GetBucketLocation", on=[f"{S3}{RESULTS}"]),
    "output": allow("s3:PutObject", on=[f"{S3}{RESULTS}/out/*"]),
    "results": allow("s3:GetObject", on=[f"{S3}{RESULTS}/out/*"]),
}
"""What a query of one table needs."""


class Reader(Cloud):
    """The cloud, for whoever has the role READER."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.context = cloud.context

    def client(self, service: str, role_arn: str | None = None) -> Any:
        return self.context.client(service, f"arn:aws:iam::123456789012:role/{READER}")


@pytest.fixture
def reader(sales: Cloud) -> Iterator[Callable[..., Reader]]:
    """A function that returns the cloud for a role with the statements of OWN, but for those named."""
    iam = sales.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    iam.create_role(RoleName=READER, AssumeRolePolicyDocument=json.dumps(trust))

    def without(*missing: str, more: Sequence[Statement] = ()) -> Reader:
        statements = [own for name, own in OWN.items() if name not in missing]
        document = {"Version": "2012-10-17", "Statement": [*statements, *more]}
        iam.put_role_policy(RoleName=READER, PolicyName="own", PolicyDocument=json.dumps(document))
        return Reader(sales)

    yield without
    iam.delete_role_policy(RoleName=READER, PolicyName="own")
    iam.delete_role(RoleName=READER)


def reason(cloud: Cloud, sql: str) -> str:
    status = wait_for(cloud, start(cloud, sql))["Status"]
    assert status["State"] == "FAILED"
    return str(status["StateChangeReason"])


def test_table_of_the_role_is_read(reader: Callable[..., Reader]) -> None:
    cloud = reader()
    identifier = start(cloud, "SELECT sum(price) FROM sales")
    assert wait_for(cloud, identifier)["Status"]["State"] == "SUCCEEDED"
    rows = cloud.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": "7.00"}]


def test_table_of_others_is_denied(reader: Callable[..., Reader], sales: Cloud) -> None:
    sales.put_table("wages", {"amount": "int"})
    assert reason(reader(), "SELECT * FROM wages") == (
        f"Insufficient permissions to execute the query. User: arn:aws:iam::123456789012:role/{READER} is "
        f"not authorized to perform: glue:GetTable on resource: {GLUE}:table/{DATABASE}/wages"
    )


def test_view_of_others_table_is_denied(reader: Callable[..., Reader], sales: Cloud) -> None:
    sales.put_table("wages", {"amount": "int"})
    wait_for(sales, start(sales, "CREATE VIEW payroll AS SELECT sum(amount) AS total FROM wages"))
    own = allow("glue:GetTable", on=[f"{GLUE}:table/{DATABASE}/payroll"])
    denied = f"glue:GetTable on resource: {GLUE}:table/{DATABASE}/wages"
    assert denied in reason(reader(more=[own]), "SELECT * FROM payroll")
    wait_for(sales, start(sales, "DROP VIEW payroll"))


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("default", f"glue:GetDatabase on resource: {GLUE}:database/default"),
        ("database", f"glue:GetDatabase on resource: {GLUE}:database/{DATABASE}"),
        ("table", f"glue:GetTable on resource: {GLUE}:catalog"),
        ("partitions", f"glue:GetPartitions on resource: {GLUE}:catalog"),
        ("each partition", f"glue:BatchGetPartition on resource: {GLUE}:catalog"),
        ("listing", f"Permission denied on S3 path: s3://{LAKE}/sales/year=2025/month=1/"),
        ("objects", f"Permission denied on S3 path: s3://{LAKE}/sales/year=2025/month=1/part.parquet"),
        ("output", f"Access denied when writing output to url: s3://{RESULTS}/out/"),
    ],
)
def test_query_without_a_permission_fails_with_its_name(
    reader: Callable[..., Reader], missing: str, expected: str
) -> None:
    assert expected in reason(reader(missing), "SELECT sum(price) FROM sales")


def test_output_bucket_that_cannot_be_located_refuses_the_query(reader: Callable[..., Reader]) -> None:
    with pytest.raises(ClientError, match=f"Unable to verify/create output bucket {RESULTS}") as refused:
        start(reader("location"), "SELECT 1")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_results_that_may_not_be_read_are_refused(reader: Callable[..., Reader]) -> None:
    cloud = reader("results")
    identifier = start(cloud, "SELECT 1")
    assert wait_for(cloud, identifier)["Status"]["State"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="You do not seem to have access to the S3 location"):
        cloud.client("athena").get_query_results(QueryExecutionId=identifier)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SHOW TABLES", "glue:GetTables"),
        ("SHOW DATABASES", "glue:GetDatabases"),
        ("CREATE TABLE copied AS SELECT 1 AS one", "glue:GetTables"),
        ("CREATE VIEW seen AS SELECT 1 AS one", "glue:GetTables"),
        ("MSCK REPAIR TABLE sales", "glue:BatchCreatePartition"),
        (f"UNLOAD (SELECT 1 AS one) TO 's3://{LAKE}/new/' WITH (format = 'PARQUET')", "Access Denied"),
    ],
)
def test_statement_needs_the_permissions_of_its_calls(
    reader: Callable[..., Reader], sql: str, expected: str
) -> None:
    assert expected in reason(reader(), sql)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("list_databases", {}),
        ("get_database", {"DatabaseName": "elsewhere"}),
        ("list_table_metadata", {"DatabaseName": DATABASE}),
        ("get_table_metadata", {"DatabaseName": DATABASE, "TableName": "wages"}),
    ],
)
def test_metadata_is_read_as_the_caller(
    reader: Callable[..., Reader], operation: str, params: dict[str, str]
) -> None:
    call = getattr(reader().client("athena"), operation)
    with pytest.raises(ClientError, match="not authorized to perform: glue:Get") as denied:
        call(CatalogName="AwsDataCatalog", **params)
    assert denied.value.response["Error"]["Code"] == "MetadataException"
