"""Signing in for each domain: one that may not be read is left out, and told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard import connection
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.dashboard.conftest import packages
from tests.dashboard.gold import NAMES
from uploader.errors import UploadError

__all__ = ["packages"]

DOMAINS = (load_domain("cloud_provider"), load_domain("ecommerce"))


def refusing(monkeypatch: pytest.MonkeyPatch, *refused: str) -> None:
    """Let the roles of some domains be refused."""

    def sign_in(*, role: Any, **options: Any) -> Any:
        name = role(NAMES)
        for domain in refused:
            if name == NAMES.role(domain, "analyst"):
                raise UploadError(f"the role {name} may not be taken.", where="sign-in", hint="Ask for it.")
        session = SimpleNamespace(client=lambda service, **options: service)
        return SimpleNamespace(session=session, options={}, names=NAMES, caller="arn")

    monkeypatch.setattr(connection, "sign_in", sign_in)
    monkeypatch.setattr(
        connection,
        "session_for",
        lambda **options: (SimpleNamespace(client=lambda *names, **options: None), {}, "dev"),
    )


def site(report: list[str]) -> Any:
    return connection.connect(
        DOMAINS, env="dev", profile="p", region=None, home=None, assume=True, report=report.append
    )


def test_a_domain_whose_role_is_refused_is_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch, packages: Path
) -> None:
    refusing(monkeypatch, "cloud_provider")
    said: list[str] = []
    assert [domain.name for domain in site(said).domains] == ["ecommerce"]
    [line] = said
    assert line.startswith("cloud_provider is left out: ")
    assert "may not be taken" in line
    assert "Ask for it." in line


def test_without_any_domain_the_first_refusal_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, "cloud_provider", "ecommerce")
    with pytest.raises(UploadError, match=Names.role(NAMES, "cloud_provider", "analyst")):
        site([])


def test_all_domains_are_shown_where_all_may_be_read(monkeypatch: pytest.MonkeyPatch, packages: Path) -> None:
    refusing(monkeypatch)
    said: list[str] = []
    found = site(said)
    assert set(found.datasets) == {"cloud_provider", "ecommerce"}
    assert set(found.served) == {"cloud_provider"}
    assert said == []
