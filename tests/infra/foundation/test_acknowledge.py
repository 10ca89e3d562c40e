"""Findings of cdk-nag are acknowledged with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_cdk import App, Aws, Stack
from aws_cdk import aws_s3 as s3

from infra.foundation.acknowledge import acknowledge
from lake.errors import CaudalError

REASON = "The bucket holds no data."


@pytest.mark.parametrize(
    ("finding", "is_recorded"),
    [
        ("AwsSolutions-S1", True),
        # An id with an unresolved token matches no finding of cdk-nag.
        (f"AwsSolutions-IAM5[{Aws.ACCOUNT_ID}]", False),
    ],
    ids=["known", "unresolved token"],
)
def test_finding_is_acknowledged_with_its_reason_if_its_id_is_known(
    tmp_path: Path, finding: str, is_recorded: bool
) -> None:
    app = App(outdir=str(tmp_path))
    acknowledge(s3.Bucket(Stack(app, "Stack"), "Bucket"), finding, REASON)
    app.synth()
    written = "".join(path.read_text() for path in tmp_path.glob("*.json"))
    assert (REASON in written) is is_recorded


def test_finding_cannot_be_acknowledged_without_a_reason() -> None:
    with pytest.raises(
        CaudalError, match=r"Stack/Bucket: AwsSolutions-S1 is acknowledged without a reason\. Say"
    ):
        acknowledge(s3.Bucket(Stack(App(), "Stack"), "Bucket"), "AwsSolutions-S1", " ")
