"""Sessions share the models of services, unless one has models of its own."""

from __future__ import annotations

from pathlib import Path

import boto3
import botocore.session
import pytest

from localcloud.execution.spark_child.service_models import shared_loader


def loader_of(session: boto3.Session) -> object:
    return session._session.get_component("data_loader")


def test_sessions_have_the_same_loader() -> None:
    assert loader_of(boto3.Session()) is loader_of(boto3.Session())
    assert botocore.session.get_session().get_component("data_loader") is loader_of(boto3.Session())


def test_session_with_folders_of_its_own_has_its_own_loader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    loader = loader_of(boto3.Session())
    assert str(tmp_path) in loader.search_paths  # type: ignore[attr-defined]
    monkeypatch.delenv("AWS_DATA_PATH")
    assert loader_of(boto3.Session()) is not loader


def test_folders_do_not_grow_with_the_sessions() -> None:
    loader = shared_loader()
    before = list(loader.search_paths)
    loader.search_paths.append("/models")
    loader.search_paths.append("/models")
    assert loader.search_paths == [*before, "/models"]
