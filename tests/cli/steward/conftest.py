"""Fixtures: a pipeline with published files, and the command line for its domain."""

from __future__ import annotations

from tests.cli.quarantine.conftest import account, cli, quarantined_once, toy

__all__ = ["account", "cli", "quarantined_once", "toy"]
