"""The serving store's reader, with the secret that the caller may read."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dashboard.errors import DashboardError
from lake.model.spec import Domain
from lake.naming import Names
from serving.client.connection import Connection
from serving.client.requests import Retry
from serving.read.reader import Reader

RETRY = Retry(attempts=2, longest_seconds=0.5, timeout_seconds=5.0)
"""A page waits for its store no longer; the next one asks again."""


def reader(domain: Domain, names: Names, secrets: Any) -> Reader:
    """Return a reader of a domain's served marts. Raises DashboardError if the secret cannot be read."""
    try:
        secret = secrets.get_secret_value(SecretId=names.serving_secret)
    except (ClientError, BotoCoreError) as error:
        raise DashboardError(
            f"the secret '{names.serving_secret}' cannot be read ({type(error).__name__}).",
            where="serving store",
            hint="Deploy with --serving, and see that you may read the secret.",
        ) from error
    connection = Connection.from_secret(secret.get("SecretString"), keyspace=names.keyspace)
    return Reader(domain, connection.database(), RETRY)
