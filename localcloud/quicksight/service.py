"""The calls of QuickSight's API."""

from __future__ import annotations

from typing import Any, ClassVar

from botocore.exceptions import ClientError
from moto.core.responses import ActionResult, BaseResponse

from localcloud.quicksight.definitions import definition_errors
from localcloud.quicksight.descriptions import (
    dashboard_of,
    dataset_of,
    ingestion_of,
    source_of,
    summary_of,
    theme_of,
)
from localcloud.quicksight.ingestions import SERVICE, Refreshes
from localcloud.quicksight.model import problems, service_model
from localcloud.quicksight.store import Kind, Resource, Store, invalid

Params = dict[str, Any]
Answer = ActionResult


class QuickSightService(BaseResponse):
    """Answers the calls of one local cloud. `store` and `refreshes` are set by `install`."""

    store: ClassVar[Store]
    refreshes: ClassVar[Refreshes]

    def __init__(self) -> None:
        super().__init__(service_name="quicksight")
        self.automated_parameter_parsing = True

    def _given(self) -> Params:
        """Return the call's parameters. Raises the service's error if its model does not allow them."""
        given: Params = {**self.uri_match, **self._get_params()}
        shape = service_model().operation_model(self._get_action()).input_shape
        found = list(problems(given, shape)) if shape is not None else []
        if given.get("AwsAccountId") != self.store.context.account:
            found.append(f"AwsAccountId is not {self.store.context.account}")
        if found:
            raise invalid("; ".join(found))
        return given

    # --- data sources

    def create_data_source(self) -> Answer:
        given = self._given()
        self._check_source(given)
        made = self.store.add(Kind.SOURCE, given["DataSourceId"], given)
        return _answer(made, "DataSourceId", status=201)

    def update_data_source(self) -> Answer:
        given = self._given()
        self._check_source({**self.store.get(Kind.SOURCE, given["DataSourceId"]).properties, **given})
        return _answer(self.store.change(Kind.SOURCE, given["DataSourceId"], given), "DataSourceId")

    def _check_source(self, given: Params) -> None:
        """Raise the service's error unless the source's role may use its workgroup."""
        if given["Type"] != "ATHENA":
            raise invalid(f"The type {given['Type']} is not supported locally.")
        parameters = given.get("DataSourceParameters", {}).get("AthenaParameters", {})
        role, workgroup = parameters.get("RoleArn", ""), parameters.get("WorkGroup", "")
        arn = self.store.arn(Kind.SOURCE, given["DataSourceId"])
        if not role or not self.store.context.trusts(role, SERVICE, arn):
            raise invalid(f"{SERVICE} may not assume the role '{role}'.")
        try:
            self.store.context.client("athena", role).get_work_group(WorkGroup=workgroup)
        except ClientError as error:
            raise invalid(f"The role {role} may not use the workgroup '{workgroup}': {error}") from error

    def describe_data_source(self) -> Answer:
        id = self._given()["DataSourceId"]
        return ActionResult({"DataSource": source_of(id, self.store.get(Kind.SOURCE, id)), "Status": 200})

    def delete_data_source(self) -> Answer:
        id = self._given()["DataSourceId"]
        removed = self.store.remove(Kind.SOURCE, id)
        return ActionResult({"Arn": removed.arn, "DataSourceId": id, "Status": 200})

    def describe_data_source_permissions(self) -> Answer:
        return self._permissions(Kind.SOURCE, "DataSourceId", "DataSourceArn")

    # --- datasets

    def create_data_set(self) -> Answer:
        given = self._given()
        self._check_dataset(given)
        id = given["DataSetId"]
        made = self.store.add(Kind.DATASET, id, given)
        answer = {"Arn": made.arn, "DataSetId": id, "Status": 201}
        if given["ImportMode"] == "SPICE":
            first = self.refreshes.start(id, request_type="INITIAL_INGESTION")
            answer |= {"IngestionArn": first.arn, "IngestionId": first.id}
        return ActionResult(answer)

    def update_data_set(self) -> Answer:
        given = self._given()
        self._check_dataset(given)
        id = given["DataSetId"]
        made = self.store.change(Kind.DATASET, id, given)
        answer = {"Arn": made.arn, "DataSetId": id, "Status": 200}
        if given["ImportMode"] == "SPICE":
            edit = self.refreshes.start(id, request_type="EDIT")
            answer |= {"IngestionArn": edit.arn, "IngestionId": edit.id}
        return ActionResult(answer)

    def _check_dataset(self, given: Params) -> None:
        for key, table in given["PhysicalTableMap"].items():
            if "CustomSql" not in table:
                raise invalid(f"The table {key} is no CustomSql: other tables are not supported locally.")
            self.store.by_arn(Kind.SOURCE, table["CustomSql"]["DataSourceArn"])
            names = [each["Name"] for each in table["CustomSql"].get("Columns", ())]
            if not names or len(set(names)) < len(names):
                raise invalid(f"The columns of {key} are none, or not different: {names}.")

    def describe_data_set(self) -> Answer:
        id = self._given()["DataSetId"]
        return ActionResult({"DataSet": dataset_of(id, self.store), "Status": 200})

    def delete_data_set(self) -> Answer:
        id = self._given()["DataSetId"]
        return ActionResult({"Arn": self.store.remove(Kind.DATASET, id).arn, "DataSetId": id, "Status": 200})

    def list_data_sets(self) -> Answer:
        self._given()
        found = [summary_of("DataSetId", id, each) for id, each in self.store.all(Kind.DATASET)]
        return ActionResult({"DataSetSummaries": found, "Status": 200})

    def describe_data_set_permissions(self) -> Answer:
        return self._permissions(Kind.DATASET, "DataSetId", "DataSetArn")

    # --- refreshes

    def create_ingestion(self) -> Answer:
        given = self._given()
        kind = given.get("IngestionType", "FULL_REFRESH")
        if kind != "FULL_REFRESH":
            raise invalid("The dataset has no refresh properties: only full refreshes are possible.")
        made = self.refreshes.start(given["DataSetId"], id=given["IngestionId"], request_type=kind)
        answer = {"Arn": made.arn, "IngestionId": made.id, "IngestionStatus": "INITIALIZED", "Status": 201}
        return ActionResult(answer)

    def describe_ingestion(self) -> Answer:
        given = self._given()
        found = self.store.ingestion(given["DataSetId"], given["IngestionId"])
        return ActionResult({"Ingestion": ingestion_of(found), "Status": 200})

    def list_ingestions(self) -> Answer:
        id = self._given()["DataSetId"]
        self.store.get(Kind.DATASET, id)
        found = [ingestion_of(each) for each in self.store.ingestions(id)]
        return ActionResult({"Ingestions": found, "Status": 200})

    def create_refresh_schedule(self) -> Answer:
        return self._set_schedule(is_new=True)

    def update_refresh_schedule(self) -> Answer:
        return self._set_schedule(is_new=False)

    def _set_schedule(self, *, is_new: bool) -> Answer:
        given = self._given()
        dataset = self.store.get(Kind.DATASET, given["DataSetId"])
        schedule, id = given["Schedule"], given["Schedule"]["ScheduleId"]
        if dataset.properties["ImportMode"] != "SPICE":
            raise invalid(f"The dataset {given['DataSetId']} asks its source directly.")
        if schedule["RefreshType"] != "FULL_REFRESH":
            raise invalid("The dataset has no refresh properties: only full refreshes are possible.")
        at = schedule["ScheduleFrequency"]
        if (at["Interval"], at.get("Timezone")) != ("DAILY", "UTC") or "TimeOfTheDay" not in at:
            raise invalid("Only daily schedules with a time of the day in UTC are supported locally.")
        self.store.set_schedule(given["DataSetId"], schedule, is_new=is_new)
        arn = f"{dataset.arn}/refresh-schedule/{id}"
        return ActionResult({"Arn": arn, "ScheduleId": id, "Status": 200})

    def describe_refresh_schedule(self) -> Answer:
        given = self._given()
        found = self.store.schedule(given["DataSetId"], given["ScheduleId"])
        arn = f"{self.store.arn(Kind.DATASET, given['DataSetId'])}/refresh-schedule/{given['ScheduleId']}"
        return ActionResult({"RefreshSchedule": {**found, "Arn": arn}, "Arn": arn, "Status": 200})

    def list_refresh_schedules(self) -> Answer:
        id = self._given()["DataSetId"]
        self.store.get(Kind.DATASET, id)
        return ActionResult(
            {"RefreshSchedules": [each for _, each in self.store.schedules(id)], "Status": 200}
        )

    def delete_refresh_schedule(self) -> Answer:
        given = self._given()
        self.store.remove_schedule(given["DataSetId"], given["ScheduleId"])
        return ActionResult({"ScheduleId": given["ScheduleId"], "Status": 200})

    # --- themes

    def create_theme(self) -> Answer:
        given = self._given()
        return _answer(self.store.add(Kind.THEME, given["ThemeId"], given), "ThemeId")

    def update_theme(self) -> Answer:
        given = self._given()
        return _answer(self.store.change(Kind.THEME, given["ThemeId"], given), "ThemeId")

    def describe_theme(self) -> Answer:
        id = self._given()["ThemeId"]
        return ActionResult({"Theme": theme_of(id, self.store.get(Kind.THEME, id)), "Status": 200})

    def delete_theme(self) -> Answer:
        id = self._given()["ThemeId"]
        return ActionResult({"Arn": self.store.remove(Kind.THEME, id).arn, "ThemeId": id, "Status": 200})

    # --- dashboards

    def create_dashboard(self) -> Answer:
        given = self._given()
        errors = self._check_dashboard(given)
        made = self.store.add(Kind.DASHBOARD, given["DashboardId"], given)
        made.errors = errors
        return _answer(made, "DashboardId")

    def update_dashboard(self) -> Answer:
        given = self._given()
        errors = self._check_dashboard(given)
        made = self.store.change(Kind.DASHBOARD, given["DashboardId"], given)
        made.errors = errors
        return _answer(made, "DashboardId")

    def _check_dashboard(self, given: Params) -> list[dict[str, str]]:
        if "Definition" not in given:
            raise invalid("Dashboards without a definition are not supported locally.")
        if arn := given.get("ThemeArn"):
            self.store.by_arn(Kind.THEME, arn)
        return list(definition_errors(given["Definition"], self.store))

    def describe_dashboard(self) -> Answer:
        id = self._given()["DashboardId"]
        return ActionResult(
            {"Dashboard": dashboard_of(id, self.store.get(Kind.DASHBOARD, id)), "Status": 200}
        )

    def describe_dashboard_definition(self) -> Answer:
        id = self._given()["DashboardId"]
        found = self.store.get(Kind.DASHBOARD, id)
        answer = {
            "DashboardId": id,
            "Name": found.properties["Name"],
            "ResourceStatus": found.status,
            "Errors": found.errors,
            "Definition": found.properties["Definition"],
            "ThemeArn": found.properties.get("ThemeArn"),
            "Status": 200,
        }
        return ActionResult(answer)

    def update_dashboard_published_version(self) -> Answer:
        given = self._given()
        found = self.store.get(Kind.DASHBOARD, given["DashboardId"])
        if given["VersionNumber"] != found.version:
            raise invalid(f"Only the newest version, {found.version}, can be published locally.")
        return ActionResult({"DashboardId": given["DashboardId"], "DashboardArn": found.arn, "Status": 200})

    def list_dashboards(self) -> Answer:
        self._given()
        found = [summary_of("DashboardId", id, each) for id, each in self.store.all(Kind.DASHBOARD)]
        return ActionResult({"DashboardSummaryList": found, "Status": 200})

    def delete_dashboard(self) -> Answer:
        id = self._given()["DashboardId"]
        removed = self.store.remove(Kind.DASHBOARD, id)
        return ActionResult({"Arn": removed.arn, "DashboardId": id, "Status": 200})

    def describe_dashboard_permissions(self) -> Answer:
        return self._permissions(Kind.DASHBOARD, "DashboardId", "DashboardArn")

    def _permissions(self, kind: Kind, id_name: str, arn_name: str) -> Answer:
        id = self._given()[id_name]
        found = self.store.get(kind, id)
        permissions = found.properties.get("Permissions", [])
        return ActionResult({id_name: id, arn_name: found.arn, "Permissions": permissions, "Status": 200})


def _answer(made: Resource, id_name: str, *, status: int = 200) -> Answer:
    answer: Params = {
        "Arn": made.arn,
        id_name: made.properties[id_name],
        "CreationStatus": made.status,
        "Status": status,
    }
    if id_name in ("DashboardId", "ThemeId"):
        answer["VersionArn"] = f"{made.arn}/version/{made.version}"
    return ActionResult(answer)
