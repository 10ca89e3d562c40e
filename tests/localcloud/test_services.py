"""Models of services are read once, moto lists its modules once, and finds methods by their names."""

from __future__ import annotations

import moto.backends
import moto.core.responses
import pytest

from localcloud import services
from localcloud.server import LocalCloud


def test_sessions_share_the_models_of_services() -> None:
    first, second = (services.session(region_name="us-east-1") for _ in range(2))
    loaders = [each._session.get_component("data_loader") for each in (first, second)]
    assert loaders[0] is loaders[1]
    paths = loaders[0].search_paths
    assert len(paths) == len(set(paths))
    assert "glue" in first.get_available_services()


def test_sessions_have_their_own_credentials() -> None:
    for key in ("first", "second"):
        made = services.session(aws_access_key_id=key, aws_secret_access_key="s").get_credentials()
        assert made is not None
        assert made.access_key == key


def test_moto_lists_its_modules_once_while_a_cloud_runs(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = list(moto.backends.list_of_moto_modules())
    assert {"glue", "s3"} <= set(names)
    monkeypatch.setattr("os.listdir", lambda path: pytest.fail(f"{path} was listed"))
    assert list(moto.backends.list_of_moto_modules()) == names


def test_moto_finds_the_methods_of_a_service_by_their_names(cloud: LocalCloud) -> None:
    class Response:
        attribute = 1

        def get_object(self) -> None:
            """Stand for a call."""

    names = vars(moto.core.responses)["method_names_from_class"](Response)
    assert ("get_object" in names, "attribute" in names, "added_later" in names) == (True, False, False)
    Response.added_later = Response.get_object  # type: ignore[attr-defined]
    assert "added_later" in names
