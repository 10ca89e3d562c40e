"""The buckets of an environment, with the roles of a data steward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.exits import NOT_DONE, failing_with

if TYPE_CHECKING:
    from glue_jobs.ledger.ledger import Ledger
    from glue_jobs.runtime.store import S3Store
    from lake.model.spec import Domain as Declared
    from lake.naming import Names
    from requeue.records import Quarantine
    from requeue.sending import PutObject, Sources


@dataclass(frozen=True, kw_only=True)
class Buckets:
    """The buckets of an environment, with the steward's role for the ledger and the uploader's for raw."""

    domain: Declared
    names: Names
    store: S3Store
    caller: str
    put: PutObject

    @property
    def quarantine(self) -> Quarantine:
        from requeue.records import Quarantine

        names = self.names
        return Quarantine(self.store, names.processed_bucket, names.ledger_bucket, self.domain)

    @property
    def ledger(self) -> Ledger:
        from glue_jobs.ledger.ledger import Ledger

        return Ledger(self.store, self.names.ledger_bucket, self.domain.name)

    def sources(self, quarantine: Quarantine) -> Sources:
        from requeue.sending import Sources

        return Sources(self.store, self.names.raw_bucket, self.domain, quarantine)


@contextmanager
def connected(
    domain: str, env: str | None, profile: str | None, region: str | None, home: Path | None, assume: bool
) -> Iterator[Buckets]:
    """Yield the buckets for a domain; errors exit with NOT_DONE."""
    from glue_jobs.runtime.store import S3Store
    from lake.model.discovery import load_domain
    from uploader.errors import explained
    from uploader.session import connect
    from uploader.transfer import put_once

    with failing_with(NOT_DONE):
        declared = load_domain(domain)
        steward = connect(
            env=env, profile=profile, region=region, local=home, assume=assume,
            role=lambda names: names.steward_role, program="steward",
        )  # fmt: skip

        def put(key: str, body: bytes, metadata: Mapping[str, str]) -> bool:
            uploader = connect(env=env, profile=profile, region=region, local=home, assume=assume)
            return put_once(uploader.client, uploader.names.raw_bucket, key, body, metadata)

        with explained(f"domain {domain}, environment {steward.names.env}"):
            yield Buckets(
                domain=declared,
                names=steward.names,
                store=S3Store(steward.client),
                caller=steward.caller,
                put=put,
            )
