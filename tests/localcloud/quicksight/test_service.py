"""QuickSight gives back what it was given, and refuses what the service refuses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.quicksight.ingestions import REFRESHES_A_DAY
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ROLE_ARN
from tests.localcloud.quicksight.quicksight import ARN, COLUMNS, GROUP, OF, dashboard, dataset, source


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    """Return code and message of a refused call."""
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def test_source_is_described_as_it_was_created(client: Any) -> None:
    found = client.describe_data_source(**OF, DataSourceId="gold")["DataSource"]
    assert found["DataSourceParameters"] == source()["DataSourceParameters"]
    assert (found["Status"], found["Arn"]) == ("CREATION_SUCCESSFUL", f"{ARN}:datasource/gold")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"WorkGroup": "people", "RoleArn": f"{ROLE_ARN}/stranger"}, "may not assume the role"),
        ({"WorkGroup": "people"}, "may not assume the role ''"),
        ({"WorkGroup": "others", "RoleArn": f"{ROLE_ARN}/quicksight"}, "may not use the workgroup 'others'"),
    ],
)
def test_source_whose_role_may_not_ask_the_workgroup_is_refused(
    client: Any, parameters: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        client.create_data_source(
            **{**source(DataSourceId="other"), "DataSourceParameters": {"AthenaParameters": parameters}}
        )
    assert refusal(refused)[0] == "InvalidParameterValueException"
    assert message in refusal(refused)[1]


def test_dataset_is_described_listed_changed_and_deleted(client: Any) -> None:
    permissions = [{"Principal": GROUP, "Actions": ["quicksight:DescribeDataSet"]}]
    client.create_data_set(**dataset("costs", Permissions=permissions))
    found = client.describe_data_set(**OF, DataSetId="costs")["DataSet"]
    assert found["PhysicalTableMap"] == dataset("costs")["PhysicalTableMap"]
    assert [each["Name"] for each in found["OutputColumns"]] == ["service", "cost", "day"]
    assert "costs" in {each["DataSetId"] for each in client.list_data_sets(**OF)["DataSetSummaries"]}
    client.update_data_set(**dataset("costs", ImportMode="DIRECT_QUERY"))
    assert client.describe_data_set(**OF, DataSetId="costs")["DataSet"]["ImportMode"] == "DIRECT_QUERY"
    kept = client.describe_data_set_permissions(**OF, DataSetId="costs")["Permissions"]
    assert kept == permissions
    client.delete_data_set(**OF, DataSetId="costs")
    with pytest.raises(ClientError) as refused:
        client.describe_data_set(**OF, DataSetId="costs")
    assert refusal(refused)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"columns": []}, "The columns of query are none"),
        ({"columns": [COLUMNS[0], COLUMNS[0]]}, "not different"),
        ({"columns": [{"Name": "a", "Type": "NUMBER"}]}, "is 'NUMBER', accepted are"),
        ({"ImportMode": "FAST"}, "ImportMode is 'FAST', accepted are SPICE, DIRECT_QUERY"),
    ],
)
def test_dataset_that_the_model_does_not_allow_is_refused(
    client: Any, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        client.create_data_set(**dataset("odd", **more))
    assert refusal(refused)[0] == "InvalidParameterValueException"
    assert message in refusal(refused)[1]


def test_key_of_a_table_has_no_underscore(client: Any) -> None:
    tables = {"the_query": dataset("odd")["PhysicalTableMap"]["query"]}
    with pytest.raises(ClientError, match="the key 'the_query' has other characters"):
        client.create_data_set(**{**dataset("odd"), "PhysicalTableMap": tables})


def test_name_is_used_once(client: Any) -> None:
    client.create_data_set(**dataset("once"))
    with pytest.raises(ClientError) as refused:
        client.create_data_set(**dataset("once"))
    assert refusal(refused)[0] == "ResourceExistsException"


def test_account_must_be_the_own(client: Any) -> None:
    with pytest.raises(ClientError, match="AwsAccountId is not 123456789012"):
        client.list_data_sets(AwsAccountId="210987654321")


def test_refresh_reads_the_rows_in_the_role_of_the_source(client: Any, cloud: LocalCloud) -> None:
    made = client.create_data_set(**dataset("refreshed"))
    cloud.wait_idle(60)
    first = client.describe_ingestion(**OF, DataSetId="refreshed", IngestionId=made["IngestionId"])[
        "Ingestion"
    ]
    assert (first["IngestionStatus"], first["RequestType"]) == ("COMPLETED", "INITIAL_INGESTION")
    client.create_ingestion(**OF, DataSetId="refreshed", IngestionId="run-1", IngestionType="FULL_REFRESH")
    cloud.wait_idle(60)
    newest, _ = client.list_ingestions(**OF, DataSetId="refreshed")["Ingestions"]
    assert (newest["IngestionId"], newest["IngestionStatus"]) == ("run-1", "COMPLETED")
    assert newest["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 0, "TotalRowsInDataset": 2}
    assert (
        client.describe_data_set(**OF, DataSetId="refreshed")["DataSet"]["ConsumedSpiceCapacityInBytes"] > 0
    )
    with pytest.raises(ClientError) as refused:
        client.create_ingestion(**OF, DataSetId="refreshed", IngestionId="run-1")
    assert refusal(refused)[0] == "ResourceExistsException"


@pytest.mark.parametrize(
    ("sql", "columns", "kind", "message"),
    [
        ("SELECT 1 AS service", COLUMNS, "SQL_SCHEMA_MISMATCH_ERROR", "The query returns ['service']"),
        ("SELECT 1 AS a", [{"Name": "a", "Type": "STRING"}], "SQL_SCHEMA_MISMATCH_ERROR", "a is integer"),
        (
            "SELECT CAST(1 AS decimal(18, 6)) AS a",
            [{"Name": "a", "Type": "DECIMAL", "SubType": "FIXED"}],
            "SQL_SCHEMA_MISMATCH_ERROR",
            "a is decimal(18,6), which a fixed decimal of 18 digits and 4 places does not hold",
        ),
        (
            "SELECT CAST(DECIMAL '123456789012345.67' AS decimal(18, 4)) AS a",
            [{"Name": "a", "Type": "DECIMAL", "SubType": "FIXED"}],
            "SQL_EXCEPTION",
            "",
        ),
        (
            'SELECT a FROM "nowhere"."t"',
            [{"Name": "a", "Type": "STRING"}],
            "PERMISSION_DENIED",
            "glue:GetTable",
        ),
    ],
)
def test_refresh_that_fails_says_why(
    client: Any, cloud: LocalCloud, sql: str, columns: Any, kind: str, message: str, request: Any
) -> None:
    id = f"failing-{abs(hash(sql))}"
    client.create_data_set(**dataset(id, sql, columns))
    cloud.wait_idle(60)
    [found] = client.list_ingestions(**OF, DataSetId=id)["Ingestions"]
    assert (found["IngestionStatus"], found["ErrorInfo"]["Type"]) == ("FAILED", kind)
    assert message in found["ErrorInfo"]["Message"]


def test_dataset_that_asks_directly_is_not_refreshed(client: Any) -> None:
    client.create_data_set(**dataset("direct", ImportMode="DIRECT_QUERY"))
    schedule = {
        "ScheduleId": "daily", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": {"Interval": "DAILY"}
    }  # fmt: skip
    with pytest.raises(ClientError, match="there is nothing to refresh"):
        client.create_ingestion(**OF, DataSetId="direct", IngestionId="x")
    with pytest.raises(ClientError, match="asks its source directly"):
        client.create_refresh_schedule(**OF, DataSetId="direct", Schedule=schedule)


def test_refreshes_of_a_day_are_limited(client: Any, cloud: LocalCloud) -> None:
    client.create_data_set(**dataset("busy"))
    for number in range(REFRESHES_A_DAY):
        client.create_ingestion(**OF, DataSetId="busy", IngestionId=f"run-{number}")
    with pytest.raises(ClientError) as refused:
        client.create_ingestion(**OF, DataSetId="busy", IngestionId="one-more")
    assert refusal(refused)[0] == "LimitExceededException"
    cloud.wait_idle(120)


def test_schedule_is_described_changed_and_deleted(client: Any) -> None:
    client.create_data_set(**dataset("scheduled"))
    at = {"Interval": "DAILY", "TimeOfTheDay": "06:00", "Timezone": "UTC"}
    schedule = {"ScheduleId": "daily", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": at}
    which = {**OF, "DataSetId": "scheduled"}
    client.create_refresh_schedule(**which, Schedule=schedule)
    found = client.describe_refresh_schedule(**which, ScheduleId="daily")["RefreshSchedule"]
    assert found["ScheduleFrequency"] == at
    later = {**schedule, "ScheduleFrequency": {**at, "TimeOfTheDay": "07:00"}}
    client.update_refresh_schedule(**which, Schedule=later)
    assert client.list_refresh_schedules(**which)["RefreshSchedules"] == [later]
    client.delete_refresh_schedule(**which, ScheduleId="daily")
    with pytest.raises(ClientError) as refused:
        client.describe_refresh_schedule(**which, ScheduleId="daily")
    assert refusal(refused)[0] == "ResourceNotFoundException"


def test_definition_of_a_dashboard_is_given_back(client: Any) -> None:
    client.create_data_set(**dataset("shown"))
    configuration = {"DataColorPalette": {"Colors": ["#2458D3"]}}
    client.create_theme(**OF, ThemeId="look", Name="Look", BaseThemeId="CLASSIC", Configuration=configuration)
    theme = client.describe_theme(**OF, ThemeId="look")["Theme"]
    assert theme["Version"]["Configuration"] == configuration
    given = {**dashboard("costs", "shown"), "ThemeArn": theme["Arn"]}
    client.create_dashboard(**given)
    found = client.describe_dashboard_definition(**OF, DashboardId="costs")
    assert (found["ResourceStatus"], found["Errors"]) == ("CREATION_SUCCESSFUL", [])
    assert (found["Definition"], found["ThemeArn"]) == (given["Definition"], theme["Arn"])
    client.update_dashboard(**{**given, "Name": "Newer"})
    shown = client.describe_dashboard(**OF, DashboardId="costs")["Dashboard"]
    assert (shown["Name"], shown["Version"]["VersionNumber"]) == ("Newer", 2)
    client.update_dashboard_published_version(**OF, DashboardId="costs", VersionNumber=2)
    client.delete_dashboard(**OF, DashboardId="costs")
    assert client.list_dashboards(**OF)["DashboardSummaryList"] == []


def test_theme_must_exist(client: Any) -> None:
    with pytest.raises(ClientError) as refused:
        client.create_dashboard(**dashboard("bare", "shown"), ThemeArn=f"{ARN}:theme/none")
    assert refusal(refused)[0] == "ResourceNotFoundException"
