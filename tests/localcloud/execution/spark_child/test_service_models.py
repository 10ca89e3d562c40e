"""Sessions of the worker's runs read each model of a service once."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import botocore.session
import pytest

from localcloud.execution.spark_child.service_models import read_once

MODEL = {
    "metadata": {"endpointPrefix": "own", "protocol": "json", "serviceId": "Own"},
    "operations": {},
    "shapes": {},
}


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.session, "create_loader", botocore.session.create_loader)


def test_sessions_share_what_they_have_read_and_search_each_folder_once() -> None:
    read_once()
    first, second = (boto3.Session(region_name="eu-west-1") for _ in range(2))
    loaders = [session._session.get_component("data_loader") for session in (first, second)]
    assert loaders[0] is loaders[1]
    assert len(loaders[0].search_paths) == len(set(loaders[0].search_paths))
    model = [loader.load_service_model("sqs", "service-2") for loader in loaders]
    assert model[0] is model[1]


def test_session_with_folders_of_its_own_finds_its_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_once()
    (tmp_path / "own" / "2026-01-01").mkdir(parents=True)
    (tmp_path / "own" / "2026-01-01" / "service-2.json").write_text(json.dumps(MODEL))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert "own" in boto3.Session(region_name="eu-west-1").get_available_services()
    monkeypatch.delenv("AWS_DATA_PATH")
    assert "own" not in boto3.Session(region_name="eu-west-1").get_available_services()
