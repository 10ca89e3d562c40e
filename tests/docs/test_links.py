"""Pages are listed in the index, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lake.documentation.pages import DOCS

PAGES = sorted(DOCS.rglob("*.md"))
_LINK = re.compile(r"\]\((?!https?://)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _relative(page: Path) -> str:
    return str(page.relative_to(DOCS))


@pytest.mark.parametrize("page", PAGES, ids=_relative)
def test_links_lead_to_pages_and_headings(page: Path) -> None:
    for link in _LINK.finditer(page.read_text(encoding="utf-8")):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        assert target.exists(), f"{link['path']} does not exist"
        if link["anchor"]:
            assert link["anchor"] in _anchors(target), f"{target.name} has no heading {link['anchor']}"


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    listed = {link["path"] for link in _LINK.finditer(index)}
    pages = {_relative(page) for page in PAGES if page.parent.name != "adr" or page.name == "README.md"}
    assert pages - {"README.md"} == listed
