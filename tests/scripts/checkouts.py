"""Folders that look like a checkout and a Java runtime."""

from __future__ import annotations

from pathlib import Path

from scripts.setup import JAVA_MODULE


def checkout(root: Path) -> Path:
    """Make a folder that looks as if the packages were installed."""
    (root / "requirements.txt").write_text("pyspark==4.1.1\n")
    (root / ".venv" / "lib" / "python3.11" / "site-packages" / "pyspark").mkdir(parents=True)
    return root


def java(home: Path, version: str, modules: str = JAVA_MODULE) -> Path:
    """Write a fake runtime that answers like Java."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\ncase "$1" in\n-version) echo \'openjdk version "{version}" 2025-01-01\' >&2;;\n'
        f"--list-modules) echo {modules}@17;;\nesac\n"
    )
    program.chmod(0o755)
    return home
