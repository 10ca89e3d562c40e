"""Dashboards as HTML files that need nothing else: for mail, and for those without access to the lake."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from dashboard.about import about
from dashboard.application import Site
from dashboard.data.datasets import columns_of
from dashboard.errors import DashboardError
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
    """Write one file per dashboard and return them; `problems` says afterwards what they lack.

    A dashboard without any rows, of which a dataset could not be read, has no file. Raises OSError for a
    folder that cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    styles, scripts = _styles(site.packages), _scripts(site.packages)
    for domain in site.domains:
        site.datasets[domain.name].load()
    files = []
    for domain, dashboard in _dashboards(site):
        if _is_lost(site, domain, dashboard):
            continue
        file = folder / name_of(domain, dashboard)
        file.write_text(_page(site, domain, dashboard, styles, scripts), encoding="utf-8")
        files.append(file)
    return files


def problems(site: Site) -> list[DashboardError]:
    """Return why files of `write` lack a dataset, hold older rows of it, or are not there."""
    found = []
    for domain in site.domains:
        names: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        for dataset in columns_of(domain):
            if error := site.datasets[domain.name].get(dataset).error:
                names[error.what, error.hint].append(dataset.name)
        for (what, hint), tables in names.items():
            where = f"{domain.name}: {', '.join(sorted(tables))}"
            found.append(DashboardError(what, where=where, hint=hint))
    for each in _dashboards(site):
        if _is_lost(site, *each):
            found.append(
                DashboardError(
                    "the file is not written: no row of its tables could be read.",
                    where=name_of(*each),
                    hint="See to the tables above, and export again. An older file stays as it is.",
                )
            )
    return found


def _is_lost(site: Site, domain: Domain, dashboard: Dashboard) -> bool:
    """Return whether a dashboard has no row at all, and an error of its datasets may be the reason."""
    loaded = [site.datasets[domain.name].get(visual.dataset) for visual in dashboard.visuals]
    has_rows = any(each.frame is not None and each.frame.size for each in loaded)
    return not has_rows and any(each.error for each in loaded)


def name_of(domain: Domain, dashboard: Dashboard) -> str:
    """Return the name of a dashboard's file."""
    return f"{domain.name}-{dashboard.key}.html"


def _page(site: Site, domain: Domain, dashboard: Dashboard, styles: str, scripts: Sequence[str]) -> str:
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
    places = _places(site, name_of(domain, dashboard))
    return dashboard_page(places, next(iter(mains.values())), inline=inline)


def _places(site: Site, here: str) -> list[Place]:
    """Return the navigation between the files that are written; `here` is the name of the file it is in."""
    lost = {name_of(*each) for each in _dashboards(site) if _is_lost(site, *each)}
    named = [(each.title, f"{each.address[1:].replace('/', '-')}.html") for each in site.places(live=False)]
    return [Place(title, name, name == here) for title, name in named if name not in lost]


def _dashboards(site: Site) -> list[tuple[Domain, Dashboard]]:
    return [(domain, each) for domain in site.domains for each in domain.shown_dashboards]


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
