"""Finds the raw objects that no job reads, because they lie outside the folders of all domains."""

from __future__ import annotations

from collections.abc import Sequence

from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.model.discovery import domain_names

OUTSIDE_NAMED = 10
"""Most names of a message on objects outside all domains."""


def outside_domains(store: ObjectStore, bucket: str) -> list[str]:
    """Return the folders and objects at the top of raw that belong to no domain: no job reads them."""
    known = {naming.raw_prefix(name) for name in domain_names()}
    return sorted(each for each in store.top(bucket) if each not in known)


def outside_messages(outside: Sequence[str]) -> list[str]:
    """Return a sentence that names them; empty if there are none."""
    if not outside:
        return []
    named = ", ".join(repr(each) for each in outside[:OUTSIDE_NAMED])
    return [f"No job reads what lies outside the domains' folders of the raw bucket: {named}."]
