"""`caudal withdraw`: files that were uploaded by mistake leave the published data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.options import Assume, Domain, Env, Home, Profile, Region, examples
from cli.steward.connection import connected
from lake.errors import CaudalError
from lake.printable import printable

EXAMPLES = examples(
    'caudal withdraw DOMAIN/TABLE/0123456789ab/FILE.csv --domain DOMAIN --why "of the wrong shop"',
    'caudal withdraw DOMAIN/TABLE/0123456789ab/FILE.csv --domain DOMAIN --undo --why "right after all"',
    "caudal withdraw --domain DOMAIN",
)


def withdraw(
    domain: Domain,
    keys: Annotated[
        list[str] | None, typer.Argument(help="Raw keys of files; none: list the withdrawn files.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason, which the account keeps.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the withdrawal of the files back.")] = False,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
) -> None:
    """Withdraw ingested files: their rows leave bronze and what follows with the next execution."""
    from glue_jobs.ledger.withdrawals import Decision, in_force, write_decision

    with connected(domain, env, profile, region, home, assume) as place:
        view = place.ledger.view()
        standing = in_force(view.decisions)
        if not keys:
            for key, decision in sorted(standing.items()):
                typer.echo(
                    f"withdrawn since {decision.at[:19]}: {printable(key)} ({printable(decision.why)})"
                )
            if not standing:
                typer.echo("No file is withdrawn.")
            return
        if not why.strip():
            raise CaudalError(
                "the reason is missing.", where="--why", hint="Say why, in a sentence: the account keeps it."
            )
        bucket = place.names.raw_bucket
        named = list(dict.fromkeys(key.removeprefix(f"s3://{bucket}/") for key in keys))
        ingested = {file.key for batch in view.batches for file in batch.files if file.status == "ingested"}
        for key in named:
            if key not in ingested:
                raise CaudalError(
                    "the ledger has no ingested file of this key; nothing was changed.",
                    where=printable(key),
                    hint="A file's key is `source_file` in bronze, and `file` in the accounting of a run.",
                )
        now, changed = datetime.now(UTC), [key for key in named if (key in standing) == undo]
        for key in changed:
            decision = Decision.of(key, withdrawn=not undo, why=why.strip(), by=place.caller, at=now)
            write_decision(place.store, place.names.ledger_bucket, domain, decision)
        what = "no longer withdrawn" if undo else "withdrawn"
        if len(changed) < len(named):
            typer.echo(f"{len(named) - len(changed)} files were {what} before.")
        typer.echo(
            f"{len(changed)} files are {what}; the next execution of {place.names.state_machine(domain)} "
            "follows that."
        )
