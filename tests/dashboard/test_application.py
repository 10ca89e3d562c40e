"""Answers of the web application: pages, downloads, refusals, and the headers that keep a page to itself."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from dashboard.application import HEADERS, Site, application
from dashboard.data.served import Served
from dashboard.errors import DashboardError
from dashboard.page import Page
from dashboard.selection import Chosen
from lake.model.answers import Reader
from lake.model.dashboards.visuals import Dashboard
from lake.model.discovery import load_domain
from lake.model.spec import Domain
from tests.dashboard.gold import day
from tests.dashboard.shop import HOSTILE, provider


@dataclass
class Reply:
    """An answer of the server; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    text: str


class Client:
    """Sends paths as they are given, without putting them in order first."""

    def __init__(self, address: str) -> None:
        self._place = address.removeprefix("http://")

    def get(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Reply:
        with closing(HTTPConnection(self._place, timeout=30)) as connection:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read().decode("utf-8"))


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address)


def test_the_first_page_is_a_dashboard(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status, answer.headers["location"]) == (307, "/ecommerce/executive")


def test_every_dashboard_has_a_page_with_every_visual(client: Client, shown: Site) -> None:
    for domain in shown.domains:
        for dashboard in domain.shown_dashboards:
            answer = client.get(f"/{domain.name}/{dashboard.key}")
            assert answer.status == 200
            for visual in dashboard.visuals:
                assert f'data-key="{visual.key}"' in answer.text


