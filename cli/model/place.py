"""A domain's models in an environment, with the role of a data steward."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.exits import NOT_DONE, failing_with
from lake.errors import CaudalError

if TYPE_CHECKING:
    from glue_jobs.models.pointer import Pointer
    from glue_jobs.models.published import PublishedModel
    from glue_jobs.models.registry import Registry
    from glue_jobs.models.version import Version
    from glue_jobs.runtime.store import S3Store
    from lake.model.models import Model
    from lake.model.spec import Domain
    from lake.naming import Names

ModelName = Annotated[str, typer.Option("--model", help="Name of the model; default the domain's only one.")]
Why = Annotated[str, typer.Option(help="The reason, which the pointer keeps.")]


@dataclass(frozen=True, kw_only=True)
class Place:
    """One model of a domain in an environment; `states` is a client of Step Functions."""

    domain: Domain
    model: Model
    names: Names
    store: S3Store
    states: Any
    caller: str
    assume: bool

    @property
    def bucket(self) -> str:
        return self.names.ledger_bucket

    @property
    def registry(self) -> Registry:
        from glue_jobs.models.registry import Registry

        return Registry(self.store, self.bucket, self.domain.name, self.model)

    def pointer(self) -> Pointer | None:
        """Return the pointer. Raises DamagedEntryError."""
        from glue_jobs.models.pointer import read_pointer

        return read_pointer(self.store, self.bucket, self.domain.name, self.model.name)

    def published(self) -> PublishedModel:
        """Return the record of what gold shows. Raises DamagedEntryError."""
        from glue_jobs.models.published import read_published

        return read_published(self.store, self.bucket, self.domain.name, self.model.name)

    def version(self, name: str) -> Version:
        """Return a version of the registry.

        Raises UnknownNameError, with the versions that there are, and DamagedModelError.
        """
        from lake.errors import UnknownNameError

        registry = self.registry
        known = [each.version for each in registry.versions()]
        if name not in known:
            raise UnknownNameError("version", name, known)
        return registry.read(name)

    def machine(self, name: str) -> str:
        """Return the ARN of a state machine of the account."""
        partition = self.caller.split(":")[1]
        return f"arn:{partition}:states:{self.names.region}:{self.names.account}:stateMachine:{name}"

    def start(self, machine: str, purpose: str) -> str:
        """Start a state machine; return the execution's ARN. Raises CaudalError if there is none."""
        from botocore.exceptions import ClientError

        try:
            return str(
                self.states.start_execution(stateMachineArn=self.machine(machine), input="{}")["executionArn"]
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "StateMachineDoesNotExist":
                raise
            raise CaudalError(
                f"there is no state machine for {purpose}.",
                where=machine,
                hint=f"Deploy the environment: caudal deploy --env {self.names.env}.",
            ) from error


@contextmanager
def connected(
    domain: str,
    model: str,
    env: str | None,
    profile: str | None,
    region: str | None,
    home: Path | None,
    assume: bool,
) -> Iterator[Place]:
    """Yield a domain's model in an environment; errors exit with NOT_DONE."""
    from glue_jobs.runtime.store import S3Store
    from lake.model.discovery import load_domain
    from uploader.errors import explained
    from uploader.session import sign_in

    with failing_with(NOT_DONE):
        declared = load_domain(domain)
        chosen = model_of(declared, model)
        signed = sign_in(
            env=env, profile=profile, region=region, local=home, assume=assume,
            role=lambda names: names.steward_role, program="steward",
        )  # fmt: skip
        with explained(f"domain {domain}, environment {signed.names.env}"):
            yield Place(
                domain=declared, model=chosen, names=signed.names, caller=signed.caller, assume=assume,
                store=S3Store(signed.session.client("s3", **signed.options)),
                states=states_client(signed.session, signed.options),
            )  # fmt: skip


def states_client(session: Any, options: dict[str, Any]) -> Any:
    """Return a client of Step Functions."""
    return session.client("stepfunctions", **options)


def model_of(domain: Domain, name: str) -> Model:
    """Return a domain's model; its only one without a name. Raises CaudalError if it is not clear which."""
    if name:
        return domain.model(name)
    if len(domain.models) != 1:
        if not domain.models:
            raise CaudalError(
                f"the domain {domain.name} has no model.",
                where="--domain",
                hint="Name a domain that trains one.",
            )
        names = ", ".join(model.name for model in domain.models)
        raise CaudalError(
            f"the domain {domain.name} has several models: {names}.", where="--model", hint="Name one."
        )
    return domain.models[0]


def required_reason(why: str) -> str:
    """Return the reason. Raises CaudalError if it is empty."""
    if not why.strip():
        raise CaudalError(
            "the reason is missing.", where="--why", hint="Say why, in a sentence: the pointer keeps it."
        )
    return why.strip()
