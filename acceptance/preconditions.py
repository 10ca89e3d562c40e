"""What must hold before the sample is uploaded: all stacks are deployed, and no other data is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from acceptance.environment import Environment
from acceptance.errors import AcceptanceError
from lake.model.spec import Domain
from lake.naming import CONTINUOUS, first_raw_key, raw_prefix, stream_job

USABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
"""States of a stack whose resources can be used."""

NOT_DEPLOYED = ("not deployed", "REVIEW_IN_PROGRESS")
"""No stack, or one whose first change set was never executed: it has no resources, and none will come."""


def check_stacks(environment: Environment, domains: Iterable[str]) -> None:
    """Raise AcceptanceError for the first stack that is missing, half deployed or failed."""
    names = environment.names
    stacks = environment.client("cloudformation")
    for stack in (names.stack(part) for part in ("storage", "athena", *domains)):
        try:
            status = stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            status = NOT_DEPLOYED[0]
        if status not in USABLE:
            raise AcceptanceError(
                f"the stack is {_plain(status)}.",
                where=f"stack {stack} in account {names.account}, {names.region}",
                hint=f"{_remedy(status)} `caudal deploy --env {names.env}`, then run this command again.",
            )


def _plain(status: str) -> str:
    return "not deployed" if status in NOT_DEPLOYED else f"in the state {status}"


def _remedy(status: str) -> str:
    if status in NOT_DEPLOYED:
        return "Run"
    if status.endswith("IN_PROGRESS"):
        return "Wait until its change has ended; if it fails, run"
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        return "Delete this stack (its resources were not created completely), and run"
    return "Run"


def check_streams(environment: Environment, domain: Domain) -> None:
    """Raise AcceptanceError if a stream runs without end: its run cannot be waited for."""
    names = environment.names
    for table in domain.stream_tables:
        job = names.job(domain.name, stream_job(table.name))
        found = environment.client("glue").get_job(JobName=job)["Job"]
        if found["DefaultArguments"].get("--trigger") == CONTINUOUS:
            raise AcceptanceError(
                "its stream runs without end, and only one run at a time is allowed.",
                where=f"job {job}",
                hint="Deploy this environment, or another one, without --stream-trigger continuous.",
            )


def check_only_own_data(environment: Environment, domain: Domain, own: Collection[str]) -> None:
    """Raise AcceptanceError if raw or the ledger holds files besides `own`, the keys of the sample.

    Files of an earlier, unfinished acceptance are its own, those sent again included: a second try goes on
    with them.
    """
    for place, keys in _places(environment, domain).items():
        sample = set(map(first_raw_key, own))
        if foreign := sorted(key for key in set(keys) if first_raw_key(key) not in sample):
            raise AcceptanceError(
                f"{place} holds {len(foreign)} file(s) that are not of the sample, e.g. {foreign[0]}: "
                "their numbers would be mixed with the sample's.",
                where=f"environment {environment.names.env}, domain {domain.name}",
                hint="Use an environment without data: deploy another one, or destroy a disposable one "
                f"with its data (`caudal destroy --env {environment.names.env} --delete-data`).",
            )


def _places(environment: Environment, domain: Domain) -> Mapping[str, Sequence[str]]:
    return {
        "the ledger": [entry.key for batch in environment.view(domain.name).batches for entry in batch.files],
        "the raw bucket": list(_raw_keys(environment, domain.name)),
    }


def _raw_keys(environment: Environment, domain: str) -> Iterator[str]:
    pages = environment.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=environment.names.raw_bucket, Prefix=raw_prefix(domain)):
        for item in page.get("Contents", []):
            yield item["Key"]