@pytest.mark.parametrize("path", ["/ecommerce/executive", "/ecommerce/none", "/static/page.css", "/%00"])
def test_every_answer_keeps_the_page_to_itself(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_pages_begin_with_the_domain_that_leads(shown: Site) -> None:
    turned = Site(list(reversed(shown.domains)), shown.datasets, shown.packages)
    assert [domain.name for domain in turned.domains] == ["cloud_provider", "ecommerce"]
    assert turned.places()[0].address == "/ecommerce/executive"
    assert [each.address for each in turned.places()] == [each.address for each in shown.places()]


def test_a_new_value_enters_the_filter_of_a_live_page_that_alone_is_open(packages: Path) -> None:
    def refuse() -> Reader:
        raise DashboardError("there is no store.", hint="Start it.")

    tables = provider()
    held = tables.datasets()
    served = Served(tables.domain, connect=refuse, keys=held.values)
    pages = Site([tables.domain], {tables.domain.name: held}, packages, {tables.domain.name: served})
    pages.load()
    tables.add(
        "cost_anomaly_mart", {"usage_date": day("2025-08-01"), "org_id": "org_new", "service": "compute"}
    )
    domain, live = pages.find("cloud_provider", "live")

    def organisations() -> list[str]:
        # As if the last look at gold were long ago.
        held._looked = float("-inf")
        shown = pages.page(domain, live, Chosen())
        for thread in threading.enumerate():
            if thread.name == f"datasets of {domain.name}":
                thread.join()
        return [choice.value for control in shown.controls for choice in control.choices]

    assert "org_new" not in organisations()
    assert "org_new" in organisations()


def run_to_end(answered: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it in a thread of its own: the browser's event loop stays in the tests' thread."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(lambda: asyncio.run(answered())).result()


class _Broken(Site):
    def page(self, domain: Domain, dashboard: Dashboard, now: Chosen) -> Page:
        raise RuntimeError("a defect")


@pytest.mark.parametrize(
    ("host", "status", "said"),
    [("127.0.0.1", 500, "The page could not be made."), ("attacker.example", 400, "Invalid host header")],
)
def test_answers_to_errors_keep_the_page_to_themselves_too(
    shown: Site, host: str, status: int, said: str
) -> None:
    broken = _Broken(shown.domains, shown.datasets, shown.packages)
    scope = {
        "type": "http", "method": "GET", "path": "/ecommerce/executive", "query_string": b"",
        "headers": [(b"host", host.encode())], "scheme": "http", "http_version": "1.1", "asgi": {},
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def answered() -> None:
        await application(broken)(scope, receive, send)

    # The server's output has the defect: Starlette raises it again behind the answer.
    with nullcontext() if status == 400 else pytest.raises(RuntimeError, match="a defect"):
        run_to_end(answered)
    headers = dict(sent[0]["headers"])
    body = b"".join(each.get("body", b"") for each in sent[1:]).decode()
    assert sent[0]["status"] == status
    assert said in body
    assert "a defect" not in body
    assert headers[b"content-security-policy"].decode() == HEADERS["Content-Security-Policy"]
    assert headers[b"x-content-type-options"] == b"nosniff"


def test_html_in_the_data_is_text(client: Client) -> None:
    text = client.get("/ecommerce/executive").text
    assert HOSTILE not in text
    assert "&lt;img src=x onerror=" in text


@pytest.mark.parametrize(
    "query", ["country=<script>alert(1)</script>", "month=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"]
)
def test_html_in_the_address_is_text(client: Client, query: str) -> None:
    assert "<script>alert" not in client.get(f"/ecommerce/executive?{query}").text


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fpyproject.toml",
        "/static/%2e%2e/server.py",
        "/static/..\\..\\pyproject.toml",
        "/static//etc/passwd",
        "/ecommerce/../../../etc/passwd",
        "/ecommerce/executive/..%2f..%2fx.csv",
        "/static/base.html",
        "/" + "x" * 5000,
    ],
)
def test_tricks_with_paths_find_nothing(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status == 404
    assert "Traceback" not in answer.text
    assert "Choose a dashboard above." in answer.text


def test_a_huge_filter_is_an_ordinary_page(client: Client) -> None:
    answer = client.get("/ecommerce/executive?" + urlencode({"country": "x" * 50_000}))
    assert answer.status == 200
    assert len(answer.text) < 200_000


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example", "[::1]"])
def test_foreign_host_names_are_refused(client: Client, host: str) -> None:
    assert client.get("/ecommerce/executive", headers={"Host": host}).status == 400


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.get("/ecommerce/executive", method="POST").status == 405


def test_downloads_hold_the_exact_numbers_of_the_chosen_filters(client: Client) -> None:
    answer = client.get("/ecommerce/executive/devices.csv?country=DE")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="ecommerce-executive-devices.csv"'
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["Device", "Orders", "Revenue"],
        ["Desktop", "1", "1000.05"],
        ["Mobile", "1", "120.25"],
    ]


def test_formulas_in_downloads_are_text(client: Client) -> None:
    assert "'=1+1" in client.get("/ecommerce/executive/top_products.csv").text


def test_each_visual_says_how_it_is_computed(client: Client) -> None:
    text = client.get("/ecommerce/executive/average_order/about").text
    assert "(sum of total_usd) ÷ (number of rows), rounded once" in text
    assert "Amount that the customer paid." in text
    assert "docs/data-dictionary/ecommerce.md" in text
    for part in ("numbers", "dictionary", "sql"):
        assert f'<a href="#{part}-average_order">' in text
        assert f'<section id="{part}-average_order">' in text
    marts = load_domain("ecommerce").published_marts
    [columns] = [mart.columns for mart in marts if mart.name == "fact_orders_enriched"]
    assert re.findall(r"<td><code>(\w+)</code></td><td>", text) == [each.name for each in columns]
    assert re.findall(r"<code>(\w+)</code>(?:(?!</tr>).)*<td>yes</td>", text) == ["order_date", "total_usd"]
    categories = client.get("/ecommerce/executive/categories/about").text
    assert "Named queries that read this table:" in categories
    assert "<code>revenue_by_category</code>, question 1: " in categories
    assert "<code>funnel</code>" not in categories
    assert "FROM &#34;fact_orders_enriched&#34;" in text
    assert client.get("/ecommerce/executive/none/about").status == 404
