"""The models of AWS's services, which botocore reads for each session anew, and each run has a new one."""

from __future__ import annotations

from typing import Any

import botocore.loaders
import botocore.session


class Folders(list[str]):
    """The folders of a loader. Every session of boto3 adds its own again, and all are searched."""

    def append(self, folder: str) -> None:
        """Add a folder that is not among them."""
        if folder not in self:
            super().append(folder)


def shared_loader() -> botocore.loaders.Loader:
    """Return a loader that many sessions may use."""
    loader: Any = botocore.loaders.create_loader()
    loader._search_paths = Folders(dict.fromkeys(loader.search_paths))
    found: botocore.loaders.Loader = loader
    return found


def read_once() -> None:
    """Give all sessions of the process one loader, except those that name folders of their own."""
    create, shared = botocore.loaders.create_loader, shared_loader()

    def loader(search_path_string: str | None = None) -> botocore.loaders.Loader:
        return create(search_path_string) if search_path_string else shared

    botocore.session.create_loader = loader
