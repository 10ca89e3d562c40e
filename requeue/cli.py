"""The command line: options in, records or a batch found, an exit code out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from glue_jobs.ledger.ledger import Ledger
from glue_jobs.runtime.store import S3Store
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.model.spec import Domain
from lake.naming import Names
from requeue import corrections, sending
from requeue.records import Filter, Quarantine, Record
from requeue.unreleased import Unreleased, unreleased
from uploader.errors import explained
from uploader.session import connect
from uploader.transfer import put_once

NOT_DONE = 2

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)

DomainName = Annotated[str, typer.Option("--domain", help="The domain that the records belong to.")]
Env = Annotated[str | None, typer.Option(help="Environment; dev unless the local runtime says else.")]
Profile = Annotated[str | None, typer.Option(help="AWS profile.", envvar="AWS_PROFILE")]
Region = Annotated[str | None, typer.Option(help="AWS region.")]
Local = Annotated[
    Path | None, typer.Option(help="Home folder of a local runtime, instead of AWS.", envvar="CAUDAL_HOME")
]
Assume = Annotated[
    bool, typer.Option(help="Take the roles made for this, or use the credentials as they are.")
]
CheckName = Annotated[str, typer.Option("--check", help="Records that failed this check.")]
BatchId = Annotated[str, typer.Option("--batch", help="Records of this batch.")]
SourceFile = Annotated[str, typer.Option(help="Records of files whose key contains this.")]
RecordIds = Annotated[
    list[str] | None,
    typer.Option("--record", help="This record, by the first 8 characters of its id or more."),
]


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """Where a command works: the steward reads everything and writes notes, the uploader writes raw."""

    domain: Domain
    names: Names
    store: S3Store
    caller: str
    put: sending.PutObject

    @property
    def quarantine(self) -> Quarantine:
        return Quarantine(self.store, self.names.processed_bucket, self.domain)

    def sources(self, quarantine: Quarantine) -> sending.Sources:
        return sending.Sources(self.store, self.names.raw_bucket, self.domain, quarantine)


@contextmanager
def _desk(
    domain: str, env: str | None, profile: str | None, region: str | None, local: Path | None, assume: bool
) -> Iterator[_Desk]:
    """Everything that a command needs; errors become one line and an exit code."""
    try:
        declared = load_domain(domain)
        steward = connect(
            env=env, profile=profile, region=region, local=local, assume=assume,
            role=lambda names: names.steward_role,
        )  # fmt: skip

        def put(key: str, body: bytes, metadata: sending.Metadata) -> bool:
            uploader = connect(env=env, profile=profile, region=region, local=local, assume=assume)
            return put_once(uploader.client, uploader.names.raw_bucket, key, body, metadata)

        with explained(f"domain {domain}, environment {steward.names.env}"):
            yield _Desk(
                domain=declared,
                names=steward.names,
                store=S3Store(steward.client),
                caller=steward.caller,
                put=put,
            )
    except CaudalError as error:
        Console(stderr=True).print(f"[red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(NOT_DONE) from error


@app.command("list")
def list_records(
    domain: DomainName,
    table: Annotated[str, typer.Option(help="Records of this table.")] = "",
    check: CheckName = "",
    batch: BatchId = "",
    source_file: SourceFile = "",
    as_json: Annotated[bool, typer.Option("--json", help="Whole records, as a JSON array.")] = False,
    to: Annotated[
        Path | None,
        typer.Option(help="Write those that were not sent yet to a file, to be corrected (needs --table)."),
    ] = None,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    local: Local = None,
    assume: Assume = True,
) -> None:
    """List quarantined records and what became of them since, and what waits for a release."""
    with _desk(domain, env, profile, region, local, assume) as desk:
        quarantine = desk.quarantine
        wanted = Filter(table=table, check=check, batch=batch, source_file=source_file)
        records = quarantine.find(wanted)
        if to is not None:
            declared = desk.domain.table(table)
            open_ones = [each for each in records if each.is_correctable and not each.requeued]
            corrections.write_template(to, declared, open_ones, desk.sources(quarantine))
        if as_json:
            typer.echo(json.dumps([asdict(record) for record in records], default=str, indent=1))
        else:
            _show(records)
            _show_waiting(unreleased(desk.domain, quarantine.view))


@app.command()
def send(
    domain: DomainName,
    table: Annotated[str, typer.Option(help="Table of the records.")],
    record: RecordIds = None,
    check: CheckName = "",
    batch: BatchId = "",
    source_file: SourceFile = "",
    corrected: Annotated[
        Path | None, typer.Option(help="File with the corrected records; it says which ones.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also records that were sent before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent.")] = False,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    local: Local = None,
    assume: Assume = True,
) -> None:
    """Send records back to raw, as they are or corrected; the pipeline takes them up like any file."""
    with _desk(domain, env, profile, region, local, assume) as desk:
        declared = desk.domain.table(table)
        quarantine = desk.quarantine
        sources = desk.sources(quarantine)
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
        objects = sending.to_raw_objects(desk.domain, declared, chosen, sources, texts)
        if len(chosen) < len(records):
            typer.echo(f"{len(records) - len(chosen)} records were sent before (--again sends them again).")
        if dry_run:
            for raw_object in objects:
                typer.echo(f"would send {len(raw_object.records)} records as {raw_object.key}")
            return
        bucket = desk.names.processed_bucket
        for raw_object, is_new in sending.send(objects, desk.put, desk.store, bucket, desk.domain.name):
            outcome = "sent" if is_new else "already there:"
            typer.echo(f"{outcome} {len(raw_object.records)} records as {raw_object.key}")


@app.command()
def release(
    name: Annotated[str, typer.Argument(help="The rejected batch, or the hold of a stream.")],
    domain: DomainName,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    local: Local = None,
    assume: Assume = True,
) -> None:
    """Let a rejected batch, or a held stream, through; the next execution of the pipeline publishes it."""
    with _desk(domain, env, profile, region, local, assume) as desk:
        ledger = Ledger(desk.store, desk.names.processed_bucket, desk.domain.name)
        is_news = ledger.release(name, by=desk.caller, at=datetime.now(UTC))
        state_machine = desk.names.state_machine(desk.domain.name)
        typer.echo(
            f"{name} {'is released' if is_news else 'was released before'}; "
            f"the next execution of {state_machine} publishes it."
        )


def _show_waiting(stopped: Sequence[Unreleased]) -> None:
    """Lines, not a grid: a name has to be copied whole."""
    for each in stopped:
        what = f"{len(each.batches)} batches" if len(each.batches) > 1 else "1 batch"
        typer.echo(f"waits for release since {each.since[:19]}: {each.name} ({what}): {each.reason}")


def _show(records: Sequence[Record]) -> None:
    grid = Grid(title=f"{len(records)} quarantined records", title_justify="left")
    for heading in ("record", "table", "row", "checks", "sent", "source file", "record as it came"):
        grid.add_column(heading, overflow="fold" if heading != "record as it came" else "ellipsis")
    for record in records:
        grid.add_row(
            record.record_id[:12],
            record.table,
            str(record.source_row),
            "\n".join(record.failed_checks),
            "yes" if record.requeued else "",
            escape(record.source_file),
            escape(record.raw_record[:200]),
        )
    Console().print(grid)
