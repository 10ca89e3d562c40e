"""Log groups and how long they keep events."""

from __future__ import annotations

import pytest
from aws_cdk import App
from aws_cdk import Stack as CdkStack

from infra.foundation.logs import log_group
from lake.errors import UnknownNameError
from tests.infra.assembly import Stack


def test_log_groups_of_dev_keep_events_for_two_weeks(shop: Stack) -> None:
    assert {group["RetentionInDays"] for group in shop.of_type("AWS::Logs::LogGroup")} == {14}


def test_retention_period_that_cloudwatch_lacks_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="13"):
        log_group(CdkStack(App(), "Stack"), "Logs", name="jobs", days=13)
