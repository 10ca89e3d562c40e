"""`caudal docs`: the generated pages of docs/."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.exits import NEEDS_ATTENTION, show
from cli.options import examples
from lake.errors import CaudalError

EXAMPLES = examples("caudal docs", "caudal docs --check")


def docs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a page is out of date.")
    ] = False,
) -> None:
    """Write the generated documentation: data dictionary, diagrams, costs and the index of decisions."""
    from infra.ops import documentation

    if not check:
        documentation.write()
        return
    problems = documentation.drift()
    for problem in problems:
        show(CaudalError(problem, where="docs", hint="Run `caudal docs`."))
    if problems:
        raise typer.Exit(NEEDS_ATTENTION)
