"""A second opinion on the state machines: statelint, a validator of the Amazon States Language."""

from __future__ import annotations

import json
from pathlib import Path

from infra.ops.diagrams import state_machines


def findings(outdir: Path) -> list[str]:
    """Return statelint's findings on the definitions in the templates of `outdir`, one sentence each."""
    from statelint.linter import Linter

    return [
        f"{path.name.removesuffix('.template.json')}: {problem}"
        for path in sorted(outdir.glob("*.template.json"))
        for machine in state_machines(json.loads(path.read_text(encoding="utf-8")))
        for problem in Linter.validate(machine)
    ]
