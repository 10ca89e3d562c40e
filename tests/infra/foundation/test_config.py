"""Settings of the environments and their limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.foundation.config import CONFIGS, PIPE_BATCH_LIMIT, ConfigError, config_for
from lake.errors import UnknownNameError


def test_data_is_deleted_only_if_environment_and_caller_agree() -> None:
    assert config_for("dev", delete_data=True).destroys_data
    assert not config_for("dev").destroys_data
    assert not config_for("prod", delete_data=True).destroys_data


def test_error_of_an_unknown_environment_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="dev, prod"):
        config_for("staging")


@pytest.mark.parametrize("env", sorted(CONFIGS))
def test_batch_of_keys_fits_into_an_execution(env: str) -> None:
    config = CONFIGS[env]
    longest_key = 1024 + len('{"key": ""},')
    assert config.batch_size <= PIPE_BATCH_LIMIT
    assert config.batch_size * longest_key < 262_144
    assert config.batch_window_seconds <= 300
    assert config.workers >= 2


@pytest.mark.parametrize(
    "arn",
    [
        "analysts",
        "arn:aws:iam::123456789012:user/someone",
        "arn:aws:quicksight:us-east-1:123456789012:namespace/default",
        "arn:aws:quicksight:us-east-1:123456789012:group/default/",
    ],
)
def test_principal_that_is_no_user_or_group_of_quicksight_is_refused(arn: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config_for("dev", quicksight=arn)
    assert f"'{arn}' is not the ARN of a QuickSight user or group." in str(refused.value)
    assert "`aws quicksight list-groups" in str(refused.value)


@pytest.mark.parametrize("who", ["group/default/analysts", "user/default/Admin/some.one@example.org"])
def test_user_or_group_of_quicksight_is_accepted(who: str) -> None:
    arn = f"arn:aws:quicksight:eu-west-1:123456789012:{who}"
    assert config_for("dev", quicksight=arn).quicksight == arn


def test_unknown_rule_for_trainings_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="monthly, never"):
        config_for("dev", training="weekly")


@pytest.mark.parametrize(("day", "hour"), [(0, 4), (29, 4), (2, 24), (2, -1)])
def test_training_has_a_day_of_every_month_and_an_hour(day: int, hour: int) -> None:
    with pytest.raises(ConfigError, match=f"cannot be trained on day {day} at {hour} of each month"):
        replace(config_for("dev"), training_day=day, training_hour=hour)
    assert replace(config_for("dev"), training_day=28, training_hour=23).training == "monthly"


def test_unknown_trigger_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="available-now"):
        replace(config_for("dev"), stream_trigger="sometimes")
