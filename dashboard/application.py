"""The dashboards of all domains as a web application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.about import about
from dashboard.data.datasets import Datasets
from dashboard.data.served import Served
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
LIVE_FOOTER = (
    "Serving store · provisional are running totals of the stream, which batch replaces · all times UTC · "
    "nothing on this page leaves your machine"
)
FOOTER = "Gold tables through Athena · all times UTC · nothing on this page leaves your machine"


@dataclass(frozen=True)
class Site:
    """The domains with their loaded datasets and served marts, and the folder of the fetched packages."""

    domains: Sequence[Domain]
    datasets: Mapping[str, Datasets]
    packages: Path
    served: Mapping[str, Served] = field(default_factory=dict)

    def load(self) -> None:
        """Load all datasets, and make each page once, so that the first visitor does not wait."""
        for domain in self.domains:
            self.datasets[domain.name].load()
            for each in domain.shown_dashboards:
                page_of(each, self.datasets[domain.name], Chosen())

    def places(self, here: str = "", *, live: bool = True) -> list[Place]:
        """Return the navigation; several domains have dashboards of the same title."""
        shown = {
            domain.name: [d for d in self._shown(domain) if live or not d.is_live] for domain in self.domains
        }
        titles = [each.title for dashboards in shown.values() for each in dashboards]
        found = []
        # A stable order: the domains that lead, and the others, each as given.
        for domain in sorted(self.domains, key=lambda each: not any(d.leads for d in each.dashboards)):
            for each in shown[domain.name]:
                address = f"/{domain.name}/{each.key}"
                several = titles.count(each.title) > 1
                title = f"{each.title} ({domain.name.replace('_', ' ')})" if several else each.title
                found.append(Place(title, address, address == here))
        return found

    def _shown(self, domain: Domain) -> tuple[Dashboard, ...]:
        """Return the dashboards of a domain: live ones follow its own, before that on its quality."""
        *own, quality = domain.shown_dashboards
        return (*own, *(domain.live if domain.name in self.served else ()), quality)

    def find(self, domain: str, key: str) -> tuple[Domain, Dashboard]:
        """Return a dashboard. Raises HTTPException 404."""
        for each in self.domains:
            for dashboard in self._shown(each):
                if (each.name, dashboard.key) == (domain, key):
                    return each, dashboard
        raise HTTPException(404, "There is no such dashboard.")

    def page(self, domain: Domain, dashboard: Dashboard, now: Chosen) -> Page:
        """Return a dashboard's page, on the rows at hand; what has changed is loaded for the next page."""
        datasets = self.datasets[domain.name]
        # For a live page too: gold knows which values its filters have.
        datasets.refresh()
        if dashboard.is_live:
            columns = {each.column for each in dashboard.filters}
            known = [frame for frame in datasets.frames() if columns & set(frame.columns)]
            return page_of(dashboard, self.served[domain.name].frames(dashboard, now.values), now, known)
        return page_of(dashboard, datasets, now)


class Pages:
    """The answers to each kind of address."""

    def __init__(self, site: Site) -> None:
        self._site = site
        files = {name: site.packages / name for name in ("inter.woff2", *SCRIPTS[:-1])}
        files |= {file.name: file for file in (HERE / "static").iterdir()}
        self._contents = {name: (file.read_bytes(), TYPES[file.suffix]) for name, file in files.items()}

    def first(self, request: Request) -> Response:
        """Lead to the first dashboard."""
        places = self._site.places()
        if not places:
            raise HTTPException(404, "There is no domain.")
        return RedirectResponse(places[0].address)

    def _found(self, request: Request) -> tuple[Domain, Dashboard, Chosen, str]:
        """Return what an address names: domain, dashboard, filters, and the address without them."""
        domain, found = self._site.find(request.path_params["domain"], request.path_params["key"])
        return domain, found, chosen(found, request.query_params), f"/{domain.name}/{found.key}"

    def dashboard(self, request: Request) -> Response:
        """Return a dashboard."""
        domain, found, now, here = self._found(request)
        query = f"?{now.address()}" if now.address() else ""
        links = Links(
            csv=lambda card: f"{here}/{card.key}.csv{query}",
            about=lambda card: f"{here}/{card.key}/about{query}",
        )
        footer = LIVE_FOOTER if found.is_live else FOOTER
        values = page_values(self._site.page(domain, found, now), domain.name, links, here, footer)
        return HTMLResponse(dashboard_page(self._site.places(here), values))

    def download(self, request: Request) -> Response:
        """Return the numbers of a visual as CSV."""
        domain, found, now, _ = self._found(request)
        card = self._site.page(domain, found, now).card(request.path_params["visual"])
        if card is None or card.cells is None:
            raise HTTPException(404, "There is no such visual, or it has no rows.")
        named = {"Content-Disposition": f'attachment; filename="{domain.name}-{found.key}-{card.key}.csv"'}
        return Response(card.cells.csv(), media_type="text/csv; charset=utf-8", headers=named)

    def explain(self, request: Request) -> Response:
        """Say how a visual is computed."""
        domain, found, now, here = self._found(request)
        visual = found.visual(request.path_params["visual"])
        if visual is None:
            raise HTTPException(404, "There is no such visual.")
        back = here + (f"?{now.address()}" if now.address() else "")
        return HTMLResponse(about_page(self._site.places(here), about(domain, found, visual), back))

    def static(self, request: Request) -> Response:
        """Return a script, the style sheet or the font: one of those that were read at the start."""
        if request.path_params["name"] not in self._contents:
            raise HTTPException(404, "There is no such file.")
        body, kind = self._contents[request.path_params["name"]]
        # Addresses of the own files change with their content.
        return Response(body, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})

    async def refused(self, request: Request, error: Exception) -> Response:
        """Say that a page cannot be had; the server's own errors are in its output alone."""
        code = error.status_code if isinstance(error, HTTPException) else 500
        what = str(error.detail) if isinstance(error, HTTPException) else "The page could not be made."
        return _message(self._site, code, what)


def application(site: Site) -> ASGIApp:
    """Return the web application. It answers only to names of this machine."""
    pages = Pages(site)
    routed = Starlette(
        routes=[
            Route("/", pages.first),
            Route("/static/{name}", pages.static),
            Route("/{domain}/{key}", pages.dashboard),
            Route("/{domain}/{key}/{visual}.csv", pages.download),
            Route("/{domain}/{key}/{visual}/about", pages.explain),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)],
        exception_handlers={HTTPException: pages.refused, Exception: pages.refused},
    )
    # Outside of all that answers: the application's own middleware would miss its answers to errors.
    return _Headers(routed)


def _message(site: Site, code: int, what: str) -> Response:
    hint = (
        "Choose a dashboard above." if code < 500 else "The program's output says more; the other pages work."
    )
    titles = {404: "Not found", 405: "Not allowed", 500: "Something failed"}
    body = message_page(site.places(), titles.get(code, "Not possible"), what, hint)
    return HTMLResponse(body, code)


class _Headers:
    """Adds the headers that keep a page to itself to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] += [
                    (name.lower().encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.lower().encode() not in present
                ]
            await send(message)

        await self._app(scope, receive, with_headers)
