"""The dashboards of QuickSight in the deployed cloud: what was declared, on the rows that were published."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from lake.model.dashboard_rules.queries import query_sql
from localcloud.context import ACCOUNT
from localcloud.quicksight.ingestions import TYPES
from localcloud.server import LocalCloud
from tests.e2e.lakehouse import Lakehouse
from tests.infra.dashboards.quicksight import Dashboard, loaded

OF = {"AwsAccountId": ACCOUNT}


class QuickSight:
    """The QuickSight of one domain. Each dataset's SQL runs once, in the role of the data source."""

    def __init__(self, lake: Lakehouse) -> None:
        self.lake = lake
        self.client = lake.cloud.client("quicksight")
        self._rows: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def datasets(self) -> Mapping[str, Mapping[str, Any]]:
        """The datasets of the domain by name."""
        prefix = self.lake.names.quicksight(self.lake.domain.name, "")
        ids = [each["DataSetId"] for each in self.client.list_data_sets(**OF)["DataSetSummaries"]]
        found = [self.client.describe_data_set(**OF, DataSetId=id) for id in ids if id.startswith(prefix)]
        return {each["DataSet"]["Name"]: each["DataSet"] for each in found}

    @property
    def _source(self) -> Mapping[str, str]:
        id = self.lake.names.quicksight(self.lake.domain.name, "athena")
        source = self.client.describe_data_source(**OF, DataSourceId=id)["DataSource"]
        parameters: Mapping[str, str] = source["DataSourceParameters"]["AthenaParameters"]
        return parameters

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a dataset with the types of its columns."""
        if name not in self._rows:
            [table] = self.datasets[name]["PhysicalTableMap"].values()
            self._rows[name] = self._query(table["CustomSql"])
        return self._rows[name]

    def _query(self, table: Mapping[str, Any]) -> list[dict[str, Any]]:
        source = self._source
        athena, s3 = (self.lake.cloud.client(service, source["RoleArn"]) for service in ("athena", "s3"))
        id = athena.start_query_execution(QueryString=table["SqlQuery"], WorkGroup=source["WorkGroup"])[
            "QueryExecutionId"
        ]
        self.lake.cloud.wait_idle(120)
        execution = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        info = athena.get_query_results(QueryExecutionId=id, MaxResults=1)["ResultSet"]["ResultSetMetadata"]
        kinds = [each["Type"] for each in info["ColumnInfo"]]
        for column, kind in zip(table["Columns"], kinds, strict=True):
            assert kind in TYPES[column["Type"]], (column, kind)
        bucket, _, key = (
            execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
        )
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        names, *lines = csv.reader(io.StringIO(body, newline=""))
        return [
            {name: _value(kind, text) for name, kind, text in zip(names, kinds, line, strict=True)}
            for line in lines
        ]

    def dashboard(self, key: str) -> Dashboard:
        """Return a dashboard, as it is described, on the rows of its datasets."""
        id = self.lake.names.quicksight(self.lake.domain.name, key)
        definition = self.client.describe_dashboard_definition(**OF, DashboardId=id)["Definition"]
        names = [each["Identifier"] for each in definition["DataSetIdentifierDeclarations"]]
        rows = {
            name: loaded(
                self.rows(name), self.datasets[name]["OutputColumns"], self.datasets[name]["ImportMode"]
            )
            for name in names
        }
        return Dashboard(definition, rows)


def _value(kind: str, text: str) -> Any:
    if text == "":
        return None
    if kind == "decimal":
        return Decimal(text)
    if kind in ("integer", "bigint"):
        return int(text)
    if kind == "timestamp":
        return dt.datetime.fromisoformat(text)
    return dt.date.fromisoformat(text) if kind == "date" else text


@pytest.fixture(scope="module")
def quicksight(shop: Lakehouse) -> QuickSight:
    """The QuickSight of the shop, whose sample is published."""
    return QuickSight(shop)


@pytest.fixture(scope="module", params=["ecommerce", "cloud_provider", "toy"])
def deployed(cloud: LocalCloud, toy_on_path: None, request: pytest.FixtureRequest) -> QuickSight:
    """The QuickSight of a domain, published or not."""
    return QuickSight(Lakehouse(cloud, request.param))


def test_definitions_are_described_as_they_were_declared(deployed: QuickSight, assembly: Path) -> None:
    quicksight = deployed
    name = quicksight.lake.names.dashboards_stack(quicksight.lake.domain.name)
    template = json.loads((assembly / f"{name}.template.json").read_text(encoding="utf-8"))
    declared = [
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::QuickSight::Dashboard"
    ]
    assert len(declared) == len(quicksight.lake.domain.shown_dashboards)
    for properties in declared:
        found = quicksight.client.describe_dashboard_definition(**OF, DashboardId=properties["DashboardId"])
        assert found["ResourceStatus"] == "CREATION_SUCCESSFUL"
        assert found["Definition"] == properties["Definition"]


def test_sql_of_each_dataset_returns_the_declared_columns(deployed: QuickSight) -> None:
    assert deployed.datasets
    for name in deployed.datasets:
        deployed.rows(name)


def test_datasets_count_months_and_days_back_from_the_newest_row(quicksight: QuickSight) -> None:
    for name, dataset in quicksight.datasets.items():
        rows = quicksight.rows(name)
        assert rows, name
        if "months_back" in rows[0]:
            assert min(row["months_back"] for row in rows) == min(row["days_back"] for row in rows) == 0
        assert dataset["ImportMode"] in ("SPICE", "DIRECT_QUERY")


def test_publication_refreshes_each_dataset_in_spice(quicksight: QuickSight) -> None:
    for name, dataset in quicksight.datasets.items():
        if dataset["ImportMode"] != "SPICE":
            continue
        found = quicksight.client.list_ingestions(**OF, DataSetId=dataset["DataSetId"])["Ingestions"]
        kinds = [(each["RequestType"], each["IngestionStatus"]) for each in found]
        assert kinds[-1] == ("INITIAL_INGESTION", "COMPLETED")
        assert ("FULL_REFRESH", "COMPLETED") in kinds, (name, found)


def test_each_visual_can_be_computed(quicksight: QuickSight) -> None:
    for declared in quicksight.lake.domain.shown_dashboards:
        dashboard = quicksight.dashboard(declared.key)
        added = [id for id in dashboard.visual_ids() if "-until-" in id]
        assert added
        assert [id for id in dashboard.visual_ids() if id not in added] == [
            visual.key for visual in declared.visuals
        ]
        for id in dashboard.visual_ids():
            assert dashboard.shown(id).rounded(), (declared.key, id)


QUESTIONS = [
    (
        "revenue_by_category",
        ("coalesce(category, 'Unknown')", "net_revenue_usd"),
        "executive",
        "categories",
        (0, 1),
    ),
    ("funnel", ("sessions",), "behaviour", "funnel", (1,)),
    ("top_products", ("product_name", "revenue_usd"), "executive", "top_products", (1, 4)),
    ("customer_segments", ("customers", "revenue_usd"), "behaviour", "segments", (1, 3)),
]


@pytest.mark.parametrize(("query", "names", "key", "visual", "places"), QUESTIONS)
def test_sample_has_the_numbers_of_the_named_query(
    quicksight: QuickSight, query: str, names: Sequence[str], key: str, visual: str, places: Sequence[int]
) -> None:
    sql = (query_sql("ecommerce", query) or "").rstrip().rstrip(";")
    rows = quicksight.lake.query(f"SELECT {', '.join(names)} FROM (\n{sql}\n)")
    named = [[_number(each) for each in row] for row in rows]
    lines = quicksight.dashboard(key).shown(visual).lines
    shown = [[_number(line[place]) for place in places] for line in lines]
    assert named
    assert sorted(map(str, shown[: len(named)])) == sorted(map(str, named[: len(shown)]))


def _number(value: object) -> object:
    try:
        return value if isinstance(value, Fraction) else Fraction(Decimal(str(value)))
    except ArithmeticError:
        return str(value)
