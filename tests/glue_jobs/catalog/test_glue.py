"""Partitions are changed in batches of the API's limits, repeatably, and retried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from glue_jobs.catalog.glue import CatalogError, GlueCatalog
from lake.files.layers import StoredTable

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

DATABASE = "caudal_dev_shop_silver"
SALES = StoredTable(layer="silver", name="sales", keys=("year", "month"))
MAKERS = StoredTable(layer="silver", name="makers", keys=())
DESCRIPTOR: Any = {
    "Columns": [{"Name": "sale_id", "Type": "bigint", "Comment": "Sale."}],
    "Location": "s3://processed/silver/shop/sales/",
    "InputFormat": "parquet-in",
    "OutputFormat": "parquet-out",
    "SerdeInfo": {"SerializationLibrary": "ParquetHiveSerDe"},
}


class Client:
    """A client that answers with `script` (a response or an error) before it calls AWS.

    `sizes` has the number of partitions of each call.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self.script: list[dict[str, Any] | ClientError] = []
        self.sizes: list[int] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if not name.startswith("batch_"):
            return call

        def scripted(**parameters: Any) -> Any:
            self.sizes += [len(value) for value in parameters.values() if isinstance(value, list)]
            if not self.script:
                return call(**parameters)
            answer = self.script.pop(0)
            if isinstance(answer, ClientError):
                raise answer
            return answer

        return scripted


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Rate exceeded"}}, "BatchCreatePartition")


def refusal(code: str, *partitions: tuple[str, ...], key: str = "PartitionValues") -> dict[str, Any]:
    detail = {"ErrorCode": code, "ErrorMessage": "refused"}
    return {"Errors": [{key: list(partition), "ErrorDetail": detail} for partition in partitions]}


@pytest.fixture
def client(account: object) -> Client:
    glue: GlueClient = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": DATABASE})
    keys: Any = [{"Name": "year", "Type": "int"}, {"Name": "month", "Type": "int"}]
    table: Any = {"Name": "sales", "StorageDescriptor": DESCRIPTOR, "PartitionKeys": keys}
    glue.create_table(DatabaseName=DATABASE, TableInput=table)
    return Client(glue)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def catalog(client: Client, waits: list[float]) -> GlueCatalog:
    return GlueCatalog(client, env="dev", domain="shop", sleep=waits.append)  # type: ignore[arg-type]


def descriptors(client: Client) -> dict[tuple[str, ...], Any]:
    found = client.get_partitions(DatabaseName=DATABASE, TableName="sales")["Partitions"]
    return {tuple(partition["Values"]): partition["StorageDescriptor"] for partition in found}


