"""Compile the modules of packages that the product imports.

The packages have 12,700 modules, and half of their code is the CDK's, of whose services few are used. So the
product's modules are imported, which compiles what they need; tests and tools compile theirs when they run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Run = Callable[[Sequence[str | Path], Mapping[str, str]], str]
"""(command, more variables) → its output; it raises if the command fails."""

TEMPLATES = ("infra.application",)
PIPELINE = (
    "cli.main",
    "demo.run",
    "glue_jobs.processed_to_curated",
    "glue_jobs.raw_to_processed",
    "glue_jobs.stream_to_bronze",
    "localcloud.server",
    "moto.server",
    "pandas",
    "pyspark.sql.functions",
)

PROGRAM = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
from infra.foundation.node import prefer_own_node
prefer_own_node()
for name in sys.argv[2:]:
    importlib.import_module(name)
"""

VARIABLES = {"PYTHONDONTWRITEBYTECODE": ""}
"""Empty is the same as unset. What Python may not keep now, each later process would compile anew."""


def compile_modules(root: Path, run: Run, *, with_pipeline: bool) -> None:
    """Import the modules that make templates and, in a process beside, those that run the pipeline."""
    python = root / ".venv" / "bin" / "python"
    parts = (TEMPLATES, PIPELINE) if with_pipeline else (TEMPLATES,)
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(lambda names: run([python, "-c", PROGRAM, root, *names], VARIABLES), parts))
