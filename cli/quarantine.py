"""`caudal quarantine list|send` and `caudal release`: quarantined records, rejected batches, held streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.exits import NEEDS_ATTENTION, Commands, failing_with
from cli.options import AsJson, Assume, Domain, Env, Home, Profile, Region, examples, print_json
from cli.steward.connection import connected
from lake.errors import CaudalError
from lake.printable import printable
from uploader.tables import fitting

if TYPE_CHECKING:
    from requeue.records import Record
    from requeue.unreleased import Unreleased

LIST_EXAMPLES = examples(
    "caudal quarantine list --domain DOMAIN --home .local",
    "caudal quarantine list --domain DOMAIN --table TABLE --check COLUMN.type --json",
    "caudal quarantine list --domain DOMAIN --table TABLE --to corrections.csv",
)
SEND_EXAMPLES = examples(
    "caudal quarantine send --domain DOMAIN --table TABLE --corrected corrections.csv",
    "caudal quarantine send --domain DOMAIN --table TABLE --record 3f9a01bc --dry-run",
)
RELEASE_EXAMPLES = examples("caudal release b-20250801T060000000000 --domain DOMAIN")

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="List quarantined records, and requeue them: send them to raw again, as they are or corrected.",
)

CheckName = Annotated[str, typer.Option("--check", help="Only records that failed this check.")]
BatchId = Annotated[str, typer.Option("--batch", help="Only records of this batch.")]
SourceFile = Annotated[str, typer.Option(help="Only records of files whose key contains this text.")]
RecordIds = Annotated[
    list[str] | None,
    typer.Option("--record", help="One record, by the first 8 or more characters of its id; repeatable."),
]


@app.command("list", epilog=LIST_EXAMPLES)
def list_records(
    domain: Domain,
    table: Annotated[str, typer.Option(help="Only records of this table.")] = "",
    check: CheckName = "",
    batch: BatchId = "",
    source_file: SourceFile = "",
    to: Annotated[
        Path | None,
        typer.Option(help="Write the records that were not sent yet to a file, to be corrected."),
    ] = None,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
    as_json: AsJson = False,
) -> None:
    """List quarantined records, and the rejected batches and held streams that need a release."""
    from requeue import corrections
    from requeue.records import Filter
    from requeue.unreleased import unreleased

    if to is not None and not table:
        raise CaudalError("--to needs --table.", where="--to", hint="Name the table of the records.")
    with connected(domain, env, profile, region, home, assume) as place:
        quarantine = place.quarantine
        wanted = Filter(table=table, check=check, batch=batch, source_file=source_file)
        records = quarantine.find(wanted)
        if to is not None:
            declared = place.domain.table(table)
            unsent = [each for each in records if each.is_correctable and not each.requeued]
            corrections.write_template(to, declared, unsent, place.sources(quarantine))
        if as_json:
            print_json(
                {
                    "records": [asdict(record) for record in records],
                    "unreleased": [asdict(each) for each in unreleased(place.domain, quarantine.view)],
                }
            )
        else:
            _show(records)
            _show_unreleased(unreleased(place.domain, quarantine.view))


@app.command(epilog=SEND_EXAMPLES)
def send(
    domain: Domain,
    table: Annotated[str, typer.Option(help="Table of the records.", show_default=False)],
    record: RecordIds = None,
    check: CheckName = "",
    batch: BatchId = "",
    source_file: SourceFile = "",
    corrected: Annotated[
        Path | None, typer.Option(help="File with corrected records, made by `list --to`.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also records that were sent before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent.")] = False,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
) -> None:
    """Requeue quarantined records: send them to raw again, where the pipeline ingests them like any file."""
    from requeue import corrections, sending
    from requeue.records import Filter

    with connected(domain, env, profile, region, home, assume) as place:
        declared = place.domain.table(table)
        quarantine = place.quarantine
        sources = place.sources(quarantine)
        named = (*(record or ()), *(corrections.read_ids(corrected, declared) if corrected else ()))
        wanted = Filter(table=table, check=check, batch=batch, source_file=source_file, records=named)
        if not wanted.is_selective:
            raise CaudalError(
                "no records are chosen.",
                hint="Give --record, --check, --batch, --source-file or --corrected.",
            )
        records = quarantine.find(wanted)
        texts = corrections.read(corrected, declared, records, sources) if corrected else {}
        chosen = [each for each in records if again or corrected or not each.requeued]
        sending.require_sendable(chosen, corrected=corrected is not None)
        objects = sending.to_raw_objects(
            place.domain, declared, chosen, sources, texts, now=datetime.now(UTC)
        )
        if not records:
            typer.echo("0 records match; nothing is sent.")
        if len(chosen) < len(records):
            typer.echo(f"{len(records) - len(chosen)} records were sent before (--again sends them again).")
        if dry_run:
            for raw_object in objects:
                typer.echo(f"would send {len(raw_object.records)} records as {raw_object.key}")
            return
        bucket = place.names.ledger_bucket
        with failing_with(NEEDS_ATTENTION):
            for raw_object, is_new in sending.send(
                objects, place.put, place.store, bucket, place.domain.name
            ):
                outcome = "sent" if is_new else "already there:"
                typer.echo(f"{outcome} {len(raw_object.records)} records as {raw_object.key}")


def release(
    name: Annotated[str, typer.Argument(help="A rejected batch, or a stream's hold.", show_default=False)],
    domain: Domain,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
) -> None:
    """Release a rejected batch or a held stream; the next execution of the pipeline publishes it."""
    with connected(domain, env, profile, region, home, assume) as place:
        is_new = place.ledger.release(name, by=place.caller, at=datetime.now(UTC))
        state_machine = place.names.state_machine(place.domain.name)
        typer.echo(
            f"{name} {'is released' if is_new else 'was released before'}; "
            f"the next execution of {state_machine} publishes it."
        )


def _show_unreleased(stopped: Sequence[Unreleased]) -> None:
    """Print one line per rejected batch or hold; a table would cut the name that is to be copied."""
    for each in stopped:
        what = f"{len(each.batches)} batches" if len(each.batches) > 1 else "1 batch"
        typer.echo(f"needs a release since {each.since[:19]}: {each.name} ({what}): {printable(each.reason)}")


def _show(records: Sequence[Record]) -> None:
    headings = ("record", "table", "row", "checks", "sent", "source file", "raw record")
    rows = [
        (
            record.record_id[:12],
            record.table,
            str(record.source_row),
            "\n".join(record.failed_checks),
            "yes" if record.requeued else "",
            record.source_file,
            record.raw_record[:200],
        )
        for record in records
    ]
    console = Console()
    title = f"{len(records)} quarantined records"
    console.print(title, fitting(headings, rows, console), sep="\n", highlight=False)
