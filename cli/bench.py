"""`caudal bench`: measurements of the whole product beside DuckDB in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.options import examples

EXAMPLES = examples(
    "caudal bench",
    "caudal bench --no-months --events 1000000",
    "caudal bench --scale 0.1 --no-months --events 0 --relational 0",
    "caudal bench --no-history --no-months --events 0 --relational 0",
    "caudal bench --publication .local",
    "caudal bench --models",
    "caudal bench --training",
    "caudal bench --pictures docs/pictures",
)


def bench(
    scale: Annotated[float, typer.Option(help="1 is the size of the real history.")] = 1.0,
    months: Annotated[bool, typer.Option(help="Also measure one more month on 12 and on 70 months.")] = True,
    history: Annotated[bool, typer.Option(help="Measure the whole history in one upload.")] = True,
    events: Annotated[
        list[int] | None,
        typer.Option(help="Size of a stream's backlog, repeatable; default one and ten million, 0 for none."),
    ] = None,
    dashboards: Annotated[
        bool, typer.Option(help="Measure the dashboards' pages and their export in Chromium.")
    ] = True,
    relational: Annotated[
        int, typer.Option(metavar="ROWS", help="Rows that MySQL gets, 0 for none.")
    ] = 1_000_000,
    work: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the data; default a temporary one.")
    ] = None,
    models: Annotated[
        bool, typer.Option("--models", help="Judge only the anomaly model, beside the cold start.")
    ] = False,
    training: Annotated[
        bool, typer.Option("--training", help="Measure only a training on a year of 200 organisations.")
    ] = False,
    pictures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Only write the pictures of the anomaly model to this folder."),
    ] = None,
    publication: Annotated[
        Path | None,
        typer.Option(
            metavar="HOME", help="Measure only what readers see while this lake is published again."
        ),
    ] = None,
) -> None:
    """Measure batch, stream and relational runs. Compare ratios within one run: times depend on the load."""
    from bench.run import measure

    if models:
        from bench.models.judge import measure_models

        measure_models(Console())
        return
    if training:
        from bench.models.training import measure_training

        measure_training(Console())
        return
    if pictures:
        from bench.models.judge import draw_models

        for file in draw_models(pictures):
            Console().print(file)
        return
    if publication:
        from bench.publication import measure_publication

        measure_publication(publication, Console())
        return
    measure(
        scale=scale,
        months=months,
        history=history,
        events=events,
        dashboards=dashboards,
        relational=relational,
        work=work,
    )
