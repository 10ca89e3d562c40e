"""Job arguments as Glue passes them to a job."""

from __future__ import annotations

import pytest

from glue_jobs.runtime.args import Bookmark, JobArguments, bookmark_option
from lake.errors import CaudalError

GIVEN = {
    "JOB_NAME": "job", "domain": "toy", "env": "dev", "execution": "x", "raw_bucket": "r",
    "processed_bucket": "p", "curated_bucket": "c", "ledger_bucket": "l", "dpus": "2",
}  # fmt: skip


def test_by_default_a_run_takes_new_files_and_touched_partitions() -> None:
    args = JobArguments.of(GIVEN)
    assert (args.job_name, args.domain, args.curated_bucket) == ("job", "toy", "c")
    assert (args.bookmark, args.full_refresh) == (Bookmark.ENABLE, False)


@pytest.mark.parametrize("bookmark", Bookmark)
def test_bookmark_options_are_those_of_glue(bookmark: Bookmark) -> None:
    assert JobArguments.of({**GIVEN, "job-bookmark-option": bookmark.value}).bookmark is bookmark


@pytest.mark.parametrize("name", ["full_refresh", "serving"])
@pytest.mark.parametrize(("text", "value"), [("true", True), ("True", True), ("false", False)])
def test_flags_are_booleans(name: str, text: str, value: bool) -> None:
    assert getattr(JobArguments.of({**GIVEN, name: text}), name) is value


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "job-bookmark-option",
            "enable",
            r"--job-bookmark-option: 'enable' is not a bookmark option\. Use one of job-",
        ),
        ("dpus", "two", r"--dpus: 'two' is no number\. Give a number of DPUs"),
        ("full_refresh", "yes", r"--full_refresh: 'yes' is neither true nor false\. Use true or false"),
    ],
)
def test_unknown_value_is_an_error(name: str, value: str, message: str) -> None:
    with pytest.raises(CaudalError, match=message):
        JobArguments.of({**GIVEN, name: value})


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (
            ["job.py", "--job-bookmark-option", "job-bookmark-pause"],
            {"job-bookmark-option": "job-bookmark-pause"},
        ),
        (
            ["job.py", "--job-bookmark-option=job-bookmark-disable"],
            {"job-bookmark-option": "job-bookmark-disable"},
        ),
        (["job.py", "--domain", "toy"], {}),
    ],
)
def test_bookmark_option_is_read_from_the_command_line(argv: list[str], found: dict[str, str]) -> None:
    assert bookmark_option(argv) == found
