"""The group `caudal model`."""

from __future__ import annotations

import typer

from cli.exits import Commands
from cli.model import change, feedback, train, versions

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="List, train and promote the versions of a domain's models, and say what is no anomaly.",
)

app.command("list", epilog=versions.LIST_EXAMPLES)(versions.list_versions)
app.command(epilog=versions.SHOW_EXAMPLES)(versions.show)
app.command(epilog=train.EXAMPLES)(train.train)
app.command(epilog=change.PROMOTE_EXAMPLES)(change.promote)
app.command(epilog=change.ROLLBACK_EXAMPLES)(change.rollback)
app.command(epilog=feedback.EXAMPLES)(feedback.feedback)
