"""The context hands out clients of the running server, and records failures of background work."""

from __future__ import annotations

import errno
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localcloud.context import Context, Failure
from localcloud.errors import LocalCloudError


@pytest.fixture
def context(tmp_path: Path) -> Context:
    context = Context(home=tmp_path)
    context.state_dir.mkdir()
    return context


def test_client_needs_a_running_server(context: Context) -> None:
    with pytest.raises(LocalCloudError, match="the server is not running"):
        context.client("s3")


def test_clients_are_cached_until_the_server_stops(context: Context) -> None:
    context.endpoint = "http://127.0.0.1:1"
    client = context.client("s3")
    assert client.meta.endpoint_url == context.endpoint
    assert context.client("s3") is client
    context.disconnect()
    assert context.endpoint == ""
    context.endpoint = "http://127.0.0.1:2"
    assert context.client("s3") is not client


def test_administrator_has_the_key_of_the_home(context: Context) -> None:
    key = context.administrator
    expected = {"aws_access_key_id": key.access_key, "aws_secret_access_key": key.secret_key}
    assert context.credentials() == expected
    assert Context(home=context.home).credentials() == expected


def test_credentials_of_a_role_need_iam(context: Context) -> None:
    with pytest.raises(LocalCloudError, match="IAM is not installed"):
        context.credentials("arn:role")


def test_adoption_needs_file_backed_s3(context: Context) -> None:
    with pytest.raises(LocalCloudError, match="file-backed S3 is not installed"):
        context.adopt()


def test_calls_are_authorised_by_the_installed_authoriser(context: Context) -> None:
    assert context.authorise("arn:role", "s3:PutObject", "arn:object")
    context.authoriser = lambda roles, action, resource, keys: (
        (roles, action) == (["arn:role"], "s3:GetObject")
    )
    assert context.authorise("arn:role", "s3:GetObject", "arn:object")
    assert not context.authorise("arn:role", "s3:PutObject", "arn:object")


def test_roles_are_writers_while_their_jobs_write(context: Context) -> None:
    with context.writing("a"), context.writing("b"), context.writing("a"):
        assert context.writers == {"a": 2, "b": 1}
    assert list(context.writers) == []


def test_background_work_is_counted(context: Context) -> None:
    assert not context.is_busy()
    with context.working("shop-crawler"):
        with context.working(), context.working("shop-crawler"):
            assert context.is_busy()
        assert context.is_busy({"shop-crawler", "shop"})
        assert not context.is_busy({"shop", "shop-crawler-2"})
    assert not context.is_busy()
    assert not context.is_busy({"shop-crawler", ""})


def test_requests_of_all_threads_are_counted_and_may_be_read_at_any_time(context: Context) -> None:
    def request(number: int) -> int:
        context.count_request("arn:role", f"Action{number}")
        context.count_request("", "GetObject")
        return context.counted_requests().total()

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(request, range(400))) <= 800
    found = context.counted_requests()
    assert (found["", "GetObject"], found["arn:role", "Action7"], found.total()) == (400, 1, 800)
    found.clear()
    assert context.counted_requests().total() == 800


def test_failure_is_kept_and_recorded(context: Context) -> None:
    context.report("rule r", ValueError("no queue"))
    assert context.failures == [Failure("", "rule r: no queue")]
    (line,) = (context.state_dir / "failures.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["where"], entry["error"]) == ("rule r", "no queue")
    assert entry["time"].endswith("+00:00")


def test_failures_are_taken_by_those_who_wait_for_their_resource(context: Context) -> None:
    for name in ("shop", "shop-eu", "", "shop"):
        context.report(f"rule {name or 'of all'}", "no queue", of=name)
    assert context.take_failures({"shop"}) == [
        "rule shop: no queue", "rule of all: no queue", "rule shop: no queue",
    ]  # fmt: skip
    assert context.take_failures({"shop"}) == []
    assert context.take_failures() == ["rule shop-eu: no queue"]
    assert context.failures == []


@pytest.mark.parametrize("message", ["No space left on device", "there is no space for the whole line"])
def test_record_on_a_full_disk_keeps_the_whole_lines_of_its_file(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, message: str
) -> None:
    """A write fails, or writes less than it was given."""
    context.record("mail", {"number": 1})
    file = context.state_dir / "mail.jsonl"

    class Full(io.FileIO):
        def write(self, data: Any) -> int:
            written = super().write(data[:5])
            if "left on device" in message:
                raise OSError(errno.ENOSPC, message)
            return written

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode, buffering: Full(path, "a"))
        context.record("mail", {"number": 2})
    assert file.read_text().count("\n") == 1
    assert '"number": 2' in caplog.text
    assert message in caplog.text
    context.record("mail", {"number": 3})
    assert [json.loads(line)["number"] for line in file.read_text().splitlines()] == [1, 3]
