"""The demo needs a folder with files of a domain."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.run import Demo
from localcloud.errors import LocalCloudError
from tests.demo.conftest import Output


def test_folder_without_a_domains_files_is_refused(tmp_path: Path, console: Output) -> None:
    (tmp_path / "landing" / "unknown").mkdir(parents=True)
    with pytest.raises(LocalCloudError, match="no subfolder that is named after a domain") as refused:
        Demo(tmp_path / "home", "dev", console).run(tmp_path / "landing")
    assert "Domains: cloud_provider, ecommerce." in str(refused.value)
    assert not (tmp_path / "home").exists()
