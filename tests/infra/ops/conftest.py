"""A session of a mocked AWS account, and templates that are synthesised once for the same arguments."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import application
from infra.ops import deploy
from tests.infra.assembly import REGION


@pytest.fixture(scope="package", autouse=True)
def kept_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let commands copy the templates of an earlier one: most tests ask for the same ones."""
    kept: dict[str, Path] = {}

    def synthesise(outdir: Path, **arguments: Any) -> Path:
        """Everything that the templates follow from is an argument; the sources do not change meanwhile."""
        key = repr(sorted(arguments.items()))
        if key in kept:
            shutil.copytree(kept[key], outdir)
            return outdir
        made = application.synthesise(outdir, **arguments)
        kept[key] = shutil.copytree(made, tmp_path_factory.mktemp("kept") / "cdk.out")
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deploy, "synthesise", synthesise)
        yield


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield boto3.Session(region_name=REGION)
