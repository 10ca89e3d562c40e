"""Publish one partition of one mart to the serving store.

Event: {"domain": …, "mart": …, "partition": "year=2025/month=8", "continuation": null or from the answer}.
The answer is the publication's report. While its status is CONTINUE, the caller invokes the function again
with the answer's continuation. Environment variables: ENVIRONMENT, CURATED_BUCKET, SERVING_SECRET (the
secret's name, not its value).
"""

from __future__ import annotations

import logging
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from lake.model.discovery import load_domain
from lake.naming import PROJECT, Names
from serving.client.connection import Connection
from serving.client.errors import RefusedError, SecretError
from serving.client.requests import UNAUTHENTICATED, Deadline
from serving.publish.buckets import needed_columns
from serving.publish.cold_start import leave_out_pandas
from serving.publish.gold import Partition, gold_source
from serving.publish.publication import Publisher
from serving.publish.report import Report

logger = Logger(service="publish-marts")
metrics = Metrics(namespace=PROJECT.capitalize(), service="publish-marts")
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    leave_out_pandas()
for chatty in ("astrapy", "httpx", "httpcore"):
    logging.getLogger(chatty).setLevel(logging.ERROR)


@cache
def connection(secret: str, keyspace: str) -> Connection:
    """Return the connection that a secret describes.

    A warm process reads the secret once, and again after the store has refused its token. Raises
    SecretError when the secret cannot be read, or its value is empty or malformed.
    """
    try:
        text = boto3.client("secretsmanager").get_secret_value(SecretId=secret).get("SecretString")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise SecretError(
            f"the secret '{secret}' cannot be read ({code}).",
            where="serving secret",
            hint="Put endpoint and token into the secret, or correct the function's permission.",
        ) from error
    return Connection.from_secret(text, keyspace=keyspace)


@cache
def storage() -> Any:
    """Return the client that reads gold; a warm process makes it once."""
    return boto3.client("s3")


def _publish(publisher: Publisher, **arguments: Any) -> Report:
    try:
        return publisher.publish(**arguments)
    except RefusedError as error:
        if error.code == UNAUTHENTICATED:
            # The next invocation of this process has to read the secret again.
            connection.cache_clear()
        raise


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish the partition that `event` names and return the report as JSON values."""
    names = Names(env=os.environ["ENVIRONMENT"], account="", region="")
    store = connection(os.environ["SERVING_SECRET"], names.keyspace)
    domain = load_domain(event["domain"])
    mart = domain.mart(event["mart"])
    collection = domain.collection(mart.name)
    partition = Partition.parse(event.get("partition") or "", mart)
    publisher = Publisher(
        database=store.database(),
        self_hosted=store.is_self_hosted,
        deadline=Deadline(remaining=lambda: context.get_remaining_time_in_millis() / 1000),
    )
    with tempfile.TemporaryDirectory() as folder:
        report = _publish(
            publisher,
            domain=domain.name,
            mart=mart,
            collection=collection,
            period=partition.period,
            source=gold_source(
                storage(),
                bucket=os.environ["CURATED_BUCKET"],
                domain=domain.name,
                mart=mart,
                partition=partition,
                columns=needed_columns(collection, mart),
            ),
            scratch=Path(folder),
            continuation=event.get("continuation"),
        )
    answer = {"domain": domain.name, "mart": mart.name, "partition": partition.text, **report.as_dict()}
    logger.info("published", extra={"report": answer})
    metrics.add_dimension(name="domain", value=domain.name)
    metrics.add_metric(
        name="DocumentsWritten", unit=MetricUnit.Count, value=report.inserted + report.replaced
    )
    metrics.add_metric(name="DocumentsFailed", unit=MetricUnit.Count, value=report.failed)
    # The decorator of Powertools would warn of missing metrics when an invocation fails.
    metrics.flush_metrics()
    return answer
