"""The stand-in for awsglue behaves as the real package does."""

from __future__ import annotations

import pytest

from localcloud.execution.awsglue.job import Job
from localcloud.execution.awsglue.utils import GlueArgumentError, getResolvedOptions


def test_asked_for_options_come_by_name_and_others_are_ignored() -> None:
    found = getResolvedOptions(
        ["script.py", "--bucket", "b", "--more=x=y", "--JOB_NAME", "j", "--JOB_RUN_ID", "r", "--other", "o"],
        ["JOB_NAME", "bucket", "more"],
    )

    assert (found["bucket"], found["more"], found["JOB_NAME"], found["JOB_RUN_ID"]) == ("b", "x=y", "j", "r")
    assert "other" not in found


def test_the_bookmark_option_always_comes_along() -> None:
    assert getResolvedOptions(["s"], [])["job_bookmark_option"] == "job-bookmark-disable"
    enabled = getResolvedOptions(["s", "--job-bookmark-option", "job-bookmark-enable"], [])
    assert enabled["job_bookmark_option"] == "job-bookmark-enable"


def test_dashes_in_names_become_underscores() -> None:
    assert getResolvedOptions(["s", "--raw-bucket", "b"], ["raw-bucket"])["raw_bucket"] == "b"


@pytest.mark.parametrize("args", [["s"], ["s", "--buck", "b"], ["s", "--bucket"]])
def test_a_missing_option_is_an_error(args: list[str]) -> None:
    with pytest.raises(GlueArgumentError, match="bucket"):
        getResolvedOptions(args, ["bucket"])


@pytest.mark.parametrize("name", ["JOB_RUN_ID", "job-bookmark-option", "encryption-type"])
def test_what_glue_keeps_for_itself_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(RuntimeError, match=name):
        getResolvedOptions(["s"], [name])


def test_an_unknown_bookmark_option_is_an_error() -> None:
    with pytest.raises(GlueArgumentError, match="invalid choice"):
        getResolvedOptions(["s", "--job-bookmark-option", "sometimes"], [])


def test_a_job_is_committed_after_it_was_begun() -> None:
    job = Job(glue_context=None)
    with pytest.raises(RuntimeError, match="before"):
        job.commit()

    job.init("job", {"a": "b"})
    job.commit()

    assert job.committed
