"""Exported files hold everything they need, and nothing else can run in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dashboard.application import Site
from dashboard.data.athena import Answer
from dashboard.errors import DashboardError
from dashboard.export import problems, write
from dashboard.selection import Chosen
from tests.dashboard.gold import Gold, site
from tests.dashboard.shop import HOSTILE, shop


@pytest.fixture(scope="module")
def files(shown: Site, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(shown, tmp_path_factory.mktemp("export") / "new" / "folder")


def test_each_dashboard_is_one_file_below_five_megabytes(files: list[Path]) -> None:
    assert [file.name for file in files] == [
        "ecommerce-executive.html",
        "ecommerce-behaviour.html",
        "ecommerce-data-quality.html",
        "cloud_provider-finops.html",
        "cloud_provider-support.html",
        "cloud_provider-data-quality.html",
    ]
    assert all(file.stat().st_size < 5_000_000 for file in files)


def test_a_file_names_no_address_but_its_neighbours(files: list[Path]) -> None:
    text = files[0].read_text(encoding="utf-8")
    body = re.sub(r"<script>.*?</script>|<style>.*?</style>|<!--.*?-->", "", text, flags=re.DOTALL)
    found = set(re.findall(r'(?:src|href|action)="([^"]*)"', body))
    assert {each for each in found if not each.startswith("#")} == {"data:,", *(file.name for file in files)}


def test_a_file_holds_every_month_and_its_policy_allows_its_own_scripts_alone(files: list[Path]) -> None:
    text = files[0].read_text(encoding="utf-8")
    assert re.findall(r'<template data-month="([^"]*)">', text) == ["", "2025-10", "2025-09"]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "unsafe" not in policy[1]
    assert policy[1].count("sha256-") == text.count("<script>") + text.count("<style>")


def test_a_file_holds_the_downloads_of_the_server(files: list[Path], shown: Site) -> None:
    text = files[0].read_text(encoding="utf-8")
    held = [
        json.loads(each)
        for each in re.findall(r'<script type="application/json" class="csv">(.*?)</script>', text)
    ]
    domain, dashboard = shown.find("ecommerce", "executive")
    card = shown.page(domain, dashboard, Chosen()).card("top_products")
    assert card is not None
    assert card.cells is not None
    assert card.cells.csv() in held
    assert "'=1+1" in card.cells.csv()


def test_html_in_the_data_is_text_in_a_file_too(files: list[Path]) -> None:
    assert HOSTILE not in files[0].read_text(encoding="utf-8")


def test_licences_of_what_it_contains_are_in_the_file(files: list[Path]) -> None:
    text = files[0].read_text(encoding="utf-8")
    assert "University of Washington Interactive Data Lab" in text
    assert "SIL OPEN FONT LICENSE" in text.upper()


def test_files_with_all_their_tables_lack_nothing(files: list[Path], shown: Site) -> None:
    assert problems(shown) == []


def test_a_table_that_cannot_be_read_is_named_and_the_file_has_the_others(
    packages: Path, tmp_path: Path
) -> None:
    tables = shop()
    tables.drop("customer_rfm")
    found = site(tables, packages=packages)
    assert len(write(found, tmp_path)) == 3
    [problem] = problems(found)
    assert problem.where == "ecommerce: customer_rfm"
    assert problem.what.startswith("the query failed: ")
    assert problem.hint == "Correct it."


def test_a_dashboard_without_any_row_that_could_be_read_has_no_file_and_no_link(
    packages: Path, tmp_path: Path
) -> None:
    class Denied(Gold):
        def ask(self, sql: str, database: str) -> Answer:
            if "fact_orders_enriched" in sql:
                raise DashboardError("the query failed: denied.", hint="Take the role.")
            return super().ask(sql, database)

    found = site(Denied("ecommerce"), packages=packages)
    kept = [file.name for file in write(found, tmp_path)]
    assert kept == ["ecommerce-behaviour.html", "ecommerce-data-quality.html"]
    assert {file.name for file in tmp_path.iterdir()} == set(kept)
    assert "ecommerce-executive.html" not in (tmp_path / kept[0]).read_text(encoding="utf-8")
    told = {problem.where: problem for problem in problems(found)}["ecommerce-executive.html"]
    assert told.what == "the file is not written: no row of its tables could be read."
    assert told.hint == "See to the tables above, and export again. An older file stays as it is."


def test_tables_that_are_empty_are_no_error(packages: Path, tmp_path: Path) -> None:
    found = site(Gold("ecommerce"), packages=packages)
    assert len(write(found, tmp_path)) == 3
    assert problems(found) == []
