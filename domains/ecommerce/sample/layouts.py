"""Generation of a landing folder in one of three layouts, and of the committed sample."""

from __future__ import annotations

from contextlib import ExitStack
from enum import Enum
from pathlib import Path

from domains.ecommerce.sample.drops import DROPS, MIN_MONTHS, Drops
from domains.ecommerce.sample.faults import faulty_lines
from domains.ecommerce.sample.files import Landing
from domains.ecommerce.sample.manifest import Manifest
from domains.ecommerce.sample.model import HEADERS
from domains.ecommerce.sample.months import write_month
from domains.ecommerce.sample.shop import REAL_MONTHS, Shop
from lake.errors import CaudalError

MIN_SCALE = 0.02
"""With a smaller scale a month may have no order for a quirk to refer to."""


class Layout(Enum):
    """Distributions of the same shop's rows over files.

    - `DROPS`: the history in one file per table, the two newest months in folders with free file names.
    - `HISTORY`: one file per table.
    - `MONTHS`: each month in its own folder, with all tables that it changes.
    """

    DROPS = "drops"
    HISTORY = "history"
    MONTHS = "months"


def generate(
    target: Path,
    *,
    seed: int = 2020,
    scale: float = 1.0,
    start: str = "2020-01",
    months: int = REAL_MONTHS,
    quirks: bool = True,
    layout: Layout = Layout.DROPS,
) -> Manifest:
    """Write a shop's files below `target` and return their manifest.

    The same arguments give the same bytes. Scale 1 over 70 months is the size of the real history,
    about 980,000 rows; a calendar month has the same size in every year. `quirks` adds rows for every rule
    and, with the layout DROPS, unusual files and corrections; without it the data are clean.
    Raises CaudalError for too few months and, with quirks, for too small a scale.
    """
    if quirks and scale < MIN_SCALE:
        raise CaudalError(
            f"quirks need a scale of {MIN_SCALE} at least, not {scale}.",
            where="sample data",
            hint="Choose a larger scale, or leave the quirks out.",
        )
    if layout is Layout.DROPS and months < MIN_MONTHS:
        raise CaudalError(
            f"drops need {MIN_MONTHS} months at least, not {months}.",
            where="sample data",
            hint="Ask for more months, or for another layout.",
        )
    manifest = Manifest(seed=seed, scale=scale, start=start, months=months, layout=layout.value)
    shop = Shop(seed, scale, start, months)
    landing = Landing(target, manifest)
    repeat = max(1, round(4 * scale)) if quirks else 0
    if layout is Layout.MONTHS:
        for index in range(months):
            _month_folder(shop, landing, index, repeat if index == months - 1 else 0)
    elif layout is Layout.HISTORY:
        _one_file_per_table(shop, landing, months, repeat)
    elif quirks:
        _one_file_per_table(shop, landing, months - DROPS, 0)
        Drops(shop, landing, repeat).write()
    else:
        _one_file_per_table(shop, landing, months - DROPS, 0)
        for index in range(months - DROPS, months):
            _month_folder(shop, landing, index, 0)
    manifest.quirks["purchases_without_checkout"] = shop.purchases_without_checkout
    return manifest


def _one_file_per_table(shop: Shop, landing: Landing, months: int, repeat: int) -> None:
    with ExitStack() as stack:
        files = {table: stack.enter_context(landing.open(f"{table}.csv", table)) for table in HEADERS}

        def flush() -> None:
            for file in files.values():
                file.flush()

        for index in range(months):
            write_month(shop, index, {table: file.lines for table, file in files.items()}, flush)
        if repeat:
            for table, lines in faulty_lines(
                shop, landing.manifest, months - 1, repeat, tuple(HEADERS)
            ).items():
                files[table].lines.extend(lines)


def _month_folder(shop: Shop, landing: Landing, index: int, repeat: int) -> None:
    month = shop.month(index)
    tables = tuple(table for table in HEADERS if table != "products" or index == 0 or repeat)
    with ExitStack() as stack:
        files = {
            table: stack.enter_context(
                landing.open(f"month={month}/{table}_{month.year}_{month.month:02}.csv", table)
            )
            for table in tables
        }

        def flush() -> None:
            for file in files.values():
                file.flush()

        write_month(shop, index, {table: file.lines for table, file in files.items()}, flush)
        if repeat:
            for table, lines in faulty_lines(shop, landing.manifest, index, repeat, tables).items():
                files[table].lines.extend(lines)


def write_committed(root: Path) -> Manifest:
    """Write the sample that is committed with the source to `<root>/ecommerce/`; return its manifest.

    The manifest is written to `<root>/manifests/`, because every file in a domain's folder is uploaded.
    """
    manifest = generate(root / "ecommerce", scale=0.15, start="2024-11", months=14)
    manifest.write(root / "manifests" / "ecommerce.json")
    return manifest
