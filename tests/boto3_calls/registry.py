"""How each call of an AWS API is made: the product's function, and the answer of the service.

A stub of botocore stands for the service. It refuses parameters that the service's model does not have, other
parameters than the expected ones, and answers that the model does not allow.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from glue_jobs.catalog.glue import GlueCatalog
from glue_jobs.quality.metrics import METRICS, put_metrics
from glue_jobs.runtime.store import S3Store
from glue_jobs.streaming.serving import secret_text
from lake.files.layers import StoredTable
from lake.model.discovery import load_domain
from lake.naming import METRICS_NAMESPACE
from lambdas.publish_marts import handler
from serving.client.errors import SecretError
from serving.publish.gold import Partition, gold_source
from serving.publish.objects import StoredFile
from tests.boto3_calls.sites import Site

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
OBJECT = {"Key": "a/1", "Size": 3, "ETag": '"e"', "LastModified": NOW}


@dataclass(frozen=True, kw_only=True)
class Stub:
    """One use of an operation: the expected parameters and the answer, then the product's call."""

    site: Site
    service: str
    answers: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...]
    """(operation, expected parameters, answer), in the order of the calls."""
    call: Callable[[Any], Any]

    def run(self, client: Any) -> Any:
        """Make the call on a stubbed client and return its result."""
        with Stubber(client) as stubber:
            for operation, parameters, answer in self.answers:
                stubber.add_response(operation, answer, parameters)
            result = self.call(client)
            stubber.assert_no_pending_responses()
        return result


def body(content: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(content), len(content))


STORE = "glue_jobs/runtime/store.py"
CATALOG = "glue_jobs/catalog/glue.py"


def store(
    operation: str, parameters: dict[str, Any], answer: dict[str, Any], call: Callable[[S3Store], Any]
) -> Stub:
    """A stub of one call of the jobs' object store."""
    return Stub(
        site=(STORE, operation),
        service="s3",
        answers=((operation, {"Bucket": "b", **parameters}, answer),),
        call=lambda client: call(S3Store(client)),
    )


def _read_secret(client: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "client", lambda _: client)
        with pytest.raises(SecretError):  # the text is no address of a database
            handler.connection.__wrapped__("name", "keyspace")


def _list_gold(client: Any) -> None:
    domain = load_domain("cloud_provider")
    mart = domain.mart(domain.serving[0].mart)
    partition = Partition(text="", period=0)
    gold = gold_source(client, bucket="b", domain=domain.name, mart=mart, partition=partition, columns=[])
    assert list(gold.batches) == []


def _gold_prefix() -> str:
    domain = load_domain("cloud_provider")
    return f"{domain.name}/{domain.serving[0].mart}/"


PART = StoredFile(bucket="b", key="a", etag='"e"', size=3)
SALES = StoredTable(layer="silver", name="sales", keys=("year",))
_PLACE = {"DatabaseName": "caudal_dev_shop_silver", "TableName": "sales"}
_DESCRIPTOR: dict[str, Any] = {
    "Columns": [{"Name": "sale_id", "Type": "bigint", "Comment": "Sale."}],
    "Location": "s3://b/silver/shop/sales/",
    "InputFormat": "in",
    "SerdeInfo": {"SerializationLibrary": "ParquetHiveSerDe", "Parameters": {"serialization.format": "1"}},
}
_OF_2025 = {
    "Values": ["2025"],
    "StorageDescriptor": {**_DESCRIPTOR, "Location": "s3://b/silver/shop/sales/year=2025/"},
}
_GET_TABLE = (
    "get_table",
    {"DatabaseName": "caudal_dev_shop_silver", "Name": "sales"},
    {"Table": {"Name": "sales", "StorageDescriptor": _DESCRIPTOR}},
)


def catalog(
    operation: str,
    parameters: dict[str, Any],
    answer: dict[str, Any],
    call: Callable[[GlueCatalog], Any],
    *,
    reads_table: bool = True,
) -> Stub:
    """A stub of one call of the jobs' catalog, which reads the table's descriptor before most calls."""
    changes = (operation, {**_PLACE, **parameters}, answer)
    return Stub(
        site=(CATALOG, operation),
        service="glue",
        answers=(_GET_TABLE, changes) if reads_table else (changes,),
        call=lambda client: call(GlueCatalog(client, env="dev", domain="shop")),
    )


_COUNTS = dict.fromkeys(METRICS.values(), 2) | {"rows_read": 2}

