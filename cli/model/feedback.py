"""`caudal model feedback`: what people say about a row of a model's mart."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.exits import DONE, NEEDS_ATTENTION, NOT_DONE, failing_with
from cli.model.place import ModelName, model_of
from cli.options import Assume, Domain, Env, Home, Profile, Region, examples
from lake.errors import CaudalError

if TYPE_CHECKING:
    from lake.model.columns import Column
    from lake.model.spec import Table

EXAMPLES = examples(
    'caudal model feedback KEY=VALUE DATE=2025-07-14 verdict=planned note="migration" --domain DOMAIN',
    "caudal model feedback TABLE_july.csv --domain DOMAIN --home .local",
)


def feedback(
    given: Annotated[
        list[str], typer.Argument(help="COLUMN=VALUE of one verdict, or CSV files.", show_default=False)
    ],
    domain: Domain,
    model: ModelName = "",
    again: Annotated[bool, typer.Option("--again", help="Send known files too, as a new version.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent.")] = False,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
) -> None:
    """Give a verdict on a day, or send files of verdicts; the newest verdict on a day counts.

    The pipeline takes them in like any file. A verdict on a day without a row waits for the row.
    """
    from lake.model.discovery import load_domain
    from uploader import upload
    from uploader.display import show
    from uploader.session import connect

    with failing_with(NOT_DONE), TemporaryDirectory() as folder:
        declared = load_domain(domain)
        table = declared.table(feedback_table(model_of(declared, model).feedback, domain))
        values = assignments(given)
        files = [] if values else files_of(table, given)
        target = connect(env=env, profile=profile, region=region, local=home, assume=assume)
        if values:
            now = datetime.now(UTC)
            files = [Path(folder) / f"{table.name}_{now:%Y%m%dT%H%M%S%f}.csv"]
            files[0].write_text(one_row(table, values, target.caller), encoding="utf-8", newline="")
        # A verdict that was given before, and changed since, has to be the newest again.
        again = again or bool(values)
        report = upload(
            files, declared, client=target.client, names=target.names, again=again, dry_run=dry_run
        )
    show(report, Console())
    raise typer.Exit(DONE if report.is_complete else NEEDS_ATTENTION)


def feedback_table(name: str | None, domain: str) -> str:
    """Return the name of a model's table of verdicts. Raises CaudalError if it has none."""
    if name is None:
        raise CaudalError(
            "the model takes no feedback.",
            where=f"domain {domain}",
            hint="Declare the table in `feedback` of the model.",
        )
    return name


def assignments(given: Sequence[str]) -> dict[str, str]:
    """Return COLUMN=VALUE arguments as a mapping, empty if all arguments are files.

    Raises CaudalError if some are files, or a column is given twice.
    """
    pairs = [each.partition("=") for each in given if "=" in each and not Path(each).exists()]
    if pairs and len(pairs) < len(given):
        raise CaudalError(
            "files and a single verdict are given at once.",
            where=" ".join(given),
            hint="Give COLUMN=VALUE of one verdict, or files.",
        )
    columns = [column for column, _, _ in pairs]
    for column in columns:
        if columns.count(column) > 1:
            raise CaudalError(f"'{column}' is given twice.", where="COLUMN=VALUE", hint="Give it once.")
    return {column: value for column, _, value in pairs}


def files_of(table: Table, given: Sequence[str]) -> list[Path]:
    """Return the files. Raises CaudalError if one of them would not be taken for the table's."""
    for each in given:
        if not Path(each).name.lower().startswith(table.name):
            raise CaudalError(
                f"the file would not be taken for feedback: its name has to begin with {table.name}.",
                where=each,
                hint=f"Rename it, for example to {table.name}_{Path(each).name}.",
            )
    return [Path(each) for each in given]


def one_row(table: Table, values: Mapping[str, str], caller: str) -> str:
    """Return a CSV file with one verdict; its column `given_by` is the caller unless it is given.

    Raises CaudalError for a column that is not declared, a missing one, and a value that the pipeline would
    quarantine.
    """
    by_header = {column.header: column for column in table.columns}
    for name in values:
        if name not in by_header:
            raise CaudalError(
                f"there is no column '{name}'.", where="COLUMN=VALUE", hint=f"Known: {', '.join(by_header)}."
            )
    given = dict(values)
    if "given_by" in by_header:
        given.setdefault("given_by", caller.rpartition("/")[2] or caller)
    for header, column in by_header.items():
        text = given.get(header, "").strip()
        if table.is_required(column) and not text:
            raise CaudalError(f"'{header}' is missing.", where="COLUMN=VALUE", hint=f"Give {header}=VALUE.")
        if problem := _problem(table, column, text):
            raise CaudalError(problem, where=f"{header}={text}", hint="Correct the value.")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[*given], [value.strip() for value in given.values()]])
    return out.getvalue()


def _problem(table: Table, column: Column, text: str) -> str | None:
    """Return what is wrong with a value, as far as it shows without Spark; the pipeline checks all values."""
    if column.type == "date" and text:
        try:
            if date.fromisoformat(text).isoformat() != text:
                return "the day is not written as YYYY-MM-DD."
        except ValueError:
            return "it is no day (YYYY-MM-DD)."
    for check in table.checks:
        # A column with a `clean` expression may hold other spellings of the allowed values.
        is_listed = check.column == column.header and check.values and column.clean is None
        if is_listed and text and text not in check.values:
            return f"it is not {check.description}."
    return None
