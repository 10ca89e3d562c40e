"""Groups of rows and their numbers, in the order in which visuals show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.data.frames import Rows, Value, time_column
from dashboard.views.scope import Scope
from lake.model.dashboards.fields import Dimension, Measure

Number = Decimal | int | None


@dataclass(frozen=True)
class Group:
    """The values of the dimensions, and the numbers of the measures."""

    key: tuple[Value, ...]
    numbers: Sequence[Number]
    rows: Rows


def groups(
    scope: Scope, rows: Rows, dimensions: Sequence[Dimension], measures: Sequence[Measure]
) -> list[Group]:
    """Return the groups of some rows."""
    columns = [time_column(each.column) if each.has_time else each.column for each in dimensions]
    found = scope.frame.groups(rows, columns)
    return [
        Group(key, [scope.compute(m, members) for m in measures], members) for key, members in found.items()
    ]


def in_order(found: Sequence[Group], dimension: Dimension) -> list[Group]:
    """Return groups of one dimension: by its names if it is ordered, else the largest first number first."""
    if dimension.ordered:
        places = {value: place for place, (value, _) in enumerate(dimension.names)}
        return sorted(
            found,
            key=lambda group: (
                group.key[0] is None,
                places.get(str(group.key[0]), len(places)),
                str(group.key[0]),
            ),
        )
    return sorted(
        found, key=lambda group: (-size_of(group.numbers[0]), group.key[0] is None, str(group.key[0]))
    )


def size_of(number: Number) -> Decimal:
    """Return a number by which to sort; a missing one is the smallest."""
    return Decimal(number) if number is not None else Decimal("-Infinity")


def share(number: Number, whole: Number) -> Decimal | None:
    """Return number ÷ whole; None without both, or if the whole is 0."""
    return None if number is None or not whole else Decimal(number) / Decimal(whole)


def largest(numbers: Iterable[Number]) -> Number:
    """Return the largest number that is present; None if none is."""
    return max((number for number in numbers if number is not None), default=None)


def percent_of(number: Number, most: Number) -> str:
    """Return the length of a bar in percent of its room, with two decimals; 0 for a negative number."""
    part = share(number, most)
    return f"{max(Decimal(0), min(part, Decimal(1))) * 100:.2f}" if part is not None else "0"
