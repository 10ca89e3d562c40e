"""The administrator's access key of a home folder."""

from __future__ import annotations

import stat
from pathlib import Path

from localcloud.administrator import FILE, administrator_of


def test_each_home_has_a_key_of_its_own_that_stays(tmp_path: Path) -> None:
    first, second = administrator_of(tmp_path / "a"), administrator_of(tmp_path / "b")
    assert first == administrator_of(tmp_path / "a")
    assert first.access_key != second.access_key
    assert first.secret_key != second.secret_key


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    administrator_of(tmp_path)
    assert stat.S_IMODE((tmp_path / "state" / FILE).stat().st_mode) == 0o600