STUBS = (
    store(
        "list_objects_v2",
        {"Prefix": "a/"},
        {"Contents": [OBJECT], "IsTruncated": False},
        lambda s: [item.key for item in s.list("b", "a/")] == ["a/1"] or pytest.fail("not listed"),
    ),
    store("get_object", {"Key": "a"}, {"Body": body(b"x")}, lambda s: s.read("b", "a")),
    store(
        "get_object",
        {"Key": "a", "Range": "bytes=0-2"},
        {"Body": body(b"xyz"), "Metadata": {"rank": "1"}, "LastModified": NOW},
        lambda s: s.head("b", "a", 3),
    ),
    store("get_object", {"Key": "a"}, {"Body": body(b"x")}, lambda s: s.open("b", "a")),
    store("put_object", {"Key": "a", "Body": b"x"}, {"ETag": '"e"'}, lambda s: s.write("b", "a", b"x")),
    store(
        "put_object",
        {"Key": "a", "Body": b"x", "IfNoneMatch": "*"},
        {"ETag": '"e"'},
        lambda s: s.create("b", "a", b"x"),
    ),
    store(
        "get_object",
        {"Key": "a"},
        {"Body": body(b"x"), "ETag": '"e"'},
        lambda s: s.etagged("b", "a") == (b"x", '"e"') or pytest.fail("not read"),
    ),
    store(
        "put_object",
        {"Key": "a", "Body": b"x", "IfMatch": '"e"'},
        {"ETag": '"f"'},
        lambda s: s.swap("b", "a", b"x", '"e"'),
    ),
    store(
        "copy_object",
        {"Key": "t", "CopySource": {"Bucket": "b", "Key": "s"}},
        {"CopyObjectResult": {"ETag": '"e"'}},
        lambda s: s.copy("b", "s", "t"),
    ),
    store(
        "delete_objects",
        {"Delete": {"Objects": [{"Key": "a"}], "Quiet": True}},
        {},
        lambda s: s.delete("b", ["a"]),
    ),
    Stub(
        site=(CATALOG, "get_table"),
        service="glue",
        answers=(_GET_TABLE, ("get_partitions", _PLACE, {"Partitions": []})),
        call=lambda client: GlueCatalog(client, env="dev", domain="shop").registered(SALES),
    ),
    catalog(
        "get_partitions",
        {},
        {"Partitions": [_OF_2025]},
        lambda c: c.registered(SALES) == {("2025",): True} or pytest.fail("not registered"),
    ),
    catalog(
        "batch_create_partition",
        {"PartitionInputList": [_OF_2025]},
        {"Errors": [{"PartitionValues": ["2025"], "ErrorDetail": {"ErrorCode": "AlreadyExistsException"}}]},
        lambda c: c.register(SALES, [("2025",)]),
    ),
    catalog(
        "batch_update_partition",
        {"Entries": [{"PartitionValueList": ["2025"], "PartitionInput": _OF_2025}]},
        {
            "Errors": [
                {"PartitionValueList": ["2025"], "ErrorDetail": {"ErrorCode": "EntityNotFoundException"}}
            ]
        },
        lambda c: c.update(SALES, [("2025",)]),
    ),
    catalog(
        "batch_delete_partition",
        {"PartitionsToDelete": [{"Values": ["2025"]}]},
        {"Errors": [{"PartitionValues": ["2025"], "ErrorDetail": {"ErrorCode": "EntityNotFoundException"}}]},
        lambda c: c.drop(SALES, [("2025",)]),
        reads_table=False,
    ),
    Stub(
        site=("glue_jobs/quality/metrics.py", "put_metric_data"),
        service="cloudwatch",
        answers=(
            (
                "put_metric_data",
                {
                    "Namespace": METRICS_NAMESPACE,
                    "MetricData": [
                        {
                            "MetricName": metric,
                            "Dimensions": [
                                {"Name": "Environment", "Value": "dev"},
                                {"Name": "Domain", "Value": "shop"},
                                {"Name": "Table", "Value": "orders"},
                            ],
                            "Value": 2,
                            "Unit": "Count",
                        }
                        for metric in METRICS
                    ],
                },
                {},
            ),
        ),
        call=lambda client: put_metrics(client, "dev", "shop", {"orders": _COUNTS}),
    ),
    Stub(
        site=("glue_jobs/streaming/serving.py", "get_secret_value"),
        service="secretsmanager",
        answers=(("get_secret_value", {"SecretId": "name"}, {"SecretString": "{}"}),),
        call=lambda client: secret_text(client, "name"),
    ),
    Stub(
        site=("lambdas/publish_marts/handler.py", "get_secret_value"),
        service="secretsmanager",
        answers=(("get_secret_value", {"SecretId": "name"}, {"SecretString": "{}"}),),
        call=_read_secret,
    ),
    Stub(
        site=("serving/publish/gold.py", "list_objects_v2"),
        service="s3",
        answers=(("list_objects_v2", {"Bucket": "b", "Prefix": _gold_prefix()}, {"IsTruncated": False}),) * 2,
        call=_list_gold,
    ),
    Stub(
        site=("serving/publish/objects.py", "get_object"),
        service="s3",
        answers=(("get_object", {"Bucket": "b", "Key": "a", "IfMatch": '"e"'}, {"Body": body(b"xyz")}),),
        call=lambda client: PART.read(client) == b"xyz" or pytest.fail("not read"),
    ),
    Stub(
        site=("serving/publish/objects.py", "get_object"),
        service="s3",
        answers=(
            (
                "get_object",
                {"Bucket": "b", "Key": "a", "IfMatch": '"e"', "Range": "bytes=1-2"},
                {"Body": body(b"yz")},
            ),
        ),
        call=lambda client: PART.read(client, "bytes=1-2") == b"yz" or pytest.fail("not read"),
    ),
    Stub(
        site=("serving/publish/objects.py", "list_objects_v2"),
        service="s3",
        answers=(("list_objects_v2", {"Bucket": "b", "Prefix": "a", "MaxKeys": 1}, {"Contents": []}),),
        call=lambda client: PART._is_replaced(client, "AccessDenied") or pytest.fail("not listed"),
    ),
)

OTHER_APIS: dict[Site, str] = {("serving/client/connection.py", "get_database"): "astrapy"}
"""Methods with the name of an AWS operation that belong to another library, each with the library."""
