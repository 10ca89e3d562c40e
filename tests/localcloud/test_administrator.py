"""The administrator's access key of a home folder."""

from __future__ import annotations

import errno
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from localcloud.administrator import FILE, administrator_of


def test_each_home_has_a_key_of_its_own_that_stays(tmp_path: Path) -> None:
    first, second = administrator_of(tmp_path / "a"), administrator_of(tmp_path / "b")
    assert first == administrator_of(tmp_path / "a")
    assert first.access_key != second.access_key
    assert first.secret_key != second.secret_key


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    administrator_of(tmp_path)
    assert stat.S_IMODE((tmp_path / "state" / FILE).stat().st_mode) == 0o600


def test_full_disk_leaves_no_half_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("localcloud.administrator.json", SimpleNamespace(dumps=full))
        with pytest.raises(OSError, match="No space left"):
            administrator_of(tmp_path)
    assert not (tmp_path / "state" / FILE).exists()
    assert administrator_of(tmp_path) == administrator_of(tmp_path)
