"""The calculated fields of one dashboard: each expression is declared once for each dataset."""

from __future__ import annotations

from typing import Any


class Calculations:
    """Calculated fields by dataset and name, in the order in which visuals need them."""

    def __init__(self) -> None:
        self._expressions: dict[tuple[str, str], str] = {}

    def add(self, dataset: str, name: str, expression: str) -> str:
        """Return the name of the field with an expression: `name`, or with a number if that is taken."""
        candidate, number = name, 1
        while self._expressions.get((dataset, candidate), expression) != expression:
            number += 1
            candidate = f"{name}_{number}"
        self._expressions[dataset, candidate] = expression
        return candidate

    def declared(self) -> list[dict[str, Any]]:
        """Return the fields as a definition declares them."""
        return [
            {"DataSetIdentifier": dataset, "Name": name, "Expression": expression}
            for (dataset, name), expression in self._expressions.items()
        ]
