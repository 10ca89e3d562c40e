"""CloudWatch log groups with a retention period."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from lake.errors import UnknownNameError

_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def log_group(
    scope: Construct, id: str, *, name: str, days: int, key: kms.IKey | None = None
) -> logs.LogGroup:
    """Return a log group that keeps events for `days`, encrypted with `key` or CloudWatch's own one.

    Raises UnknownNameError if CloudWatch does not offer that retention period.
    """
    if days not in _RETENTION:
        raise UnknownNameError("log retention in days", str(days), [str(known) for known in _RETENTION])
    return logs.LogGroup(
        scope,
        id,
        log_group_name=name,
        retention=_RETENTION[days],
        removal_policy=RemovalPolicy.DESTROY,
        encryption_key=key,
    )
