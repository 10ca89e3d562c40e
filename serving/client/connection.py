"""The serving store's endpoint and credentials, as its secret states them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from astrapy import DataAPIClient, Database
from astrapy.authentication import StaticTokenProvider, TokenProvider, UsernamePasswordTokenProvider
from astrapy.constants import Environment

from serving.client.errors import SecretError

_HINT = (
    'Expected JSON: {"endpoint": "https://…", "token": "…"}, or "username" and "password" for "token"; '
    '"keyspace" and "environment" (prod for Astra, hcd for a self-hosted Data API) are optional.'
)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Endpoint, credentials and keyspace of a Data API, on Astra or self-hosted."""

    endpoint: str
    keyspace: str
    environment: str
    provider: TokenProvider = field(repr=False)

    @classmethod
    def from_secret(cls, text: str | None, *, keyspace: str) -> Connection:
        """Return the connection that the secret's JSON `text` describes.

        `keyspace` is used unless the secret names one. Raises SecretError, whose message holds no value
        of the secret.
        """
        try:
            parsed = json.loads(text or "")
        except ValueError:
            # The cause would show the text, which holds a token.
            raise SecretError("the secret is empty or no JSON.", where="serving secret", hint=_HINT) from None
        if not isinstance(parsed, dict):
            raise SecretError("the secret is no JSON object.", where="serving secret", hint=_HINT)
        endpoint = _text(parsed, "endpoint")
        if not endpoint.startswith(("https://", "http://")):
            raise SecretError("'endpoint' is no URL.", where="serving secret", hint=_HINT)
        environment = parsed.get("environment") or Environment.PROD
        if environment not in Environment.values:
            raise SecretError(
                "'environment' is unknown.",
                where="serving secret",
                hint=f"Known: {', '.join(sorted(Environment.values))}.",
            )
        return cls(
            endpoint=endpoint.rstrip("/"),
            keyspace=parsed.get("keyspace") or keyspace,
            environment=environment,
            provider=_provider(parsed),
        )

    @property
    def is_self_hosted(self) -> bool:
        """Whether the Data API itself can create keyspaces; on Astra a person creates them."""
        return self.environment not in Environment.astra_db_values

    def database(self) -> Database:
        """Return astrapy's handle of the database. Sends no request."""
        client = DataAPIClient(environment=self.environment)
        return client.get_database(self.endpoint, token=self.provider, keyspace=self.keyspace)


def _text(parsed: dict[str, Any], name: str) -> str:
    value = parsed.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SecretError(f"'{name}' is missing.", where="serving secret", hint=_HINT)
    return value.strip()


def _provider(parsed: dict[str, Any]) -> TokenProvider:
    if "token" in parsed or "username" not in parsed:
        return StaticTokenProvider(_text(parsed, "token"))
    return UsernamePasswordTokenProvider(_text(parsed, "username"), _text(parsed, "password"))
