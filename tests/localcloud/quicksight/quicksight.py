"""A data source, datasets and a dashboard in the local QuickSight."""

from __future__ import annotations

from typing import Any

from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, Template, allow, resource, role

OF = {"AwsAccountId": ACCOUNT}
ARN = f"arn:aws:quicksight:{REGION}:{ACCOUNT}"
GROUP = f"{ARN}:group/default/analysts"
RESULTS = "results"
ROLE = f"{ROLE_ARN}/quicksight"


def infrastructure() -> dict[str, Template]:
    """Return a workgroup, and a role that may ask it."""
    group = {
        "EnforceWorkGroupConfiguration": True,
        "ResultConfiguration": {"OutputLocation": f"s3://{RESULTS}/answers/"},
    }
    return {
        "Results": resource("AWS::S3::Bucket", BucketName=RESULTS),
        "Group": resource("AWS::Athena::WorkGroup", Name="people", WorkGroupConfiguration=group),
        "Role": role(
            "quicksight",
            "quicksight.amazonaws.com",
            allow(
                [
                    "athena:GetWorkGroup", "athena:StartQueryExecution", "athena:GetQueryExecution",
                    "athena:GetQueryResults",
                ],
                [f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/people"],
            ),
            allow(["s3:GetBucketLocation", "s3:ListBucket"], [f"arn:aws:s3:::{RESULTS}"]),
            allow(
                ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
                [f"arn:aws:s3:::{RESULTS}/answers/*"],
            ),
            allow(["glue:GetDatabase"], ["*"]),
        ),
        "Stranger": role("stranger", "glue.amazonaws.com"),
    }  # fmt: skip


def source(**more: Any) -> dict[str, Any]:
    """Return the parameters of a data source."""
    parameters = {"AthenaParameters": {"WorkGroup": "people", "RoleArn": ROLE}}
    names = {"DataSourceId": "gold", "Name": "Gold", "Type": "ATHENA"}
    return {**OF, **names, "DataSourceParameters": parameters, **more}


COLUMNS = [
    {"Name": "service", "Type": "STRING"},
    {"Name": "cost", "Type": "DECIMAL", "SubType": "FIXED"},
    {"Name": "day", "Type": "DATETIME"},
]
SQL = (
    "SELECT 'compute' AS service, CAST(1.5 AS decimal(18, 4)) AS cost, DATE '2026-11-27' AS day "
    "UNION ALL SELECT 'genai', CAST(2.25 AS decimal(18, 4)), DATE '2026-11-26'"
)


def dataset(id: str, sql: str = SQL, columns: Any = None, **more: Any) -> dict[str, Any]:
    """Return the parameters of a dataset in SPICE."""
    table = {
        "DataSourceArn": f"{ARN}:datasource/gold",
        "Name": "query",
        "SqlQuery": sql,
        "Columns": COLUMNS if columns is None else columns,
    }
    tables = {"query": {"CustomSql": table}}
    return {**OF, "DataSetId": id, "Name": id, "ImportMode": "SPICE", "PhysicalTableMap": tables, **more}


def dashboard(id: str, dataset_id: str, column: str = "cost", **more: Any) -> dict[str, Any]:
    """Return the parameters of a dashboard with one KPI."""
    field = {
        "FieldId": "cost-1",
        "Column": {"DataSetIdentifier": "costs", "ColumnName": column},
        "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
    }
    visual = {
        "KPIVisual": {
            "VisualId": "cost",
            "ChartConfiguration": {"FieldWells": {"Values": [{"NumericalMeasureField": field}]}},
        }
    }
    definition = {
        "DataSetIdentifierDeclarations": [
            {"Identifier": "costs", "DataSetArn": f"{ARN}:dataset/{dataset_id}"}
        ],
        "CalculatedFields": [
            {
                "DataSetIdentifier": "costs",
                "Name": "shown",
                "Expression": 'ifelse({service} = "x", ${Back}, 0)',
            }
        ],
        "ParameterDeclarations": [
            {"IntegerParameterDeclaration": {"Name": "Back", "ParameterValueType": "SINGLE_VALUED"}}
        ],
        "Sheets": [{"SheetId": "one", "Name": "One", "Visuals": [visual]}],
    }
    return {**OF, "DashboardId": id, "Name": "Costs", "Definition": {**definition, **more}}
