"""Pages as HTML. Every value is escaped by the templates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from dashboard import formats
from dashboard.about import About
from dashboard.page import Page
from dashboard.views.cards import Card

HERE = Path(__file__).resolve().parent
SCRIPTS = ("vega.js", "vega-lite.js", "vega-interpreter.js", "page.js")


@dataclass(frozen=True)
class Place:
    """A dashboard in the navigation."""

    title: str
    address: str
    is_here: bool


@dataclass(frozen=True)
class Links:
    """The addresses of a card's download and of its explanation."""

    csv: Callable[[Card], str]
    about: Callable[[Card], str]


@cache
def environment() -> Environment:
    """Return the templates."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def version() -> str:
    """Return a hash of the pages' own files, which makes their addresses new when they change."""
    digest = hashlib.sha256()
    for file in sorted((HERE / "static").iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def _render(template: str, places: Sequence[Place], **values: Any) -> str:
    frame = {"places": places, "inline": None, "scripts": SCRIPTS, "version": version(), "prefix": ""}
    return environment().get_template(template).render({**frame, **values})


def page_values(page: Page, domain: str, links: Links, address: str, footer: str) -> dict[str, Any]:
    """Return what the template of a dashboard reads."""
    return {
        "page": page,
        "domain_title": title_of(domain),
        "month_text": formats.month(page.month) if page.month else "",
        "links": links,
        "address": address,
        "footer": footer,
    }


def dashboard_page(places: Sequence[Place], values: dict[str, Any], **more: Any) -> str:
    """Return the page of a dashboard."""
    return _render("dashboard.html", places, **values, **more)


def main_part(values: dict[str, Any], **more: Any) -> str:
    """Return a dashboard without the frame of its page."""
    return _render("main.html", (), **values, **more)


def about_page(places: Sequence[Place], about: About, back: str) -> str:
    """Return the page that says how a visual is computed."""
    return _render("about.html", places, about=about, back=back)


def message_page(places: Sequence[Place], title: str, what: str, hint: str = "") -> str:
    """Return a page with a message."""
    return _render("message.html", places, title=title, what=what, hint=hint)


def title_of(domain: str) -> str:
    """Return a domain's name as a title."""
    return domain.replace("_", " ").capitalize()
