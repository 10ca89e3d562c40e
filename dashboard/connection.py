"""The datasets of all domains on a local cloud or an AWS account."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from dashboard.application import Site
from dashboard.data.athena import Athena
from dashboard.data.datasets import Datasets
from dashboard.data.served import Served
from dashboard.packages import installed
from dashboard.store import reader
from lake.model.spec import Domain
from lake.naming import Names
from uploader.session import session_for, sign_in


def _analyst(names: Names, domain: str) -> str:
    return names.role(domain, "analyst")


def connect(
    domains: tuple[Domain, ...],
    *,
    env: str | None,
    profile: str | None,
    region: str | None,
    home: Path | None,
    assume: bool,
) -> Site:
    """Return the site. With `assume` each domain is read with its analysts' role, which reads gold alone."""
    datasets, served = {}, {}
    for domain in domains:
        signed = sign_in(
            env=env, profile=profile, region=region, local=home, assume=assume,
            role=partial(_analyst, domain=domain.name),
        )  # fmt: skip
        s3 = signed.session.client("s3", **signed.options)
        athena = Athena(
            athena=signed.session.client("athena", **signed.options), s3=s3, workgroup=signed.names.workgroup
        )
        held = datasets[domain.name] = Datasets(domain, signed.names, athena, s3)
        if domain.live:
            # Analysts read gold alone; the store's secret is read as the caller.
            session, options, _ = session_for(env=env, profile=profile, region=region, local=home)
            secrets = session.client("secretsmanager", **options)
            served[domain.name] = Served(
                domain, connect=partial(reader, domain, signed.names, secrets), keys=held.values
            )
    return Site(domains, datasets, installed(), served)
