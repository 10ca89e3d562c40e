"""The role with which QuickSight asks Athena, and what the dashboards' principal may do."""

from __future__ import annotations

from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.queries import allow_queries
from infra.foundation.roles import Role, service
from lake.naming import QUERY_RESULTS, Names, layer_root

USE_DATA_SOURCE = (
    "quicksight:DescribeDataSource",
    "quicksight:DescribeDataSourcePermissions",
    "quicksight:PassDataSource",
)
USE_DATASET = (
    "quicksight:DescribeDataSet",
    "quicksight:DescribeDataSetPermissions",
    "quicksight:PassDataSet",
    "quicksight:DescribeIngestion",
    "quicksight:ListIngestions",
)
USE_THEME = (
    "quicksight:DescribeTheme",
    "quicksight:DescribeThemeAlias",
    "quicksight:ListThemeAliases",
    "quicksight:ListThemeVersions",
)
VIEW_DASHBOARD = (
    "quicksight:DescribeDashboard",
    "quicksight:ListDashboardVersions",
    "quicksight:QueryDashboard",
)
"""QuickSight accepts these sets as a whole, and no part of one."""


def data_source_role(scope: Construct, domain: str, *, names: Names, arns: Arns) -> Role:
    """Return the role of a domain's data source: it asks the workgroup about gold, and reads nothing else."""
    role = Role(
        scope,
        "DataSourceRole",
        name=names.role(domain, "quicksight"),
        principal=service("quicksight", account=names.account, is_documented=False),
        description=f"Lets QuickSight query the gold tables of {domain}.",
        arns=arns,
    )
    allow_queries(
        role,
        workgroup=names.workgroup,
        results=QUERY_RESULTS,
        databases=[names.database(domain, "gold")],
        arns=arns,
    )
    # QuickSight asks through Athena's driver, which streams results and looks the catalog up.
    role.allow(
        ("athena:GetQueryResultsStream", "athena:BatchGetQueryExecution"), [arns.workgroup(names.workgroup)]
    )
    role.allow(("athena:GetDataCatalog",), [arns.data_catalog])
    role.read(names.curated_bucket, layer_root("gold", domain))
    role.see_missing(names.curated_bucket)
    return role
