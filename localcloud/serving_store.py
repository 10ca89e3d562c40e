"""The serving store of a local cloud: a Data API in this process, and the secrets that hold its address."""

from __future__ import annotations

import secrets
from pathlib import Path

from lake.naming import SERVING_STORE
from localcloud.context import Context
from localcloud.dataapi import DataApiServer

FOLDER = "dataapi"
TOKEN_FILE = "token"


class ServingStore:
    """The Data API of a home folder; its documents and its token are kept there across restarts."""

    def __init__(self, context: Context) -> None:
        self._context = context
        home = context.home / FOLDER
        self.server = DataApiServer(home, token=_token(home))

    def start(self) -> None:
        """Start the Data API."""
        self.server.start()

    def stop(self) -> None:
        """Stop the Data API. Its documents stay in the home folder."""
        self.server.stop()

    @property
    def endpoint(self) -> str:
        """URL of the Data API; its port changes with each start."""
        return self.server.endpoint

    def fill_secrets(self) -> list[str]:
        """Write endpoint and token into the deployed serving store secrets; return the secrets' names.

        On AWS an operator does this once. Locally each start has another port, so each deployment does it.
        """
        client = self._context.client("secretsmanager")
        names = [
            secret["Name"]
            for page in client.get_paginator("list_secrets").paginate()
            for secret in page["SecretList"]
            if secret["Name"].endswith(SERVING_STORE)
        ]
        for name in names:
            client.put_secret_value(SecretId=name, SecretString=self.server.secret)
        return names


def _token(home: Path) -> str:
    file = home / TOKEN_FILE
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part")
        partial.touch(mode=0o600)
        partial.write_text(f"local:{secrets.token_urlsafe(32)}")
        partial.replace(file)
    return file.read_text()
