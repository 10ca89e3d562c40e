"""`caudal model promote|rollback`: move the pointer, and have the pipeline publish by it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.exits import NEEDS_ATTENTION, failing_with
from cli.model.place import ModelName, Place, Why, connected, required_reason
from cli.options import Assume, Domain, Env, Home, Profile, Region, examples
from lake.errors import CaudalError
from lake.naming import COLD_START

if TYPE_CHECKING:
    from glue_jobs.models.pointer import Pointer

PROMOTE_EXAMPLES = examples(
    'caudal model promote m-20250731-0123456789ab --domain DOMAIN --why "fewer false alarms in June"',
    'caudal model promote cold-start --domain DOMAIN --why "the trained one is wrong about genai"',
)
ROLLBACK_EXAMPLES = examples('caudal model rollback --domain DOMAIN --why "too many false alarms"')


def promote(
    version: Annotated[
        str, typer.Argument(help="A version of the registry, or cold-start.", show_default=False)
    ],
    domain: Domain,
    why: Why = "",
    model: ModelName = "",
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
) -> None:
    """Promote a version: the pointer names it, and the pipeline computes the model's marts with it."""
    with connected(domain, model, env, profile, region, home, assume) as place:
        reason = required_reason(why)
        _move(place, place.pointer(), version, reason)


def rollback(
    domain: Domain,
    why: Why = "",
    model: ModelName = "",
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
) -> None:
    """Go back to the version before the last move of the pointer; a second rollback goes forward again."""
    with connected(domain, model, env, profile, region, home, assume) as place:
        reason, pointer = required_reason(why), place.pointer()
        if pointer is None:
            raise CaudalError(
                "there is no version to go back from: the cold start is in use, and none was ever promoted.",
                where=f"model {place.model.name}",
                hint="Nothing was changed. See `caudal model list`.",
            )
        _move(place, pointer, pointer.previous, reason)


def _move(place: Place, pointer: Pointer | None, to: str, why: str) -> None:
    """Move the pointer if `to` can be used, and start the pipeline."""
    from glue_jobs.models.pointer import move, promoted

    before = promoted(pointer)
    if to != COLD_START:
        place.version(to)
    if to == before:
        typer.echo(f"{to} is promoted already.")
        if place.published().is_whole_on(to):
            typer.echo("It is published, too; nothing was changed.")
        else:
            _publish(place)
        return
    move(
        place.store, place.bucket, place.domain.name, place.model.name, expected=pointer, to=to,
        by=place.caller, why=why, at=datetime.now(UTC),
    )  # fmt: skip
    typer.echo(f"{to} is promoted and replaces {before}.")
    _publish(place)


def _publish(place: Place) -> None:
    """Start the pipeline, which publishes by the pointer."""
    machine = place.names.state_machine(place.domain.name)
    # The pointer has moved, now or before: a failure leaves the promotion done in part.
    with failing_with(NEEDS_ATTENTION):
        started = place.start(machine, "the pipeline")
        typer.echo(f"The pipeline publishes it: {started.rpartition(':')[2]} of {machine}.")
