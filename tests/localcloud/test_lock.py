"""Only one local cloud at a time uses a home folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.errors import LocalCloudError
from localcloud.lock import HomeLock, is_held


def test_held_folder_is_refused_until_it_is_released(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    assert is_held(tmp_path)
    with pytest.raises(LocalCloudError, match="another local cloud uses this folder"):
        HomeLock(tmp_path)
    lock.release()
    assert not is_held(tmp_path)


def test_unused_folder_is_free_and_not_created(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "new")
    assert not (tmp_path / "new").exists()
