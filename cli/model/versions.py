"""`caudal model list|show`: the versions of a model, and one of them in full."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from cli.model.place import ModelName, Place, connected
from cli.options import AsJson, Assume, Domain, Env, Home, Profile, Region, examples, print_json
from lake.naming import COLD_START
from lake.printable import printable
from uploader.tables import fitting

if TYPE_CHECKING:
    from glue_jobs.models.registry import Damaged
    from glue_jobs.models.version import Version

LIST_EXAMPLES = examples(
    "caudal model list --domain DOMAIN", "caudal model list --domain DOMAIN --home .local --json"
)
SHOW_EXAMPLES = examples(
    "caudal model show --domain DOMAIN",
    "caudal model show m-20250731-0123456789ab --domain DOMAIN --json",
)


def list_versions(
    domain: Domain,
    model: ModelName = "",
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
    as_json: AsJson = False,
) -> None:
    """List the versions of a model, the newest first, and say which is promoted and which gold shows."""
    from glue_jobs.models.registry import Damaged

    with connected(domain, model, env, profile, region, home, assume) as place:
        versions = place.registry.versions()
        if as_json:
            print_json({**_standing(place), "versions": [_row(each) for each in versions]})
            return
        for line in _standing_lines(place):
            typer.echo(line)
        console = Console()
        headings = ("version", "trained at", "on data until", "instead of", "by", "decision")
        cells = [_cells(each) for each in versions]
        title = f"{len(versions)} versions"
        console.print(title, fitting(headings, cells, console), sep="\n", highlight=False)
        for each in versions:
            if isinstance(each, Damaged):
                typer.echo(f"damaged: {printable(str(each.error))}")


def show(
    domain: Domain,
    version: Annotated[str, typer.Argument(help="A version; default the promoted one.")] = "",
    model: ModelName = "",
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
    as_json: AsJson = False,
) -> None:
    """Show a version: its parameters, training data, figures, and whether the data was corrected since."""
    from glue_jobs.models.pointer import promoted

    with connected(domain, model, env, profile, region, home, assume) as place:
        name = version or promoted(place.pointer())
        found = None if name == COLD_START else place.version(name)
        if as_json:
            print_json({**_standing(place), "shown": COLD_START if found is None else _in_full(found)})
            return
        for line in _standing_lines(place):
            typer.echo(line)
        if found is None:
            typer.echo(f"{COLD_START} is not trained: it is fitted on all data with every run.")
            return
        for line in _lines(place, found):
            typer.echo(printable(line))
        console = Console()
        headings = [column.name for column in place.model.parameters]
        rows = [[_text(row[heading]) for heading in headings] for row in found.parameters]
        console.print("parameters:", fitting(headings, rows, console), sep="\n", highlight=False)
        typer.echo("figures:")
        typer.echo(printable(json.dumps(dict(found.figures), indent=1, ensure_ascii=False)))


def _standing(place: Place) -> dict[str, Any]:
    """Return the pointer and what gold shows; a damaged object is told as text."""
    from glue_jobs.ledger.damage import DamagedEntryError
    from glue_jobs.models.pointer import promoted

    try:
        pointer = place.pointer()
        moved: Any = None
        if pointer is not None:
            moved = {"by": pointer.by, "why": pointer.why, "at": pointer.at, "previous": pointer.previous}
        standing: dict[str, Any] = {"promoted": promoted(pointer), "pointer": moved}
    except DamagedEntryError as error:
        standing = {"promoted": None, "pointer": str(error)}
    try:
        shown = place.published()
        return {
            **standing,
            "published": shown.version,
            "publishing": shown.publishing,
            "published_at": shown.at,
            "drift": shown.drift,
            "corrected_months": shown.corrected_months,
        }
    except DamagedEntryError as error:
        return {**standing, "published": None, "damage": str(error)}


def _standing_lines(place: Place) -> Iterator[str]:
    standing = _standing(place)
    pointer = standing["pointer"]
    if standing["promoted"] is None:
        yield printable(f"promoted: unknown. {pointer}")
    elif pointer is None:
        yield f"promoted: {standing['promoted']} (no version was ever promoted)"
    else:
        reason = printable(f"since {str(pointer['at'])[:19]} by {pointer['by']}: {pointer['why']}")
        yield f"promoted: {standing['promoted']} ({reason})"
    if standing["published"] is None:
        yield printable(f"published: unknown. {standing['damage']}")
        return
    yield f"published: {standing['published']}"
    if standing["publishing"]:
        yield f"publishing: {standing['publishing']}; the next execution of the pipeline completes it"
    for value, counts in standing["drift"].items():
        yield printable(
            f"newest days: {value}: {counts['outside']} of {counts['rows']} rows outside of bounds"
        )


def _row(each: Version | Damaged) -> dict[str, Any]:
    from glue_jobs.models.registry import Damaged

    if isinstance(each, Damaged):
        return {"version": each.version, "damage": str(each.error)}
    return {
        "version": each.version, "at": each.at, "by": each.by, "parent": each.parent,
        "window_start": each.window_start, "window_end": each.window_end, "code_version": each.code_version,
    }  # fmt: skip


def _cells(each: Version | Damaged) -> tuple[str, ...]:
    from glue_jobs.models.registry import Damaged

    if isinstance(each, Damaged):
        return (each.version, "", "", "", "", "damaged")
    return (
        each.version, f"{each.at:%Y-%m-%d %H:%M}", each.window_end.isoformat(), each.parent or COLD_START,
        each.by, _text(each.figures.get("decision")),
    )  # fmt: skip


def _in_full(version: Version) -> dict[str, Any]:
    return {
        **_row(version), "fingerprint": version.fingerprint, "figures": version.figures,
        "parameters": version.parameters,
    }  # fmt: skip


def _lines(place: Place, version: Version) -> Iterator[str]:
    yield f"version: {version.version}"
    yield f"trained: {version.at:%Y-%m-%d %H:%M} UTC by {version.by}, with the code {version.code_version}"
    yield f"instead of: {version.parent or COLD_START}"
    yield f"data: {version.window_start} to {version.window_end}, {len(version.fingerprint)} months"
    yield f"hashes: {_hashes(version.fingerprint)}"
    yield f"corrected since: {_correction(place, version)}"


def _hashes(fingerprint: Mapping[str, str]) -> str:
    return ", ".join(f"{month} {digest}" for month, digest in sorted(fingerprint.items()))


def _correction(place: Place, version: Version) -> str:
    """Return which months were corrected. Only the pipeline compares them, for the version that it uses."""
    shown = _standing(place)
    if shown["published"] != version.version or not shown.get("published_at"):
        return "not known: the pipeline compares the data of the version that it publishes"
    months = ", ".join(shown["corrected_months"])
    return f"{months} (compared {shown['published_at'][:19]})" if months else "no"


def _text(value: object) -> str:
    return "" if value is None else str(value)
