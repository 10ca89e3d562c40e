"""Resources and condition keys of API calls, after AWS's service authorization reference.

Covers the services that the roles of the templates call. An uncovered call is an action on `*`, which a
grant on an ARN does not include: it is denied, and the message names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localcloud.iam.policy import Value

Params = Mapping[str, Any]
Rule = Callable[[str, Params, str], list[str]]
"""(operation, parameters, `<region>:<account>`) → resource ARNs, all of which must be allowed."""

ACTION_PREFIX = {"monitoring": "cloudwatch"}
"""Signing name of a service → prefix of its actions, where they differ."""

ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}


def resources_of(service: str, operation: str, params: Params, region_account: str) -> list[str]:
    """Return the ARNs that a call needs permission for; `region_account` is `<region>:<account>`."""
    rule = _RULES.get(service)
    return rule(operation, params, region_account) if rule else ["*"]


def condition_keys_of(service: str, params: Params) -> dict[str, Value]:
    """Return the service-specific condition keys of a call."""
    if service == "monitoring" and "Namespace" in params:
        return {"cloudwatch:namespace": str(params["Namespace"])}
    if service != "dynamodb":
        return {}
    values = params.get("Key") or params.get("Item") or {}
    # Tables have a partition key only: it is the only attribute of Key, and the first one of Item.
    leading = next(iter(values.values()), None)
    return {"dynamodb:LeadingKeys": tuple(str(value) for value in leading.values())} if leading else {}


def _glue(operation: str, params: Params, region_account: str) -> list[str]:
    base = f"arn:aws:glue:{region_account}"
    if "Crawler" in operation and "Name" in params:
        return [f"{base}:crawler/{params['Name']}"]
    if "JobName" in params:
        return [f"{base}:job/{params['JobName']}"]
    if "DatabaseName" in params:
        table = params.get("TableName") or params.get("Name") or params.get("TableInput", {}).get("Name")
        database = params["DatabaseName"]
        return [f"{base}:catalog", f"{base}:database/{database}", f"{base}:table/{database}/{table or '*'}"]
    if "Database" in operation:
        name = params.get("Name") or params.get("DatabaseInput", {}).get("Name")
        return [f"{base}:catalog", f"{base}:database/{name or '*'}"]
    return ["*"]


def _states(operation: str, params: Params, region_account: str) -> list[str]:
    return [params.get("executionArn") or params.get("stateMachineArn") or "*"]


def _sqs(operation: str, params: Params, region_account: str) -> list[str]:
    name = params.get("QueueName") or str(params.get("QueueUrl", "*")).rstrip("/").rsplit("/", 1)[-1]
    return [f"arn:aws:sqs:{region_account}:{name}"]


def _sns(operation: str, params: Params, region_account: str) -> list[str]:
    return [params.get("TopicArn") or params.get("TargetArn") or "*"]


def _dynamodb(operation: str, params: Params, region_account: str) -> list[str]:
    table = str(params.get("TableName", "*"))
    return [table if table.startswith("arn:") else f"arn:aws:dynamodb:{region_account}:table/{table}"]


def _athena(operation: str, params: Params, region_account: str) -> list[str]:
    prefix = f"arn:aws:athena:{region_account}"
    if "CatalogName" in params:
        return [f"{prefix}:datacatalog/{params['CatalogName']}"]
    groups = [params["WorkGroup"]] if params.get("WorkGroup") else _workgroups_of(params, region_account)
    return [f"{prefix}:workgroup/{group}" for group in groups or ["primary"]]


def _workgroups_of(params: Params, region_account: str) -> list[str]:
    """Return the workgroups of the executions and named queries that a request names by their ids."""
    from moto.athena.models import athena_backends

    region, account = region_account.split(":")
    backend: Any = athena_backends[account][region]
    found = [
        known.get(id_)
        for name, known in (("QueryExecutionId", backend.executions), ("NamedQueryId", backend.named_queries))
        for id_ in (*([params[name]] if name in params else []), *params.get(f"{name}s", []))
    ]
    groups = [getattr(each, "workgroup", None) for each in found]
    return sorted({getattr(group, "name", group) for group in groups if group})


def _logs(operation: str, params: Params, region_account: str) -> list[str]:
    group = params.get("logGroupName")
    if group is None:
        return ["*"]
    stream = f"log-stream:{params['logStreamName']}" if "logStreamName" in params else "*"
    return [f"arn:aws:logs:{region_account}:log-group:{group}:{stream}"]


def _events(operation: str, params: Params, region_account: str) -> list[str]:
    if operation == "PutEvents":
        return [f"arn:aws:events:{region_account}:event-bus/default"]
    return [f"arn:aws:events:{region_account}:rule/{params['Name']}"] if "Name" in params else ["*"]


def _secretsmanager(operation: str, params: Params, region_account: str) -> list[str]:
    from moto.secretsmanager.models import secretsmanager_backends

    wanted = str(params.get("SecretId", "*"))
    region, account = region_account.split(":")
    secrets: Any = secretsmanager_backends[account][region].secrets
    return [secrets[wanted].arn if wanted in secrets else wanted]


def _lambda(operation: str, params: Params, region_account: str) -> list[str]:
    name = str(params.get("FunctionName", "*"))
    return [name if name.startswith("arn:") else f"arn:aws:lambda:{region_account}:function:{name}"]


def _rds(operation: str, params: Params, region_account: str) -> list[str]:
    name = params.get("DBInstanceIdentifier")
    return [f"arn:aws:rds:{region_account}:db:{name}"] if name else ["*"]


def _quicksight(operation: str, params: Params, region_account: str) -> list[str]:
    base = f"arn:aws:quicksight:{region_account}"
    if "IngestionId" in params:
        return [f"{base}:dataset/{params['DataSetId']}/ingestion/{params['IngestionId']}"]
    for name, kind in (
        ("DashboardId", "dashboard"),
        ("DataSetId", "dataset"),
        ("DataSourceId", "datasource"),
        ("ThemeId", "theme"),
    ):
        if name in params:
            return [f"{base}:{kind}/{params[name]}"]
    return ["*"]


def _sts(operation: str, params: Params, region_account: str) -> list[str]:
    return [params.get("RoleArn", "*")]


_RULES: dict[str, Rule] = {
    "glue": _glue,
    "states": _states,
    "sqs": _sqs,
    "sns": _sns,
    "dynamodb": _dynamodb,
    "athena": _athena,
    "logs": _logs,
    "events": _events,
    "secretsmanager": _secretsmanager,
    "lambda": _lambda,
    "rds": _rds,
    "quicksight": _quicksight,
    "sts": _sts,
}
