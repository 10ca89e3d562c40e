"""`Domain`, and in one place all classes that a domain's declaration uses.

Jobs, templates, schemas and documentation derive from a `Domain`. The classes are frozen dataclasses
whose only behaviour is look-ups and validation.
"""

from __future__ import annotations

from dataclasses import dataclass

from lake.model.checks import Check, Effect
from lake.model.columns import Column
from lake.model.declaration import Declaration, Question
from lake.model.marts import Mart, PartitionUnit
from lake.model.models import Model
from lake.model.tables import Dependency, Reference, Stream, Table, Versions
from lake.model.validation import validate


@dataclass(frozen=True, kw_only=True)
class Domain(Declaration):
    """A business domain: its incoming tables, its published marts, and the questions they answer.

    Raises DeclarationError with every contradiction between its parts.
    """

    def __post_init__(self) -> None:
        validate(self)


__all__ = [
    "Check", "Column", "Domain", "Effect", "PartitionUnit", "Mart", "Model", "Question", "Reference",
    "Stream", "Table", "Dependency", "Versions",
]  # fmt: skip
