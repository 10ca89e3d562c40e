"""The stack with the dashboards of one domain in QuickSight."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnResource
from constructs import Construct

from infra.dashboards import access, theme
from infra.dashboards.datasets import SPICE, PlannedDataset, planned_datasets
from infra.dashboards.definition.compiler import definition
from infra.foundation.acknowledge import acknowledge
from infra.foundation.config import Config
from infra.foundation.stack import LakeStack
from lake.model.spec import Domain
from lake.naming import Names

REFRESH_AT = "06:00"
"""Time of the daily refresh, UTC: it catches up with a refresh that failed after a publication."""


class Dashboards(LakeStack):
    """Data source, datasets, refresh schedules, theme and dashboards of one domain.

    The principal of the configuration may look at them and build analyses on the datasets; only the stack
    changes them. `CfnResource` is used for all of them: importing CDK's classes for QuickSight
    takes seconds and 450 MB.
    """

    def __init__(self, scope: Construct, id: str, *, domain: Domain, names: Names, config: Config) -> None:
        super().__init__(
            scope,
            id,
            names=names,
            config=config,
            description=f"Dashboards of {domain.name} in QuickSight.",
            domain=domain.name,
        )
        self._domain, self._names, self._principal = domain.name, names, config.quicksight
        self._database = names.database(domain.name, "gold")
        datasets = planned_datasets(domain, self._database)
        self.role = access.data_source_role(self, domain.name, names=names, arns=self.arns)
        self.source = self._data_source()
        self.datasets = {each.name: self._dataset(each) for each in datasets.values()}
        for each in datasets.values():
            if each.import_mode == SPICE:
                self._daily_refresh(each)
        look = self._theme()
        for dashboard in domain.shown_dashboards:
            made = self._resource(
                "Dashboard",
                dashboard.key,
                {
                    "Name": dashboard.title,
                    "ThemeArn": self._arn("theme", "theme"),
                    "Definition": definition(dashboard, datasets, lambda name: self._arn("dataset", name)),
                    "ValidationStrategy": {"Mode": "STRICT"},
                    "Permissions": self._permissions(access.VIEW_DASHBOARD),
                },
            )
            _acknowledge_parameters(made)
            used = {visual.dataset.name for visual in dashboard.visuals}
            for resource in (look, *(self.datasets[name] for name in sorted(used))):
                made.add_resource_dependency(resource)

    def _data_source(self) -> CfnResource:
        source = self._resource(
            "DataSource",
            "athena",
            {
                "Name": f"Gold of {self._domain}",
                "Type": "ATHENA",
                "DataSourceParameters": {
                    "AthenaParameters": {"WorkGroup": self._names.workgroup, "RoleArn": self.role.arn}
                },
                "Permissions": self._permissions(access.USE_DATA_SOURCE),
            },
        )
        source.node.add_dependency(self.role)
        return source

    def _dataset(self, planned: PlannedDataset) -> CfnResource:
        properties: dict[str, Any] = {
            "Name": planned.name,
            "ImportMode": planned.import_mode,
            # Keys of maps have letters and digits only.
            "PhysicalTableMap": {
                "query": {
                    "CustomSql": {
                        "DataSourceArn": self._arn("datasource", "athena"),
                        "Name": planned.name,
                        "SqlQuery": planned.sql,
                        "Columns": planned.declared_columns(),
                    }
                }
            },
            "Permissions": self._permissions(access.USE_DATASET),
        }
        if planned.import_mode == SPICE:
            # A deployment must not depend on what the lake holds at that moment.
            properties["IngestionWaitPolicy"] = {"WaitForSpiceIngestion": False}
        dataset = self._resource("DataSet", planned.name, properties)
        dataset.add_resource_dependency(self.source)
        return dataset

    def _daily_refresh(self, planned: PlannedDataset) -> None:
        # Without StartAfterDateTime: a time in the past is refused, and any time is one day in the past.
        schedule = CfnResource(
            self,
            _construct("refresh", planned.name),
            type="AWS::QuickSight::RefreshSchedule",
            properties={
                "AwsAccountId": self._names.account,
                "DataSetId": self._names.quicksight(self._domain, planned.name),
                "Schedule": {
                    "ScheduleId": "daily",
                    "RefreshType": "FULL_REFRESH",
                    "ScheduleFrequency": {
                        "Interval": "DAILY",
                        "TimeOfTheDay": REFRESH_AT,
                        "TimeZone": "UTC",
                    },
                },
            },
        )
        schedule.add_resource_dependency(self.datasets[planned.name])

    def _theme(self) -> CfnResource:
        return self._resource(
            "Theme",
            "theme",
            {
                "Name": f"Dashboards of {self._domain}",
                "BaseThemeId": "CLASSIC",
                "Configuration": theme.CONFIGURATION,
                "Permissions": self._permissions(access.USE_THEME),
            },
        )

    def _resource(self, kind: str, name: str, properties: dict[str, Any]) -> CfnResource:
        """Return a resource of QuickSight with account and id."""
        own = {
            "AwsAccountId": self._names.account,
            f"{kind}Id": self._names.quicksight(self._domain, name),
        }
        return CfnResource(
            self,
            _construct(kind, name),
            type=f"AWS::QuickSight::{kind}",
            properties={**own, **properties},
        )

    def _arn(self, kind: str, name: str) -> str:
        return self.arns.quicksight(kind, self._names.quicksight(self._domain, name))

    def _permissions(self, actions: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"Principal": self._principal, "Actions": list(actions)}]


def _acknowledge_parameters(dashboard: CfnResource) -> None:
    """Accept `${…}` in the expressions of a dashboard: QuickSight reads it, and CloudFormation must not."""
    reason = "Parameters of QuickSight are written like those of Fn::Sub."
    acknowledge(dashboard, "CloudFormation-Validate::E1029", reason)
    dashboard.add_metadata("cfn-lint", {"config": {"ignore_checks": ["E1029"]}})


def _construct(kind: str, name: str) -> str:
    return f"{kind}-{name}".replace("_", "-")
