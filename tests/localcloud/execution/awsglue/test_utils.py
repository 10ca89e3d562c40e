"""`getResolvedOptions` behaves as in the package of AWS Glue."""

from __future__ import annotations

import pytest

from localcloud.execution.awsglue.utils import GlueArgumentError, getResolvedOptions


def test_requested_options_are_returned_and_others_ignored() -> None:
    found = getResolvedOptions(
        ["script.py", "--bucket", "b", "--more=x=y", "--JOB_NAME", "j", "--JOB_RUN_ID", "r", "--other", "o"],
        ["JOB_NAME", "bucket", "more"],
    )

    assert (found["bucket"], found["more"], found["JOB_NAME"], found["JOB_RUN_ID"]) == ("b", "x=y", "j", "r")
    assert "other" not in found


def test_bookmark_option_is_always_returned() -> None:
    assert getResolvedOptions(["s"], [])["job_bookmark_option"] == "job-bookmark-disable"
    enabled = getResolvedOptions(["s", "--job-bookmark-option", "job-bookmark-enable"], [])
    assert enabled["job_bookmark_option"] == "job-bookmark-enable"


def test_dashes_in_names_become_underscores() -> None:
    assert getResolvedOptions(["s", "--raw-bucket", "b"], ["raw-bucket"])["raw_bucket"] == "b"


@pytest.mark.parametrize("args", [["s"], ["s", "--buck", "b"], ["s", "--bucket"]])
def test_missing_option_is_an_error(args: list[str]) -> None:
    with pytest.raises(GlueArgumentError, match="bucket"):
        getResolvedOptions(args, ["bucket"])


@pytest.mark.parametrize("name", ["JOB_RUN_ID", "job-bookmark-option", "encryption-type"])
def test_reserved_option_cannot_be_requested(name: str) -> None:
    with pytest.raises(RuntimeError, match=name):
        getResolvedOptions(["s"], [name])


def test_unknown_bookmark_option_is_an_error() -> None:
    with pytest.raises(GlueArgumentError, match="invalid choice"):
        getResolvedOptions(["s", "--job-bookmark-option", "sometimes"], [])
