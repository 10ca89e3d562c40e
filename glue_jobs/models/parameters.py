"""The rows of a parameters table as canonical JSON, which does not depend on the order of rows or columns.

Decimals, dates and times are texts: a decimal has the digits of its column's scale, whoever computed it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING

from lake.errors import CaudalError
from lake.model.columns import Column
from lake.model.models import MODEL_VERSION, Model

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Parameters = tuple[Mapping[str, object], ...]
"""Canonical rows: column → text, whole number, boolean or None, in the order of the model's key."""

_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_WIDEST = 38


class ParametersError(CaudalError):
    """Rows do not fit the parameters that a model declares."""

    def __init__(self, model: Model, problem: str) -> None:
        super().__init__(
            problem,
            where=f"parameters of model {model.name}",
            hint="Return the declared columns, once per key; or change the declaration and train again.",
        )


def canonical(model: Model, rows: Iterable[Mapping[str, object]]) -> Parameters:
    """Return the canonical form of a version's parameters, sorted by key. Raises ParametersError.

    Values may be typed (Decimal, date) or canonical already.
    """
    declared = {column.name: column for column in model.parameters}
    found: dict[str, Mapping[str, object]] = {}
    for row in rows:
        if row.keys() != declared.keys():
            wrong = ", ".join(sorted(row.keys() ^ declared.keys()))
            raise ParametersError(model, f"columns are missing or not declared: {wrong}.")
        values = {name: _value(model, column, row[name]) for name, column in declared.items()}
        key = json.dumps([values[name] for name in model.key])
        if key in found:
            raise ParametersError(model, f"several rows have the key {key}.")
        found[key] = values
    if not found:
        raise ParametersError(model, "there is no row.")
    return tuple(found[key] for key in sorted(found))


def to_json(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return canonical rows as JSON, a line each."""
    lines = (json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def from_json(model: Model, body: bytes) -> Parameters:
    """Parse canonical rows. Raises ValueError, or ParametersError if the model declares other columns."""
    rows = json.loads(body)
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        raise ValueError("no list of rows")
    return canonical(model, rows)


def frame(spark: SparkSession, model: Model, rows: Parameters, version: str) -> DataFrame:
    """Return canonical rows as a DataFrame of the declared columns and `model_version`."""
    from pyspark.sql import functions as F

    names = [column.name for column in model.parameters]
    texts = [tuple(_text(row[name]) for name in names) for row in rows]
    written = spark.createDataFrame(texts, ", ".join(f"`{name}` string" for name in names))
    typed = [F.col(column.name).cast(column.type).alias(column.name) for column in model.parameters]
    return written.select(*typed, F.lit(version).alias(MODEL_VERSION))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _value(model: Model, column: Column, value: object) -> object:
    """Return a value's canonical form. Raises ParametersError if it is not of the column's type."""
    if value is None:
        return None
    try:
        return _typed(column.type, value)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise ParametersError(
            model, f"{column.name}: {value!r:.100} is no {column.type} ({error})."
        ) from error


def _typed(type_: str, value: object) -> object:
    wanted: type = {"string": str, "boolean": bool}.get(type_, object)
    if not isinstance(value, wanted):
        raise TypeError(f"it is a {type(value).__name__}")
    if type_ in ("int", "bigint"):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"it is a {type(value).__name__}")
        return value
    if type_ == "date":
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    if type_ == "timestamp":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.astimezone(UTC).isoformat()
    if decimal := _DECIMAL.fullmatch(type_):
        return _decimal(value, int(decimal[1]), int(decimal[2]))
    return value


def _decimal(value: object, precision: int, scale: int) -> str:
    if not isinstance(value, (Decimal, str, int)) or isinstance(value, bool):
        raise TypeError(f"it is a {type(value).__name__}")
    with localcontext(prec=2 * _WIDEST, rounding=ROUND_HALF_UP):
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-scale))
        if abs(rounded) >= Decimal(10) ** (precision - scale):
            raise ValueError("it is too large")
        # Zero has no sign.
        return format(rounded + 0, "f")
