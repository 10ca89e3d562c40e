"""Preparation of browser tests: what is missing is installed by root, and told to others."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import browser, steps


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """A machine with apt and without a browser; returns the commands that are run."""
    ran: list[list[str]] = []
    monkeypatch.setattr(
        "scripts.browser.shutil.which", lambda name: None if name in browser.CHROMIUM else f"/bin/{name}"
    )
    monkeypatch.setattr(steps, "run", lambda command, extra=None: ran.append([str(part) for part in command]))
    return ran


def test_root_installs_chromium_with_apt(
    nothing_installed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert browser.install_chromium() is None
    assert [command[-1] for command in nothing_installed] == ["update", "chromium"]


def test_other_users_are_told_the_command(
    nothing_installed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert browser.install_chromium() == (
        "there is no Chromium (`sudo apt-get update && sudo apt-get install -y chromium`): "
        "these tests are skipped"
    )
    assert nothing_installed == []


@pytest.mark.parametrize(("required", "code"), [("", 0), ("required", 1)])
def test_a_missing_browser_fails_only_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], required: str, code: int
) -> None:
    monkeypatch.setenv("CAUDAL_BROWSER", required)
    monkeypatch.setattr(browser, "install_chromium", lambda: "there is no Chromium")
    assert browser.main() == code
    assert capsys.readouterr().err == "browser tests: there is no Chromium\n"
