"""Dashboards as HTML files that need nothing else: for mail, and for those without access to the lake."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from dashboard.about import about
from dashboard.application import Site
from dashboard.page import page_of
from dashboard.rendering import (
    HERE,
    SCRIPTS,
    Links,
    Place,
    dashboard_page,
    environment,
    main_part,
    page_values,
)
from dashboard.selection import Chosen, Control
from lake.model.dashboards.visuals import Dashboard
from lake.model.spec import Domain

MONTHS = 24
FOOTER = (
    "Gold tables through Athena · all times UTC · this file holds the last 24 months and needs no network"
)


@dataclass(frozen=True)
class Inline:
    """What a file holds in place of addresses: styles, scripts, and the policy that allows only these."""

    policy: str
    head: Markup
    foot: Markup


def write(site: Site, folder: Path) -> list[Path]:
    """Write one file per dashboard and return them. Raises OSError for a folder that cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    styles, scripts = _styles(site.packages), _scripts(site.packages)
    files = []
    for domain in site.domains:
        site.datasets[domain.name].load()
        for dashboard in domain.shown_dashboards:
            file = folder / name_of(domain, dashboard)
            file.write_text(_page(site, domain, dashboard, styles, scripts), encoding="utf-8")
            files.append(file)
    return files


def name_of(domain: Domain, dashboard: Dashboard) -> str:
    """Return the name of a dashboard's file."""
    return f"{domain.name}-{dashboard.key}.html"


def _page(site: Site, domain: Domain, dashboard: Dashboard, styles: str, scripts: Sequence[str]) -> str:
    here = f"/{domain.name}/{dashboard.key}"
    places = [
        Place(each.title, each.address.removeprefix("/").replace("/", "-") + ".html", each.address == here)
        for each in site.places(live=False)
    ]
    datasets = site.datasets[domain.name]
    newest = page_of(dashboard, datasets, Chosen())
    months = [
        choice.value for control in newest.controls if not control.filter.column for choice in control.choices
    ]
    months = months[: MONTHS + 1]
    links = Links(csv=lambda card: "#", about=lambda card: f"#about-{card.key}")
    mains = {}
    for text in months or [""]:
        now = Chosen(dt.date.fromisoformat(f"{text}-01")) if text else Chosen()
        page = page_of(dashboard, datasets, now)
        controls = [
            Control(each.filter, [c for c in each.choices if c.value in months]) for each in page.controls
        ]
        mains[text] = page_values(replace(page, controls=controls), domain.name, links, "#", FOOTER)
    # The first month is on the page, and all wait in templates that the browser does not draw.
    waiting = "".join(
        f'<template data-month="{text}">{main_part(values, inline=True)}</template>'
        for text, values in mains.items()
    )
    explanations = "".join(
        environment().get_template("appendix.html").render(key=each.key, about=about(domain, dashboard, each))
        for each in dashboard.visuals
    )
    inline = Inline(
        policy=_policy(styles, scripts),
        head=Markup(f"<style>{styles}</style><script>{scripts[0]}</script>"),
        foot=Markup(
            f'<div class="inside about"><h2>How is this computed?</h2>{explanations}</div>{waiting}'
            + "".join(f"<script>{each}</script>" for each in scripts[1:])
            + _licences(site.packages)
        ),
    )
    return dashboard_page(places, next(iter(mains.values())), inline=inline)


def _styles(packages: Path) -> str:
    font = base64.b64encode((packages / "inter.woff2").read_bytes()).decode()
    text = (HERE / "static" / "page.css").read_text(encoding="utf-8")
    return text.replace('url("/static/inter.woff2")', f'url("data:font/woff2;base64,{font}")')


def _scripts(packages: Path) -> list[str]:
    """Return the scripts in order, the first for the head. None may end the element that holds it."""
    own = HERE / "static"
    files = [own / "theme.js", *(packages / name for name in SCRIPTS[:-1]), own / SCRIPTS[-1]]
    return [file.read_text(encoding="utf-8").replace("</script", "<\\/script") for file in files]


def _policy(styles: str, scripts: Sequence[str]) -> str:
    def hashes(texts: Sequence[str]) -> str:
        found = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        return " ".join(f"'sha256-{each}'" for each in found)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes([styles])}; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


def _licences(packages: Path) -> str:
    """Return the licences of what the file contains, as a comment."""
    texts = [
        f"{file.stem}\n{file.read_text(encoding='utf-8')}" for file in sorted(packages.glob("*.LICENSE"))
    ]
    return "<!--\n" + "\n".join(texts).replace("--", "- -") + "\n-->"
