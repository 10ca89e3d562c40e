"""Connect the speed view to the serving store, for domains that serve a mart of a stream.

`domains/<domain>/speed/<table>.py` declares MART, the name of the mart that serves a stream's totals, and
`build`, which makes the mart's rows from the totals.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from glue_jobs.streaming.args import StreamArguments
from glue_jobs.streaming.sinks import ServedTotals, SpeedFiles
from glue_jobs.streaming.speed import SpeedSink
from lake.model.discovery import SPEED, transformation
from lake.model.spec import Domain, Table
from lake.naming import Names, collection_name

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


def serving_sink(
    args: StreamArguments, read_secret: Callable[[str], str | None]
) -> Callable[[SpeedFiles, Domain, Table], SpeedSink]:
    """Return a function that makes a run's sink: files, and the serving store if a secret is named.

    `read_secret` returns the text of a secret by its name. The sink's function raises SecretError if
    the secret is missing or malformed.
    """

    def sink(files: SpeedFiles, domain: Domain, table: Table) -> SpeedSink:
        if args.serving_secret is None or not is_served(domain.name, table.name):
            return files
        return _served(args, read_secret(args.serving_secret), files, domain, table)

    return sink


def secret_text(client: SecretsManagerClient, name: str) -> str | None:
    """Return the text of a secret, None if it has none."""
    return client.get_secret_value(SecretId=name).get("SecretString")


def is_served(domain: str, table: str) -> bool:
    """Return whether the domain declares a mart for the stream's totals."""
    try:
        return find_spec(f"domains.{domain}.{SPEED}.{table}") is not None
    except ModuleNotFoundError:
        # A domain that serves no stream has no such folder.
        return False


def _served(
    args: StreamArguments, secret: str | None, files: SpeedFiles, domain: Domain, table: Table
) -> ServedTotals:
    # Imported late: the packages are installed only for jobs with a serving store.
    from serving.client.connection import Connection
    from serving.client.requests import Requests, create_collection
    from serving.publish.speed import SpeedView

    module = transformation(domain.name, SPEED, table.name)
    mart = domain.mart(module.MART)
    collection = domain.collection(mart.name)
    keyspace = Names(env=args.job.env, account="", region="").keyspace
    connection = Connection.from_secret(secret, keyspace=keyspace)
    database = connection.database()
    requests = Requests(database.get_collection(collection_name(domain.name, mart.name)))
    create_collection(requests, database, collection.indexed, self_hosted=connection.is_self_hosted)
    return ServedTotals(
        files=files,
        view=SpeedView(mart=mart, collection=collection, requests=requests),
        build=module.build,
    )
