"""All sessions of a test run read botocore's models of services once: most tests make their clients anew."""

from __future__ import annotations

from typing import Any

import botocore.loaders
import botocore.session
import pytest

create_loader = botocore.loaders.create_loader


class Folders(list[str]):
    """The folders of a loader. Every session of boto3 adds its own again, and all are searched."""

    def append(self, folder: str) -> None:
        """Add a folder that is not among them."""
        if folder not in self:
            super().append(folder)


def shared_loader() -> botocore.loaders.Loader:
    """Return a loader that many sessions may use."""
    loader = create_loader()
    own: Any = loader
    own._search_paths = Folders(dict.fromkeys(loader.search_paths))
    return loader


def pytest_configure(config: pytest.Config) -> None:
    """Give each session the same loader, except those with folders of their own in the configuration."""
    shared = shared_loader()
    config.add_cleanup(lambda: setattr(botocore.session, "create_loader", create_loader))

    def loader(search_path_string: str | None = None) -> botocore.loaders.Loader:
        return create_loader(search_path_string) if search_path_string else shared

    botocore.session.create_loader = loader
