"""Columns of datasets in the serving store, and the check that their documents exist as declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lake.model.columns import Column, boolean
from lake.model.dashboards.fields import PROVISIONAL, Dataset
from lake.model.serving import Collection, Shape

if TYPE_CHECKING:
    from lake.model.declaration import Declaration


def shapes_of(collection: Collection, embed: str) -> tuple[Shape, ...]:
    """Return the shapes whose documents embed a table, those of all rows together first."""
    found = (shape for shape in collection.shapes if any(each.name == embed for each in shape.embeds))
    return tuple(sorted(found, key=lambda shape: len(shape.by)))


def served_columns(domain: Declaration, dataset: Dataset) -> Mapping[str, Column]:
    """Return the columns of a served dataset by name; none if it is not served so."""
    collection = _collection(domain, dataset.served)
    mart = next((each for each in domain.marts if each.name == dataset.served), None)
    if collection is None or mart is None:
        return {}
    names = {
        name
        for shape in shapes_of(collection, dataset.embed)
        for name in (*shape.by, *shape.embedded(dataset.embed).columns)
    }
    if not names:
        return {}
    found = {column.name: column for column in mart.columns if column.name in names}
    return found | {PROVISIONAL: boolean(PROVISIONAL, "Whether batch has not replaced the row yet.")}


def served_problems(domain: Declaration, dataset: Dataset) -> Iterator[str]:
    """Yield a sentence for each part of a served dataset that the domain's serving declaration lacks."""
    collection = _collection(domain, dataset.served)
    if collection is None:
        known = ", ".join(each.mart for each in domain.serving) or "none"
        yield f"the mart '{dataset.served}' is not served: name one of {known}"
        return
    if not shapes_of(collection, dataset.embed):
        known = ", ".join(sorted({each.name for shape in collection.shapes for each in shape.embeds}))
        yield f"no document of {dataset.served} embeds a table '{dataset.embed}': name one of {known}"
    longest = max((q.days for q in collection.serves if q.question == dataset.question), default=0)
    if not 1 <= dataset.days <= longest:
        yield (
            f"question {dataset.question} finds at most {longest} days of {dataset.served}, and "
            f"{dataset.days} are asked for: name another question or fewer days"
        )


def _collection(domain: Declaration, mart: str) -> Collection | None:
    return next((each for each in domain.serving if each.mart == mart), None)
