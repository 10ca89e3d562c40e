"""DuckDB with Athena's settings, the macros of the compiled SQL, and the Python functions that it names."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import wraps
from typing import Any

import duckdb
from duckdb.func import SPECIAL

from localcloud.execution.athena.sql import python_functions

_SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET integer_division = false",
    "SET ieee_floating_point_ops = true",
    "SET scalar_subquery_error_on_multiple_rows = true",
)

_MACROS = {
    "floor_divide(a, b)": "a // b - CASE WHEN a % b < 0 THEN 1 ELSE 0 END",
    # Half away from zero; the remainder decides, so that no intermediate value overflows.
    "divide_half_up(a, b)": "a // b + CASE WHEN 2 * abs(a % b) >= abs(b)"
    " THEN CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END ELSE 0 END",
    "round_half_up(x)": "CASE WHEN abs(x) >= 4503599627370496 THEN x"
    " ELSE sign(x) * (floor(abs(x)) + CASE WHEN abs(x) - floor(abs(x)) >= 0.5 THEN 1 ELSE 0 END) END",
    "zoned_of(t, z)": "CASE WHEN t IS NULL OR z IS NULL THEN NULL ELSE {'t': t, 'z': z} END",
    "local_of(t, z)": "CASE WHEN z = 'UTC' THEN t ELSE zone_to_local(t, z) END",
    "instant_of(t, z)": "CASE WHEN z = 'UTC' THEN t ELSE zone_to_utc(t, z) END",
    "round_timestamp(t, f)": "make_timestamp(floor_divide(epoch_us(t) + f // 2, f) * f)",
    "whole_months(a, b)": "datesub('month', a, b)",
    "timestamp_text(t, d)": "strftime(t, '%Y-%m-%d %H:%M:%S')"
    " || CASE WHEN d = 0 THEN '' ELSE '.' || left(strftime(t, '%f'), d) END",
    # Unlike list_contains, finds nulls.
    "list_contains_null(l, x)": "CASE WHEN x IS NULL THEN len(list_filter(l, lambda y: y IS NULL)) > 0"
    " ELSE coalesce(list_contains(l, x), false) END",
    "padded_time(s)": "CASE WHEN regexp_matches(s, ' [0-9]+:[0-9]+$') THEN s || ':00' ELSE s END",
}


_OF_MACROS = ("zone_to_local", "zone_to_utc")
"""Python functions that macros name."""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Set Athena's settings on an empty database, and define the macros of compiled queries."""
    for setting in _SETTINGS:
        connection.execute(setting)
    # Macros name these functions, so that they exist first.
    for name in _OF_MACROS:
        _define(connection, name)
    for signature, body in _MACROS.items():
        connection.execute(f"CREATE MACRO {signature} AS ({body})")


def define_functions(
    connection: duckdb.DuckDBPyConnection, sql: str, defined: Collection[str] = ()
) -> set[str]:
    """Define the Python functions that a query names but for those `defined`; return the new ones."""
    named = set(re.findall(r"\b[a-z][a-z0-9_]*(?=\()", sql)) & set(python_functions.FUNCTIONS)
    new = named - set(_OF_MACROS) - set(defined)
    for name in sorted(new):
        _define(connection, name)
    return new


def _define(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    function, parameters, returned = python_functions.FUNCTIONS[name]

    @wraps(function)
    def call(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

    # DuckDB's own handling of nulls does not let a function return one.
    connection.create_function(name, call, list(parameters), returned, null_handling=SPECIAL)
