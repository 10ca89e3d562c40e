"""Columns of datasets: from the types of gold to those of QuickSight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from infra.dashboards.errors import QuickSightError

SPICE_DIGITS, SPICE_PLACES = 18, 4
"""SPICE's fixed decimal: digits in all, and after the point. More places would be cut off."""

STRING, INTEGER, DECIMAL, DATETIME = "STRING", "INTEGER", "DECIMAL", "DATETIME"

_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


@dataclass(frozen=True, kw_only=True)
class DatasetColumn:
    """A column of a dataset: its name, its type in QuickSight, and the SQL that computes it.

    `is_exact_in_spice`: whether SPICE keeps all places of the column.
    """

    name: str
    type: str
    sql: str
    is_exact_in_spice: bool = True

    def declared(self) -> dict[str, Any]:
        """Return the column as a dataset declares it. Decimals are fixed, never binary fractions."""
        subtype = {"SubType": "FIXED"} if self.type == DECIMAL and self.is_exact_in_spice else {}
        return {"Name": self.name, "Type": self.type, **subtype}


def dataset_column(name: str, kind: str, *, where: str) -> DatasetColumn:
    """Return the column of a dataset for a column of gold with the type `kind`.

    Times become days: dashboards show nothing smaller. Booleans become the texts true and false, with which
    declarations compare them. Decimals that SPICE can hold are cast to its own: a number with more than 14
    digits before the point fails the refresh instead of being shown wrong. Raises QuickSightError for a type
    without a counterpart.
    """
    quoted = f'"{name}"'
    if kind == "string":
        return DatasetColumn(name=name, type=STRING, sql=quoted)
    if kind in ("int", "bigint"):
        return DatasetColumn(name=name, type=INTEGER, sql=quoted)
    if kind == "boolean":
        return DatasetColumn(name=name, type=STRING, sql=f"CAST({quoted} AS varchar)")
    if kind in ("date", "timestamp"):
        sql = quoted if kind == "date" else f"CAST({quoted} AS date)"
        return DatasetColumn(name=name, type=DATETIME, sql=sql)
    found = _DECIMAL.fullmatch(kind)
    if found is None:
        raise QuickSightError(
            f"the column '{name}' is a {kind}, for which QuickSight has no type.",
            where=where,
            hint="Show another column, or publish this one as text, number or date.",
        )
    is_exact = int(found[2]) <= SPICE_PLACES
    sql = f"CAST({quoted} AS decimal({SPICE_DIGITS}, {SPICE_PLACES}))" if is_exact else quoted
    return DatasetColumn(name=name, type=DECIMAL, sql=sql, is_exact_in_spice=is_exact)
