"""The dashboards of all domains as a web application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.about import about
from dashboard.datasets import Datasets
from dashboard.page import Page, page_of
from dashboard.rendering import (
    HERE,
    SCRIPTS,
    Links,
    Place,
    about_page,
    dashboard_page,
    message_page,
    page_values,
)
from dashboard.selection import Chosen, chosen
from lake.model.dashboards.visuals import Dashboard
from lake.model.spec import Domain

HOSTS = ("127.0.0.1", "localhost")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
FOOTER = "Gold tables through Athena · all times UTC · nothing on this page leaves your machine"


@dataclass(frozen=True)
class Site:
    """The domains with their loaded datasets, and the folder of the fetched packages."""

    domains: Sequence[Domain]
    datasets: Mapping[str, Datasets]
    packages: Path

    def load(self) -> None:
        """Load all datasets, and make each page once, so that the first visitor does not wait."""
        for domain in self.domains:
            self.datasets[domain.name].load()
            for each in domain.shown_dashboards:
                page_of(each, self.datasets[domain.name], Chosen())

    def places(self, here: str = "") -> list[Place]:
        """Return the navigation; several domains have dashboards of the same title."""
        titles = [each.title for domain in self.domains for each in domain.shown_dashboards]
        found = []
        for domain in self.domains:
            for each in domain.shown_dashboards:
                address = f"/{domain.name}/{each.key}"
                several = titles.count(each.title) > 1
                title = f"{each.title} ({domain.name.replace('_', ' ')})" if several else each.title
                found.append(Place(title, address, address == here))
        return found

    def find(self, domain: str, key: str) -> tuple[Domain, Dashboard]:
        """Return a dashboard. Raises HTTPException 404."""
        for each in self.domains:
            for dashboard in each.shown_dashboards:
                if (each.name, dashboard.key) == (domain, key):
                    return each, dashboard
        raise HTTPException(404, "There is no such dashboard.")

    def page(self, domain: Domain, dashboard: Dashboard, now: Chosen) -> Page:
        """Return a dashboard's page, on the rows at hand; what has changed is loaded for the next page."""
        datasets = self.datasets[domain.name]
        datasets.refresh()
        return page_of(dashboard, datasets, now)


def application(site: Site) -> Starlette:
    """Return the web application. It answers only to names of this machine."""
    files = {name: site.packages / name for name in ("inter.woff2", *SCRIPTS[:-1])}
    files |= {file.name: file for file in (HERE / "static").iterdir()}
    contents = {name: (file.read_bytes(), TYPES[file.suffix]) for name, file in files.items()}

    def first(request: Request) -> Response:
        places = site.places()
        return RedirectResponse(places[0].address) if places else _message(site, 404, "There is no domain.")

    def dashboard(request: Request) -> Response:
        domain, found = site.find(request.path_params["domain"], request.path_params["key"])
        now = chosen(found, request.query_params)
        here = f"/{domain.name}/{found.key}"
        query = f"?{now.address()}" if now.address() else ""
        links = Links(
            csv=lambda card: f"{here}/{card.key}.csv{query}",
            about=lambda card: f"{here}/{card.key}/about{query}",
        )
        values = page_values(site.page(domain, found, now), domain.name, links, here, FOOTER)
        return HTMLResponse(dashboard_page(site.places(here), values))

    def download(request: Request) -> Response:
        domain, found = site.find(request.path_params["domain"], request.path_params["key"])
        visual = request.path_params["visual"]
        card = site.page(domain, found, chosen(found, request.query_params)).card(visual)
        if card is None or card.cells is None:
            raise HTTPException(404, "There is no such visual, or it has no rows.")
        named = {"Content-Disposition": f'attachment; filename="{domain.name}-{found.key}-{card.key}.csv"'}
        return Response(card.cells.csv(), media_type="text/csv; charset=utf-8", headers=named)

    def explain(request: Request) -> Response:
        domain, found = site.find(request.path_params["domain"], request.path_params["key"])
        visual = found.visual(request.path_params["visual"])
        if visual is None:
            raise HTTPException(404, "There is no such visual.")
        here = f"/{domain.name}/{found.key}"
        now = chosen(found, request.query_params).address()
        back = here + (f"?{now}" if now else "")
        return HTMLResponse(about_page(site.places(here), about(domain, found, visual), back))

    def static(request: Request) -> Response:
        if request.path_params["name"] not in contents:
            raise HTTPException(404, "There is no such file.")
        body, kind = contents[request.path_params["name"]]
        # Addresses of the own files change with their content.
        return Response(body, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})

    async def refused(request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 500
        what = str(error.detail) if isinstance(error, HTTPException) else "The page could not be made."
        return _message(site, code, what)

    routes = [
        Route("/", first),
        Route("/static/{name}", static),
        Route("/{domain}/{key}", dashboard),
        Route("/{domain}/{key}/{visual}.csv", download),
        Route("/{domain}/{key}/{visual}/about", explain),
    ]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False),
            Middleware(_Headers),
        ],
        exception_handlers={HTTPException: refused, Exception: refused},
    )


def _message(site: Site, code: int, what: str) -> Response:
    hint = (
        "Choose a dashboard above." if code < 500 else "The program's output says more; the other pages work."
    )
    titles = {404: "Not found", 405: "Not allowed", 500: "Something failed"}
    body = message_page(site.places(), titles.get(code, "Not possible"), what, hint)
    return HTMLResponse(body, code)


class _Headers:
    """Adds the headers that keep a page to itself to every answer."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] += [
                    (name.lower().encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.lower().encode() not in present
                ]
            await send(message)

        await self._app(scope, receive, with_headers)
