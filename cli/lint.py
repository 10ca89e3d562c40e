"""`caudal lint`: the checks of the project that no general tool makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import typer

from cli.exits import NEEDS_ATTENTION
from cli.options import examples

EXAMPLES = examples("caudal lint")


def lint() -> None:
    """Check import directions, sizes, generated documentation and the templates (cdk-nag, cfn-lint)."""
    failed = False
    for title, check in _checks().items():
        findings = list(check())
        for finding in findings:
            typer.echo(f"{title}: {finding}")
        failed = failed or bool(findings)
        typer.echo(f"{title}: {len(findings)} findings" if findings else f"{title}: clean")
    if failed:
        raise typer.Exit(NEEDS_ATTENTION)


def _checks() -> dict[str, Callable[[], Iterable[str]]]:
    from conventions.imports import import_findings
    from conventions.sizes import size_findings
    from infra.ops import documentation
    from infra.ops.lint import template_findings

    return {
        "imports": import_findings,
        "sizes": size_findings,
        "documentation": documentation.drift,
        "templates": template_findings,
    }
