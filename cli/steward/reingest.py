"""`caudal reingest`: batches are read from raw again, by the present rules."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.options import Assume, Env, Home, Profile, Region, examples
from cli.steward.connection import connected
from lake.errors import CaudalError

EXAMPLES = examples(
    "caudal reingest",
    "caudal reingest --domain DOMAIN",
    "caudal reingest --domain DOMAIN --batch b-20250801T060000000000",
)


def reingest(
    domain: Annotated[
        str, typer.Option("--domain", help="Only this domain; default all of them.", show_default=False)
    ] = "",
    batch: Annotated[
        str, typer.Option(help="Only this batch, whatever its rules; default all of older rules.")
    ] = "",
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
) -> None:
    """Have batches read from raw again: new batches with the same ranks take their place.

    The next execution reads them, and recomputes silver and gold.
    """
    from lake.files.rules import READING_RULES
    from lake.model.discovery import domain_names
    from lake.naming import reingest_key

    if batch and not domain:
        raise CaudalError("--batch needs --domain.", where="--batch", hint="Name the domain of the batch.")
    for name in [domain] if domain else domain_names():
        with connected(name, env, profile, region, home, assume) as place:
            view = place.ledger.view()
            chosen = [each for each in view.readable if each.batch_id == batch]
            if batch and not chosen:
                raise CaudalError(
                    "there is no such batch that readers use.",
                    where=f"--batch {batch}",
                    hint=f"The newest are {', '.join(b.batch_id for b in view.readable[-5:]) or 'none'}.",
                )
            chosen = chosen or list(view.older_than(READING_RULES))
            body = json.dumps({"by": place.caller, "at": datetime.now(UTC).isoformat()}).encode()
            for each in chosen:
                key = reingest_key(name, each.batch_id)
                place.store.create(place.names.ledger_bucket, key, body)
                typer.echo(f"{each.batch_id} will be read again")
            machine = place.names.state_machine(name)
            typer.echo(
                f"{name}: the next execution of {machine} reads {len(chosen)} batches again."
                if chosen
                else f"{name}: no batch was read by older rules."
            )
