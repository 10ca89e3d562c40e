"""The demo needs a folder with files of a domain, and prints why an execution failed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event

import pytest
from rich.console import Console

from demo.domain import print_detail, print_failure
from demo.run import Demo
from lake.model.discovery import load_domain
from lake.model.spec import Domain
from lake.naming import Names
from localcloud.client import FollowedExecution
from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
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


class FakeRun:
    """A domain's run that prints, and ends as ENDS says.

    The second domain begins when the first one lets it, which is before its end.
    """

    ends: Mapping[str, bool | BaseException] = {}
    has_begun: Event

    def __init__(
        self,
        _cloud: object,
        domain: Domain,
        _names: object,
        console: Console,
        *,
        answers_early: bool,
        is_leading: Event,
    ) -> None:
        assert answers_early
        self.domain, self.console, self.is_leading = domain, console, is_leading

    def run(self, folder: Path) -> bool:
        self.console.print(f"{folder.name} runs")
        if self.domain.name == "cloud_provider":
            assert not FakeRun.has_begun.is_set()
            self.is_leading.set()
            assert FakeRun.has_begun.wait(30)
        FakeRun.has_begun.set()
        end = FakeRun.ends[self.domain.name]
        if isinstance(end, BaseException):
            raise end
        return end

    def report(self) -> None:
        self.console.print(f"{self.domain.name} answers")


@pytest.mark.parametrize(
    ("in_raw", "has_new"),
    [
        ((), True),
        (("cloud_provider/usage_events/a.jsonl",), True),
        (("cloud_provider/usage_events/a.jsonl", "cloud_provider/usage_events/x/b.jsonl"), False),
        # Files of the same names, but not of this stream.
        (("cloud_provider/usage_events/a.jsonl", "ecommerce/usage_events/b.jsonl"), True),
        (("cloud_provider/users/a.jsonl", "cloud_provider/usage_events/b.jsonl"), True),
    ],
)
def test_events_are_new_if_their_stream_lacks_a_file_of_their_name(
    tmp_path: Path, console: Output, names: Names, in_raw: tuple[str, ...], has_new: bool
) -> None:
    provider = load_domain("cloud_provider")
    folder, *_ = (
        folder for table in provider.stream_tables if table.stream for folder in table.stream.folders
    )
    landed = [f"landing/cloud_provider/{folder}/{name}" for name in ("a.jsonl", "b.jsonl")]
    raw = [f"home/s3/{names.raw_bucket}/{file}" for file in in_raw]
    for file in (*landed, *raw, "landing/cloud_provider/users.csv"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    demo = Demo(tmp_path / "home", "dev", console)
    assert demo._has_new_events([provider], tmp_path / "landing") == has_new


def run_domains(
    tmp_path: Path, console: Output, monkeypatch: pytest.MonkeyPatch, *ends: bool | BaseException
) -> bool:
    """Run both domains, which end so, beside each other."""
    monkeypatch.setattr("demo.run.DomainRun", FakeRun)
    domains = [load_domain(name) for name in ("cloud_provider", "ecommerce")]
    FakeRun.ends = {domain.name: end for domain, end in zip(domains, ends, strict=True)}
    FakeRun.has_begun = Event()
    demo = Demo(tmp_path, "dev", console)
    demo._console = console
    return demo._all_domains(LocalCloud(tmp_path), domains, tmp_path)


PROVIDER, SHOP = (["cloud_provider runs"], ["ecommerce runs"])
PROVIDER_ANSWERS, SHOP_ANSWERS = (["cloud_provider answers"], ["ecommerce answers"])


@pytest.mark.parametrize("ends", [(True, True), (False, True), (True, False)])
def test_domains_print_one_after_the_other(
    tmp_path: Path, console: Output, monkeypatch: pytest.MonkeyPatch, ends: tuple[bool, bool]
) -> None:
    assert run_domains(tmp_path, console, monkeypatch, *ends) == all(ends)
    assert console.lines == PROVIDER + PROVIDER_ANSWERS + SHOP + SHOP_ANSWERS


def test_error_of_the_first_domain_does_not_lose_the_second(
    tmp_path: Path, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LocalCloudError, match="no execution started"):
        run_domains(tmp_path, console, monkeypatch, LocalCloudError("no execution started", where="x"), True)
    stopped = ["✗ cloud_provider stopped x: no execution started"]
    assert console.lines == PROVIDER + stopped + SHOP + SHOP_ANSWERS


def test_errors_of_all_domains_are_printed_and_the_first_is_raised(
    tmp_path: Path, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="one"):
        run_domains(tmp_path, console, monkeypatch, ValueError("one"), KeyError("[/x]"))
    assert console.lines == [
        *PROVIDER, "✗ cloud_provider stopped ValueError: one", *SHOP, "✗ ecommerce stopped KeyError: '[/x]'",
    ]  # fmt: skip


def test_interrupt_prints_what_the_second_domain_has(
    tmp_path: Path, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_domains(tmp_path, console, monkeypatch, KeyboardInterrupt(), True)
    assert console.lines[:2] == PROVIDER + SHOP
