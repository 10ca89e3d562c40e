"""The toy domain's expected tables after a history of uploads, in plain Python without code of the jobs.

The model implements checks, ranks, versions and references, and recomputes all tables each time.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from tests.pipeline import Rows, Upload

Values = dict[str, Any]
Ranked = tuple[tuple[Any, ...], Values]
"""(rank, row); a higher rank wins."""

COLUMNS = {
    "makers": ("maker_id", "name", "country"),
    "sales": ("sale_id", "maker_id", "sold_on", "amount", "channel"),
    "parts": ("sale_id", "label", "units"),
    "returns": ("return_id", "sale_id", "returned_on"),
}
REQUIRED = {
    "makers": {"maker_id"},
    "sales": {"sale_id", "sold_on", "amount"},
    "parts": {"sale_id", "label", "units"},
    "returns": {"return_id", "returned_on"},
}
KEYS = {"makers": "maker_id", "sales": "sale_id", "parts": "sale_id", "returns": "return_id"}


@dataclass(frozen=True)
class Expected:
    """Published tables in the form of `Pipeline.published`, and the number of quarantined rows by table."""

    published: dict[str, Rows]
    quarantined: dict[str, int]


def expected(uploads: Sequence[Upload]) -> Expected:
    """Return the state after all uploads are ingested; their division into batches does not matter."""
    rows, quarantined = _good_rows(uploads)
    makers = _winners(rows["makers"], "maker_id")
    sales = _winners(rows["sales"], "sale_id")
    returns = _winners(rows["returns"], "return_id")
    parts = _winning_groups(rows["parts"])
    _flag_unknown(sales.values(), "maker_id", makers)
    _flag_unknown(parts, "sale_id", sales)
    _flag_unknown(returns.values(), "sale_id", sales)
    silver = {
        "makers": [_texts(row, COLUMNS["makers"]) for row in makers.values()],
        "sales": [_texts(row, COLUMNS["sales"], row["sold_on"]) for row in sales.values()],
        "parts": [_texts(row, COLUMNS["parts"], _sold_on(row, sales)) for row in parts],
        "returns": [_texts(row, COLUMNS["returns"], row["returned_on"]) for row in returns.values()],
    }
    gold = _gold(makers, sales, parts, returns)
    published = {f"silver.{name}": content for name, content in silver.items()} | {
        f"gold.{name}": content for name, content in gold.items()
    }
    return Expected({name: sorted(content, key=repr) for name, content in published.items()}, quarantined)


# --- rows


def _good_rows(uploads: Sequence[Upload]) -> tuple[dict[str, list[Ranked]], dict[str, int]]:
    good: dict[str, list[Ranked]] = {name: [] for name in COLUMNS}
    quarantined: dict[str, int] = defaultdict(int)
    contents: set[str] = set()
    for upload in uploads:
        in_order = sorted(upload.files, key=lambda path: (path.count("/"), path))
        # Of copies in one upload call the highest-ranking file counts.
        originals = {str(upload.files[path]): path for path in in_order}
        for path in in_order:
            content = str(upload.files[path])
            if content in contents or originals[content] != path:
                continue
            contents.add(content)
            table = _table_of(path)
            for number, row in enumerate(_records(content), start=1):
                values = row and _typed(table, row)
                if values:
                    good[table].append(((upload.at, path.count("/"), path, number), values))
                else:
                    quarantined[table] += 1
    return good, dict(quarantined)


def _table_of(path: str) -> str:
    return path.rsplit("/", 1)[-1].split(".")[0].split("_")[0]


def _records(content: str) -> Iterator[dict[str, str] | None]:
    """Yield each row by header; None for a line with a wrong number of fields."""
    header, *lines = csv.reader(io.StringIO(content))
    for line in lines:
        yield dict(zip(header, line, strict=True)) if len(line) == len(header) else None


def _integer(text: str) -> int:
    return int(text)


def _amount(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)


TYPES: dict[str, Callable[[str], Any]] = {
    "maker_id": _integer, "sale_id": _integer, "return_id": _integer, "units": _integer, "amount": _amount,
    "sold_on": date.fromisoformat, "returned_on": date.fromisoformat,
}  # fmt: skip


def _typed(table: str, row: dict[str, str]) -> Values | None:
    """Return values and flags of a row; None if the row is quarantined."""
    values: Values = {"flags": []}
    for name in COLUMNS[table]:
        text = row.get(name, "").strip()
        try:
            values[name] = TYPES.get(name, str)(text) if text else None
        except (ValueError, InvalidOperation):
            if name in REQUIRED[table]:
                return None
            values[name] = None
            values["flags"].append(f"{name}.type")
        if values[name] is None and name in REQUIRED[table]:
            return None
    if values.get("amount", 0) < 0 or values.get("units", 1) < 1:
        return None
    if values.get("channel", "shop") not in ("shop", "web", None):
        values["flags"].append("channel.allowed")
    return values


# --- versions and references


def _winners(rows: list[Ranked], key: str) -> dict[int, Values]:
    """Return the highest-ranking row of each key."""
    ordered = sorted(rows, key=lambda ranked: ranked[0])
    return {row[key]: {**row, "flags": list(row["flags"])} for _, row in ordered}


def _winning_groups(rows: list[Ranked]) -> list[Values]:
    """Return, for each sale, all rows of the highest-ranking delivery that holds one.

    A delivery is an upload call's files in one folder.
    """
    best: dict[int, tuple[Any, ...]] = {}
    for rank, row in rows:
        best[row["sale_id"]] = max(_delivery(rank), best.get(row["sale_id"], _delivery(rank)))
    return [
        {**row, "flags": list(row["flags"])} for rank, row in rows if best[row["sale_id"]] == _delivery(rank)
    ]


def _delivery(rank: tuple[Any, ...]) -> tuple[Any, ...]:
    at, depth, path, _ = rank
    return (at, depth, path.rpartition("/")[0])


def _flag_unknown(rows: Any, column: str, parents: dict[int, Values]) -> None:
    for row in rows:
        if row[column] is not None and row[column] not in parents:
            row["flags"].append(f"{column}.unknown")


def _sold_on(row: Values, sales: dict[int, Values]) -> date | None:
    return sales[row["sale_id"]]["sold_on"] if row["sale_id"] in sales else None


# --- published tables


def _gold(
    makers: dict[int, Values], sales: dict[int, Values], parts: list[Values], returns: dict[int, Values]
) -> dict[str, Rows]:
    units: dict[int, int] = defaultdict(int)
    for part in parts:
        units[part["sale_id"]] += part["units"]
    enriched = [
        {
            **sale,
            "maker_name": makers.get(sale["maker_id"], {}).get("name"),
            "country": makers.get(sale["maker_id"], {}).get("country"),
            "units": units.get(sale["sale_id"]),
        }
        for sale in sales.values()
    ]
    columns = ("sale_id", "maker_id", "sold_on", "amount", "maker_name", "country", "units")
    amounts = {key: sale["amount"] for key, sale in sales.items()}
    by_month: dict[tuple[date, str | None], list[Values]] = defaultdict(list)
    by_maker: dict[int | None, list[Values]] = defaultdict(list)
    for sale in enriched:
        by_month[sale["sold_on"].replace(day=1), sale["country"]].append(sale)
        by_maker[sale["maker_id"]].append(sale)
    return {
        "sales_enriched": [_cells(sale, columns, *_month(sale["sold_on"])) for sale in enriched],
        "returns_enriched": [
            _cells(
                {**row, "amount": amounts.get(row["sale_id"])},
                ("return_id", "returned_on", "amount"),
                *_month(row["returned_on"]),
            )
            for row in returns.values()
        ],
        "revenue_by_month": [
            (
                str(month), country, str(sum(sale["amount"] for sale in group)), _text(_total(group)),
                str(month.year),
            )
            for (month, country), group in by_month.items()
        ],
        "maker_totals": [
            (_text(maker), str(len(group)), str(max(sale["sold_on"] for sale in group)))
            for maker, group in by_maker.items()
        ],
    }  # fmt: skip


def _total(sales: list[Values]) -> int | None:
    known = [sale["units"] for sale in sales if sale["units"] is not None]
    return sum(known) if known else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _month(day: date | None) -> tuple[str, str]:
    """Return the partition's values, in the order of DuckDB's columns."""
    return (str(day.month), str(day.year)) if day else ("0", "0")


def _cells(row: Values, columns: Sequence[str], *partition: str) -> tuple[str | None, ...]:
    return (*(_text(row[name]) for name in columns), *partition)


NO_DATE = date.min
"""Marks a table that is not dated."""


def _texts(row: Values, columns: Sequence[str], day: date | None = NO_DATE) -> tuple[str | None, ...]:
    """Return a silver row: declared columns, flags and, in a dated table, the partition."""
    flags = f"[{', '.join(sorted(row['flags']))}]"
    partition = () if day is NO_DATE else _month(day)
    return (*_cells(row, columns), flags, *partition)
