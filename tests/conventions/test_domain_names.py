"""Only the domains name their tables and marts: everything else works for any domain."""

from __future__ import annotations

import re

import pytest

from conventions.sources import ROOT, packages
from lake.model.discovery import load_domains

DOMAINS = load_domains()
TABLES = [table.name for domain in DOMAINS for table in domain.tables]
MARTS = [mart.name for domain in DOMAINS for mart in domain.marts]
# Names of one word, such as events, are words of the language as well.
NAMES = {*(domain.name for domain in DOMAINS), *(name for name in (*TABLES, *MARTS) if "_" in name)}
SOURCES = [
    path
    for folder in sorted({package.partition(".")[0] for package in packages(ROOT)} - {"domains", "tests"})
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def named(text: str) -> list[str]:
    """Return the names of domains, tables and marts that a text holds."""
    return sorted(name for name in NAMES if re.search(rf"(?<![A-Za-z0-9_]){name}(?![A-Za-z0-9_])", text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the folder `usage_events/` itself", ["usage_events"]),
        ("for ecommerce", ["ecommerce"]),
        ("events and orders", []),
        ("raw_usage_events_v2", []),
    ],
)
def test_names_are_found_as_words(text: str, found: list[str]) -> None:
    assert named(text) == found


def test_sources_name_no_domain_table_or_mart() -> None:
    assert len(SOURCES) > 100
    found = {str(path.relative_to(ROOT)): named(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}
