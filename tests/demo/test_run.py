"""The demo needs a folder with files of a domain, and prints why an execution failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.domain import print_detail, print_failure
from demo.run import SHORT_BYTES, Demo
from lake.naming import Names
from localcloud.client import FollowedExecution
from localcloud.errors import LocalCloudError
from tests.demo.conftest import Output


def test_folder_without_a_domains_files_is_refused(tmp_path: Path, console: Output) -> None:
    (tmp_path / "landing" / "unknown").mkdir(parents=True)
    with pytest.raises(LocalCloudError, match="no subfolder that is named after a domain") as refused:
        Demo(tmp_path / "home", "dev", console).run(tmp_path / "landing")
    assert "Domains: cloud_provider, ecommerce." in str(refused.value)
    assert not (tmp_path / "home").exists()


def test_cause_of_a_failure_is_printed_as_it_is(tmp_path: Path, console: Output) -> None:
    cause = "KeyError: ['[/x]', [red]1[/]] at [row 3]"
    print_failure(FollowedExecution("arn:x1", status="FAILED", cause=cause), console)
    print_detail(f"templates written to {tmp_path.name}/[/x]", console)
    assert console.lines == [
        f"✗ FAILED {cause}",
        f"templates written to {tmp_path.name}/[/x]",
    ]


@pytest.mark.parametrize(
    ("ingested", "is_short"), [(0, True), (SHORT_BYTES // 2, True), (SHORT_BYTES, False)]
)
def test_files_of_the_lake_count_towards_the_length_of_a_run(
    tmp_path: Path, console: Output, names: Names, ingested: int, is_short: bool
) -> None:
    for folder, size in (("landing", SHORT_BYTES // 2), (f"home/s3/{names.raw_bucket}", ingested)):
        file = tmp_path / folder / "ecommerce" / "orders.csv"
        file.parent.mkdir(parents=True)
        with file.open("wb") as sparse:
            sparse.truncate(size)
    assert Demo(tmp_path / "home", "dev", console)._is_short(tmp_path / "landing") == is_short
