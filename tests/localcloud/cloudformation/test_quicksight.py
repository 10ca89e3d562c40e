"""QuickSight's resources are created, changed and deleted by CloudFormation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.errors import DeployError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import Template, resource, write_assembly
from tests.localcloud.quicksight.quicksight import OF, dashboard, dataset, infrastructure, source

WITHOUT_WAITING = {"IngestionWaitPolicy": {"WaitForSpiceIngestion": False}}


def templates(**more: Any) -> dict[str, Template]:
    """Return all kinds of resources, each after those that it needs; `more` are fields of the dashboard."""
    at = {"Interval": "DAILY", "TimeOfTheDay": "06:00", "TimeZone": "UTC"}
    schedule = {"ScheduleId": "daily", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": at}

    def after(made: Template, *names: str) -> Template:
        return {**made, "DependsOn": list(names)}

    costs = resource("AWS::QuickSight::DataSet", **dataset("costs"), **WITHOUT_WAITING)
    board = resource("AWS::QuickSight::Dashboard", **{**dashboard("board", "costs"), **more})
    return {
        "Source": resource("AWS::QuickSight::DataSource", **source()),
        "Costs": after(costs, "Source"),
        "Daily": after(
            resource("AWS::QuickSight::RefreshSchedule", **OF, DataSetId="costs", Schedule=schedule), "Costs"
        ),
        "Look": resource(
            "AWS::QuickSight::Theme",
            **OF,
            ThemeId="look",
            Name="Look",
            BaseThemeId="CLASSIC",
            Configuration={"DataColorPalette": {"Colors": ["#2458D3"]}},
        ),
        "Board": after(board, "Costs"),
    }


@pytest.fixture(scope="module", autouse=True)
def needed(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Deploy the role and the workgroup that the data source needs."""
    cloud.deploy(write_assembly(tmp_path_factory.mktemp("needed"), {"needed": infrastructure()}))


def test_resources_are_created_changed_and_deleted(cloud: LocalCloud, tmp_path: Path) -> None:
    client = cloud.client("quicksight")
    cloud.deploy(write_assembly(tmp_path / "1", {"dashboards": templates()}))
    cloud.wait_idle(60)
    given = dashboard("board", "costs")["Definition"]
    assert client.describe_dashboard_definition(**OF, DashboardId="board")["Definition"] == given
    [schedule] = client.list_refresh_schedules(**OF, DataSetId="costs")["RefreshSchedules"]
    assert schedule["ScheduleFrequency"]["Timezone"] == "UTC"
    [first] = client.list_ingestions(**OF, DataSetId="costs")["Ingestions"]
    assert first["IngestionStatus"] == "COMPLETED"

    cloud.deploy(write_assembly(tmp_path / "2", {"dashboards": templates(Name="Another")}))
    assert client.describe_dashboard(**OF, DashboardId="board")["Dashboard"]["Name"] == "Another"

    cloud.client("cloudformation").delete_stack(StackName="dashboards")
    assert client.list_dashboards(**OF)["DashboardSummaryList"] == []
    assert client.list_data_sets(**OF)["DataSetSummaries"] == []


@pytest.mark.parametrize(
    ("changed", "message", "remedy"),
    [
        ({"Board": {"Definition": dashboard("board", "costs", "gone")["Definition"]}},
         "CREATION_FAILED: COLUMN_REPLACEMENT_MISSING: costs has no column gone", "Correct the definition."),
        ({"Costs": {"IngestionWaitPolicy": {}}},
         "the creation would wait for the first refresh",
         "Set IngestionWaitPolicy.WaitForSpiceIngestion to false."),
    ],
)  # fmt: skip
def test_resource_that_cannot_be_created_fails_the_stack(
    cloud: LocalCloud, tmp_path: Path, changed: dict[str, Any], message: str, remedy: str
) -> None:
    made = templates()
    for name, properties in changed.items():
        made[name]["Properties"] |= properties
    with pytest.raises(DeployError) as refused:
        cloud.deploy(write_assembly(tmp_path, {"failing": made}))
    assert message in str(refused.value)
    assert remedy in str(refused.value)
