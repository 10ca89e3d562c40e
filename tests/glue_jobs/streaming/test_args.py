"""Arguments of a streaming job are read from its options."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from glue_jobs.streaming.args import StreamArguments, Trigger, run_id
from lake.errors import CaudalError

GIVEN = {
    "JOB_NAME": "caudal-dev-shop-stream", "domain": "shop", "env": "dev", "table": "clicks",
    "raw_bucket": "raw", "processed_bucket": "processed", "curated_bucket": "curated",
    "ledger_bucket": "ledger", "dpus": "0.5",
}  # fmt: skip


def test_options_have_defaults() -> None:
    given = StreamArguments.of(GIVEN, "r-1")
    assert (given.table, given.trigger, given.new_generation) == ("clicks", Trigger.AVAILABLE_NOW, False)
    assert given.job.execution == "r-1"


def test_options_are_parsed() -> None:
    options = {"trigger": "continuous", "max_files_per_trigger": "7", "new_generation": "TRUE"}
    given = StreamArguments.of({**GIVEN, **options}, "r-1")
    assert (given.trigger, given.max_files, given.new_generation) == (Trigger.CONTINUOUS, 7, True)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("trigger", "sometimes"), ("max_files_per_trigger", "0"), ("max_files_per_trigger", "many"),
        ("new_generation", "yes"),
    ],
)  # fmt: skip
def test_invalid_value_is_refused(option: str, value: str) -> None:
    with pytest.raises(CaudalError, match=value) as refused:
        StreamArguments.of({**GIVEN, option: value}, "r-1")
    assert f"--{option}" in str(refused.value)


def test_run_id_comes_from_glue_or_from_the_time() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert run_id(["job", "--JOB_RUN_ID", "jr_1"], now) == "jr_1"
    assert run_id(["job", "--JOB_RUN_ID=jr_2"], now) == "jr_2"
    assert run_id(["job"], now) == "r-20260102T030405000000"
