"""`caudal bench`: measurements of the whole product beside DuckDB in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.options import examples
from lake.errors import CaudalError

EXAMPLES = examples(
    "caudal bench",
    "caudal bench --no-months --events 1000000",
    "caudal bench --scale 0.1 --no-months --events 0 --relational 0",
    "caudal bench --no-history --no-months --events 0 --relational 0",
    "caudal bench --no-history --no-months --events 0 --no-dashboards --relational 0",
    "caudal bench --publication .local",
    "caudal bench --models",
    "caudal bench --training",
    "caudal bench --pictures docs/pictures",
    "caudal bench --profile --sample",
    "caudal bench --record --no-months --no-dashboards --events 0 --relational 0",
)


_Dashboards = Annotated[
    bool, typer.Option(help="Measure the dashboards' pages and their export in Chromium.")
]
_Visibility = Annotated[
    bool, typer.Option(help="Measure how soon readers see 1,000 events of a warm continuous stream.")
]
_Relational = Annotated[int, typer.Option(metavar="ROWS", help="Rows that MySQL gets, 0 for none.")]
_Models = Annotated[
    bool, typer.Option("--models", help="Judge only the anomaly model, beside the cold start.")
]
_Training = Annotated[
    bool, typer.Option("--training", help="Measure only a training on a year of 200 organisations.")
]
_Pictures = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Only write the pictures of the anomaly model to this folder."),
]
_Publication = Annotated[
    Path | None,
    typer.Option(metavar="HOME", help="Measure only what readers see while this lake is published again."),
]
_Profile = Annotated[
    bool,
    typer.Option(
        "--profile", help="Print only where the time of the pipeline and of its named queries goes."
    ),
]

_Sample = Annotated[
    bool, typer.Option("--sample", help="With --profile: of the sample data, not of the history.")
]
_Record = Annotated[
    bool, typer.Option("--record", help="Keep what the jobs did: the cost estimate predicts from it.")
]


def bench(
    scale: Annotated[float, typer.Option(help="1 is the size of the real history.")] = 1.0,
    months: Annotated[bool, typer.Option(help="Also measure one more month on 12 and on 70 months.")] = True,
    history: Annotated[bool, typer.Option(help="Measure the whole history in one upload.")] = True,
    events: Annotated[
        list[int] | None,
        typer.Option(help="Size of a stream's backlog, repeatable; default one and ten million, 0 for none."),
    ] = None,
    visibility: _Visibility = True,
    dashboards: _Dashboards = True,
    relational: _Relational = 1_000_000,
    work: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the data; default a temporary one.")
    ] = None,
    models: _Models = False,
    training: _Training = False,
    pictures: _Pictures = None,
    publication: _Publication = None,
    profile: _Profile = False,
    sample: _Sample = False,
    record: _Record = False,
) -> None:
    """Measure batch, stream and relational runs. Compare ratios within one run: times depend on the load."""
    from bench.run import measure, profiles
    from infra.ops.costs.measured import FILE

    if record:
        only = {
            "--models": models,
            "--training": training,
            "--pictures": pictures,
            "--publication": publication,
        }
        _require_recorded(
            other=next((option for option, given in only.items() if given), None),
            sample=sample if profile else None,
            any_run=history or months,
        )
    records = FILE if record else None
    if profile:
        profiles(sample=sample, scale=scale, work=work, records=records)
    elif models or training or pictures:
        _measure_models(judge=models, training=training, pictures=pictures)
    elif publication:
        from bench.publication import measure_publication

        measure_publication(publication, Console())
    else:
        measure(
            scale=scale,
            months=months,
            history=history,
            events=events,
            visibility=visibility,
            dashboards=dashboards,
            relational=relational,
            work=work,
            records=records,
        )


def _require_recorded(*, other: str | None, sample: bool | None, any_run: bool) -> None:
    """Raise CaudalError if nothing would be measured whose measures are recorded.

    `other` is an option whose measurement has none, `sample` that of a profile, None without one; `any_run`
    tells whether the history or a month is measured.
    """
    if sample is None and other:
        problem = f"{other} measures no job runs that are recorded."
    elif sample is False:
        problem = "a profile of the history is not recorded."
    elif sample is None and not any_run:
        problem = "without the history and a month there is nothing to record."
    else:
        return
    raise CaudalError(
        problem,
        where="--record",
        hint="Record the sample with --profile --sample, and the history and a month without --profile.",
    )


def _measure_models(*, judge: bool, training: bool, pictures: Path | None) -> None:
    """Judge the anomaly model, measure its training, write its pictures: each if asked for."""
    from bench.models.judge import draw_models, measure_models
    from bench.models.training import measure_training

    if judge:
        measure_models(Console())
    if training:
        measure_training(Console())
    for file in draw_models(pictures) if pictures else ():
        Console().print(file)
