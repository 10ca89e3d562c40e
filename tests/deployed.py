"""The domains that the end-to-end tests deploy: the shipped ones, and three more."""

from __future__ import annotations

import pytest

from conformance.permissions.kinds import Kinds
from lake.model.discovery import load_domain
from localcloud.daemon import PROJECT

TOY = PROJECT / "tests" / "toy"
METERS = PROJECT / "tests" / "meters"
STALL = PROJECT / "tests" / "stall"
"""Folders with portions of the namespace package `domains`: one more domain is one more folder."""


def deployed_kinds() -> Kinds:
    """Return the kinds of calls and grants of all these domains."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in (TOY, METERS, STALL):
            patch.syspath_prepend(str(folder))
        return Kinds(map(load_domain, ("ecommerce", "cloud_provider", "toy", "meters", "stall")))
