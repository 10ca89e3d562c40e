"""The serving store of a local cloud: a Data API in this process, and the secret that leads to it."""

from __future__ import annotations

import secrets
from pathlib import Path

from lake.naming import SERVING_STORE
from localcloud.context import Context
from localcloud.dataapi import DataApiServer

FOLDER = "dataapi"
TOKEN_FILE = "token"


class ServingStore:
    """The Data API of one home; its documents and its token outlive the process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        home = context.home / FOLDER
        self.server = DataApiServer(home, token=_token(home))

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    @property
    def endpoint(self) -> str:
        return self.server.endpoint

    def fill_secrets(self) -> list[str]:
        """Put endpoint and token into the deployed secrets that lead to a serving store; their names.

        On AWS a person does this once. Here the endpoint is another one after each start.
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