def months(count: int) -> list[tuple[str, ...]]:
    return [(str(2000 + place // 12), str(1 + place % 12)) for place in range(count)]


def test_partition_takes_columns_and_format_of_its_table(catalog: GlueCatalog, client: Client) -> None:
    catalog.register(SALES, [("2025", "8")])
    location = "s3://processed/silver/shop/sales/year=2025/month=8/"
    assert descriptors(client) == {("2025", "8"): {**DESCRIPTOR, "Location": location}}
    assert catalog.registered(SALES) == {("2025", "8"): True}


def test_changes_may_be_repeated(catalog: GlueCatalog) -> None:
    catalog.register(SALES, [("2025", "8")])
    catalog.register(SALES, [("2025", "8"), ("2025", "9"), ("2025", "9")])
    assert catalog.registered(SALES).keys() == {("2025", "8"), ("2025", "9")}
    catalog.drop(SALES, [("2025", "8"), ("1999", "1")])
    catalog.drop(SALES, [("2025", "8")])
    assert catalog.registered(SALES).keys() == {("2025", "9")}
    catalog.update(SALES, [("1999", "1")])
    assert catalog.registered(SALES).keys() == {("2025", "9")}


def test_calls_keep_the_limits_of_the_api(catalog: GlueCatalog, client: Client) -> None:
    catalog.register(SALES, months(201))
    assert client.sizes == [100, 100, 1]
    client.sizes.clear()
    catalog.update(SALES, months(201))
    assert client.sizes == [100, 100, 1]
    client.sizes.clear()
    catalog.drop(SALES, months(51))
    assert client.sizes == [25, 25, 1]
    assert catalog.registered(SALES).keys() == set(months(201)[51:])


def test_table_without_partition_keys_needs_no_call(catalog: GlueCatalog, client: Client) -> None:
    catalog.register(MAKERS, [()])
    catalog.drop(MAKERS, [()])
    assert client.sizes == []


@pytest.mark.parametrize(
    "change", [{"Columns": [{"Name": "sale_id", "Type": "int"}]}, {"Location": "s3://elsewhere/"}]
)
def test_partition_described_differently_is_outdated_until_it_is_updated(
    catalog: GlueCatalog, client: Client, change: dict[str, Any]
) -> None:
    catalog.register(SALES, [("2025", "8")])
    described: Any = {"Values": ["2025", "8"], "StorageDescriptor": {**DESCRIPTOR, **change}}
    client.update_partition(
        DatabaseName=DATABASE, TableName="sales", PartitionValueList=["2025", "8"], PartitionInput=described
    )
    assert catalog.registered(SALES) == {("2025", "8"): False}
    catalog.update(SALES, [("2025", "8")])
    assert catalog.registered(SALES) == {("2025", "8"): True}


def test_throttled_call_is_repeated_with_growing_waits(
    catalog: GlueCatalog, client: Client, waits: list[float]
) -> None:
    client.script = [error("ThrottlingException"), error("OperationTimeoutException"), error("Throttling")]
    catalog.register(SALES, [("2025", "8")])
    assert catalog.registered(SALES).keys() == {("2025", "8")}
    assert [lower <= wait <= 2 * lower for wait, lower in zip(waits, (0.5, 1, 2), strict=True)] == [True] * 3


def test_only_the_failed_partitions_of_a_call_are_repeated(catalog: GlueCatalog, client: Client) -> None:
    client.script = [refusal("InternalServiceException", ("2025", "9"))]
    catalog.register(SALES, [("2025", "8"), ("2025", "9")])
    assert client.sizes == [2, 1]
    assert catalog.registered(SALES).keys() == {("2025", "9")}


def test_failure_that_lasts_names_partition_and_table(
    catalog: GlueCatalog, client: Client, waits: list[float]
) -> None:
    client.script = [refusal("ThrottlingException", ("2025", "8"), ("2025", "9"))] * 6
    with pytest.raises(CatalogError) as raised:
        catalog.register(SALES, [("2025", "8"), ("2025", "9")])
    assert len(waits) == 5
    assert "year=2025/month=8 (and 1 more): ThrottlingException refused" in raised.value.what
    assert raised.value.where == f"{DATABASE}.sales"
    assert "All 6 attempts failed" in str(raised.value)


def test_invalid_partition_is_not_repeated(catalog: GlueCatalog, client: Client, waits: list[float]) -> None:
    client.script = [refusal("InvalidInputException", ("2025", "8"))]
    with pytest.raises(CatalogError, match="InvalidInputException"):
        catalog.register(SALES, [("2025", "8")])
    assert waits == []


@pytest.mark.parametrize(
    ("code", "remedy"),
    [("AccessDeniedException", "missing permission"), ("EntityNotFoundException", "Deploy the stack")],
)
def test_refused_call_says_what_to_do(
    catalog: GlueCatalog, client: Client, waits: list[float], code: str, remedy: str
) -> None:
    client.script = [error(code)]
    with pytest.raises(CatalogError) as raised:
        catalog.register(SALES, [("2025", "8")])
    assert remedy in str(raised.value)
    assert waits == []


def test_table_that_does_not_exist_is_named(catalog: GlueCatalog) -> None:
    with pytest.raises(CatalogError, match=f"{DATABASE}.ghosts"):
        catalog.register(StoredTable(layer="silver", name="ghosts", keys=("year",)), [("2025",)])


def test_partition_with_another_number_of_values_is_outdated(catalog: GlueCatalog, client: Client) -> None:
    described: Any = {"Values": ["2025"], "StorageDescriptor": DESCRIPTOR}
    client.create_partition(DatabaseName=DATABASE, TableName="sales", PartitionInput=described)
    assert catalog.registered(SALES) == {("2025",): False}


def test_partition_without_a_description_is_outdated(catalog: GlueCatalog, client: Client) -> None:
    client.create_partition(
        DatabaseName=DATABASE, TableName="sales", PartitionInput={"Values": ["2025", "8"]}
    )
    assert catalog.registered(SALES) == {("2025", "8"): False}
    catalog.update(SALES, [("2025", "8")])
    assert catalog.registered(SALES) == {("2025", "8"): True}
