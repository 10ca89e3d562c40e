"""Findings of cdk-nag that are meant to be: each with the reason why."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Token, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accepts one finding (`AwsSolutions-S1`, `AwsSolutions-IAM5[Resource::*]`) on a construct."""
    # Without an account the finding's id is a token; cdk-nag always looks at a concrete environment.
    if not Token.is_unresolved(rule):
        Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_glue_logs(construct: IConstruct) -> None:
    """Logs of a job or crawler are encrypted by CloudWatch, not by a key of our own."""
    acknowledge(
        construct,
        "AwsSolutions-GL1",
        "CloudWatch encrypts logs at rest; they hold paths, counts and errors, no rows. A key of our own "
        "would cost $1 a month and make every log call depend on it.",
    )


def acknowledge_glue_bookmarks(construct: IConstruct) -> None:
    """The ledger records what was ingested; it lies in an encrypted bucket."""
    acknowledge(
        construct,
        "AwsSolutions-GL3",
        "Glue keeps no bookmark state for these jobs: the option steers the ledger in S3.",
    )
