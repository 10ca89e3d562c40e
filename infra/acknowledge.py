"""Findings of cdk-nag that are meant to be: each with the reason why."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accepts one finding (`AwsSolutions-S1`, `AwsSolutions-IAM5[Resource::*]`) on a construct."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
