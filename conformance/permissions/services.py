"""The grants that no recorded call needs: calls that AWS's services make by themselves in a role."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from conformance.permissions.kinds import Kind


@dataclass(frozen=True, kw_only=True)
class ServiceCalls:
    """Actions that a service performs in roles, on resources; `role` and `resource` are patterns with `*`."""

    role: str
    actions: tuple[str, ...]
    resource: str = "*"
    values: str = "*"
    """Pattern of the condition's value."""
    why: str
    source: str
    """Where AWS says so."""

    def covers(self, kind: Kind) -> bool:
        """Return whether a grant is one of these."""
        return (
            kind.action in self.actions
            and fnmatchcase(kind.role, self.role)
            and fnmatchcase(kind.resource, self.resource)
            and fnmatchcase(" ".join(value for _, value in kind.values), self.values)
        )


_JOBS = tuple(
    f"caudal-*-<domain>-{job}"
    for job in (
        "raw-to-processed",
        "processed-to-curated",
        "stream-<table>",
        "curated-to-rds",
        "train-anomaly-model",
    )
)
_CRAWLERS = "caudal-*-<domain>-*-crawler"
_STATE_MACHINES = "caudal-*-<domain>-*state-machine"
_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_GLUE_GUIDE = "https://docs.aws.amazon.com/glue/latest/dg"
_ATHENA_GUIDE = "https://docs.aws.amazon.com/athena/latest/ug"
_S3_HEAD = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"
_STATES_GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg"


def _of_jobs(role: str) -> tuple[ServiceCalls, ...]:
    return (
        ServiceCalls(
            role=role, actions=_LOGS, why="Glue writes a run's output to CloudWatch in the job's role.",
            source=f"{_GLUE_GUIDE}/monitor-continuous-logging.html",
        ),
        ServiceCalls(
            role=role, actions=("cloudwatch:PutMetricData",), values="Glue",
            why="Glue puts the metrics of a run in the job's role.",
            source=f"{_GLUE_GUIDE}/monitoring-awsglue-with-cloudwatch-metrics.html",
        ),
    )  # fmt: skip


AWS_ONLY: tuple[ServiceCalls, ...] = (
    *(calls for role in _JOBS for calls in _of_jobs(role)),
    *(
        ServiceCalls(
            role=f"caudal-*-<domain>-{function}", actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            why="Lambda writes a function's log in the function's role.",
            source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
        )
        for function in ("publish-marts", "reconcile-catalog")
    ),
    ServiceCalls(
        role="caudal-*-office-hours", actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        why="Lambda writes a function's log in the function's role.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    ),
    ServiceCalls(
        role="caudal-*-<domain>-curated-to-rds",
        actions=(
            "glue:GetConnection", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
            "ec2:CreateTags", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcEndpoints",
            "ec2:DescribeVpcAttribute", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
        ),
        why="Glue reads the connection of a job, and makes the network interfaces of its workers, in the "
        "job's role.",
        source=f"{_GLUE_GUIDE}/getting-started-access.html",
    ),
    ServiceCalls(
        role="caudal-*-<domain>-curated-to-rds",
        actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"),
        resource="arn:aws:s3:::caudal-*-artifacts-*",
        why="Spark writes a run's event log in the job's role; the history on S3A does not run this job.",
        source=f"{_GLUE_GUIDE}/monitor-spark-ui-jobs.html",
    ),
    ServiceCalls(
        role=_CRAWLERS, actions=_LOGS, why="A crawler writes its log in its role.",
        source=f"{_GLUE_GUIDE}/crawler-prereqs.html",
    ),
    ServiceCalls(
        role=_CRAWLERS, actions=("s3:GetBucketLocation", "s3:GetBucketAcl"),
        why="A crawler asks for them of each bucket that it crawls (policy AWSGlueServiceRole).",
        source=f"{_GLUE_GUIDE}/create-service-policy.html",
    ),
    ServiceCalls(
        role=_CRAWLERS,
        actions=(
            "glue:GetDatabase", "glue:GetTables", "glue:GetPartition", "glue:BatchGetPartition",
            "glue:CreatePartition", "glue:BatchCreatePartition", "glue:UpdatePartition", "glue:UpdateTable",
        ),
        why="A crawler reads databases, tables and partitions, adds and updates partitions, and stores its "
        "statistics in the table. The local crawler makes only the calls that its result needs.",
        source=f"{_GLUE_GUIDE}/crawler-prereqs.html",
    ),
    ServiceCalls(
        role=_CRAWLERS, actions=("s3:ListBucket",), values="true",
        why="S3 answers a crawler's HEAD of a missing key with 404 only if it may list; AWS does not say "
        "which keys a crawler asks for.",
        source=_S3_HEAD,
    ),
    ServiceCalls(
        role=_STATE_MACHINES, actions=("glue:GetJobRuns", "glue:BatchStopJobRun"),
        why="Step Functions watches a job that it runs (.sync), and stops it with the execution.",
        source=f"{_STATES_GUIDE}/connect-glue.html",
    ),
    ServiceCalls(
        role=_STATE_MACHINES,
        actions=(
            "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
        ),
        why="Step Functions delivers the log of executions in the role.",
        source=f"{_STATES_GUIDE}/cw-logs.html",
    ),
    ServiceCalls(
        role=_STATE_MACHINES,
        actions=(
            "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
        ),
        why="Step Functions sends traces in the role.",
        source=f"{_STATES_GUIDE}/concepts-xray-tracing.html",
    ),
    ServiceCalls(
        role="caudal-*-<domain>-pipe", actions=("sqs:GetQueueAttributes",),
        why="EventBridge Pipes watches the queue that it reads.",
        source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html",
    ),
    *(
        calls
        for role in ("caudal-*-<domain>-analyst", "caudal-*-<domain>-quicksight", "caudal-*-steward")
        for calls in (
            ServiceCalls(
                role=role, actions=("glue:GetPartition",),
                why="Athena may read single partitions.",
                source=f"{_ATHENA_GUIDE}/fine-grained-access-to-glue-resources.html",
            ),
            ServiceCalls(
                role=role,
                actions=("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
                resource="arn:aws:s3:::caudal-*-athena-*",
                why="Athena writes large results in parts (policy AmazonAthenaFullAccess).",
                source=f"{_ATHENA_GUIDE}/managed-policies.html",
            ),
            ServiceCalls(
                role=role, actions=("s3:ListBucket",), values="true",
                why="S3 answers Athena's HEAD of a missing key with 404 only if the caller may list; AWS "
                "does not say which keys Athena asks for (policy AmazonAthenaFullAccess has no condition).",
                source=_S3_HEAD,
            ),
        )
    ),
    *(
        ServiceCalls(
            role=f"caudal-*-<domain>-{person}", actions=("s3:ListBucket",),
            resource="arn:aws:s3:::caudal-*-athena-*",
            why="Athena lists its results (policy AmazonAthenaFullAccess).",
            source=f"{_ATHENA_GUIDE}/managed-policies.html",
        )
        for person in ("analyst", "quicksight")
    ),
    ServiceCalls(
        role="caudal-*-<domain>-quicksight",
        actions=(
            "athena:StopQueryExecution", "athena:GetQueryResultsStream", "athena:BatchGetQueryExecution",
            "athena:GetDataCatalog", "glue:GetTables",
        ),
        why="QuickSight stops the queries of visuals that a reader leaves, streams results and looks the "
        "catalog up with Athena's driver, and lists tables for authors (policy AWSQuicksightAthenaAccess).",
        source=f"{_ATHENA_GUIDE}/managed-policies.html",
    ),
)  # fmt: skip
