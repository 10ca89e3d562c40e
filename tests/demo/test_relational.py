"""Without a MariaDB server the demo says so in one line and goes on; domains without a copy print nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import relational
from demo.relational import show_asleep, show_relational
from lake.model.discovery import load_domain
from lake.naming import Names
from localcloud.server import LocalCloud
from tests.demo.conftest import Output


@pytest.fixture
def cloud(tmp_path: Path) -> LocalCloud:
    """A cloud that does not run: any call of it raises."""
    return LocalCloud(tmp_path)


def test_missing_server_is_told_in_one_line(
    cloud: LocalCloud, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relational, "is_installed", lambda: False)
    domain = load_domain("ecommerce")
    show_relational(cloud, domain, names, console)
    show_asleep(cloud, [domain], names, console)
    _, line = console.lines
    assert line == (
        "There is no MariaDB server, so nothing was loaded: install mariadb-server-core mariadb-client-core."
    )


def test_domain_without_relational_tables_prints_nothing(
    cloud: LocalCloud, names: Names, console: Output
) -> None:
    domain = load_domain("cloud_provider")
    show_relational(cloud, domain, names, console)
    show_asleep(cloud, [domain], names, console)
    assert console.lines == []
