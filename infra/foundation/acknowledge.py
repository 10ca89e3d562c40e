"""Acknowledge cdk-nag findings that are intended, each with its reason."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Token, Validations
from constructs import IConstruct

from lake.errors import CaudalError


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept one finding (`AwsSolutions-S1`, `AwsSolutions-IAM5[Resource::*]`) on a construct.

    Raises CaudalError without a reason.
    """
    if not reason.strip():
        raise CaudalError(
            f"{rule} is acknowledged without a reason.",
            where=construct.node.path,
            hint="Say why the finding is intended: `why` of Role.allow, or `reason`.",
        )
    # Without an account the finding's id is an unresolved token. cdk-nag runs with an account only.
    if not Token.is_unresolved(rule):
        Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_glue_logs(construct: IConstruct) -> None:
    """Accept that CloudWatch's own key encrypts the logs of a job or crawler."""
    acknowledge(
        construct,
        "AwsSolutions-GL1",
        "CloudWatch encrypts logs at rest; they hold paths, counts and errors, no rows. A customer managed "
        "key would cost $1 a month and every log call would depend on it.",
    )


def acknowledge_glue_bookmarks(construct: IConstruct) -> None:
    """Accept that a job has no bookmark encryption: it records ingested files in the ledger instead."""
    acknowledge(
        construct,
        "AwsSolutions-GL3",
        "Glue keeps no bookmark state for these jobs: the bookmark option controls the ledger, which lies "
        "in an encrypted bucket.",
    )
