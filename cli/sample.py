"""`caudal sample DOMAIN`: generated landing files of a domain."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from cli.options import examples
from cli.parameters import LazyCommands, command_for, option

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.", show_default=False)]
ManifestFile = Annotated[
    Path | None, typer.Option("--manifest", metavar="FILE", help="File for the expected row counts.")
]
Committed = Annotated[
    bool, typer.Option("--committed", help="Write the sample that is kept with the source; no other options.")
]


def samples() -> typer.Typer:
    """Return one command per domain that has a sample generator (`domains/<name>/sample/`)."""
    from lake.model.discovery import domain_names

    commands = typer.Typer(no_args_is_help=True)
    for name in domain_names():
        if importlib.util.find_spec(f"domains.{name}.sample") is not None:
            generator = importlib.import_module(f"domains.{name}.sample")
            commands.command(name, help=f"Generate landing files of {name}.")(_command(generator))
    # A Typer app with a single command is no group.
    commands.callback()(lambda: None)
    return commands


class _Samples(LazyCommands):
    build = staticmethod(samples)


app = typer.Typer(
    cls=_Samples,
    no_args_is_help=True,
    help="Generate landing files of a domain, with known row counts.",
    epilog=examples(
        "caudal sample ecommerce --out /tmp/shop --scale 0.1 --layout months",
        "caudal sample ecommerce --out sample_data --committed",
    ),
)


@app.callback()
def _sample() -> None:
    """Make the app a group: its commands come from `samples`."""


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
