"""`caudal sample DOMAIN`: generated landing files of a domain."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from cli.options import examples
from cli.parameters import command_for, lazy_group, option

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.", show_default=False)]
ManifestFile = Annotated[
    Path | None, typer.Option("--manifest", metavar="FILE", help="File for the expected row counts.")
]
Committed = Annotated[
    bool, typer.Option("--committed", help="Write the sample that is kept with the source; no other options.")
]


def _add_generators(commands: typer.Typer) -> None:
    """Add one command per domain that has a sample generator (`domains/<name>/sample/`)."""
    from lake.model.discovery import domain_names

    for name in domain_names():
        if importlib.util.find_spec(f"domains.{name}.sample") is not None:
            generator = importlib.import_module(f"domains.{name}.sample")
            commands.command(name, help=f"Generate landing files of {name}.")(_command(generator))


app = lazy_group(
    _add_generators,
    help="Generate landing files of a domain, with known row counts.",
    epilog=examples(
        "caudal sample DOMAIN --out DIR --seed 7",
        "caudal sample DOMAIN --out sample_data --committed",
    ),
)


def _command(generator: Any) -> Any:
    def run(*, out: Path, manifest: Path | None, committed: bool, **options: Any) -> None:
        began = perf_counter()
        made = generator.write_committed(out) if committed else generator.generate(out, **options)
        if manifest:
            made.write(manifest)
        rows, seconds = sum(made.files.values()), perf_counter() - began
        typer.echo(f"{rows:,} rows in {len(made.files)} files, {seconds:.1f} s: {out}")

    return command_for(
        generator.generate,
        run,
        out=option("out", Out),
        manifest=option("manifest", ManifestFile, None),
        committed=option("committed", Committed, False),
    )
