"""Models: the parameters that a domain trains, and that its marts are computed with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lake.model.columns import Column

MODEL_VERSION = "model_version"
"""Column that the jobs add to the parameters that a mart gets: the id of the version."""

PARAMETER_TYPES = ("string", "int", "bigint", "boolean", "date", "timestamp")
"""Types of parameters, beside decimals. Doubles have no canonical text."""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """The part of the training data whose hash a version keeps by month, so that a later correction shows.

    `columns` of `mart` are hashed, `dated_by` gives the month.
    """

    mart: str
    dated_by: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Comparison of new rows of a mart with the bounds that the model gave them.

    `value`, `lower`, `upper` and `by` are columns of `mart`: a row whose value lies outside of its bounds is
    unusual, and the share of such rows is told for each value of `by`. Rows whose `verdict`, a column of
    `mart`, is one of `explained` do not count: people know why they are unusual, or that they are not.
    """

    mart: str
    value: str
    lower: str
    upper: str
    by: str
    verdict: str | None = None
    explained: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are read."""
        named = (self.value, self.lower, self.upper, self.by)
        return named if self.verdict is None else (*named, self.verdict)


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that a domain trains. Its training is `domains/<domain>/training/<name>.py`.

    - `inputs`: the silver tables and marts that training reads, whole. `train` takes them by name, and
      `champion`, the parameters of the promoted version.
    - `parameters`, `key`: columns and key of the parameters table, which a trained version consists of.
    - `fingerprint`: the training data whose later correction is told.
    - `watch`: the comparison of new rows with the model, which tells when it no longer fits.
    - `feedback`: the table among `inputs` in which people say whether a row is an anomaly.

    A mart that names the model gets the parameters of the promoted version, with its id in the column
    `model_version`, or None while there is none: it is then computed with a model that needs no training, the
    cold start.
    """

    name: str
    description: str
    inputs: tuple[str, ...]
    parameters: tuple[Column, ...]
    key: tuple[str, ...]
    fingerprint: Fingerprint
    watch: Watch | None = None
    feedback: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each mistake in this declaration by itself."""
        names = [column.name for column in self.parameters]
        for column in self.parameters:
            yield from column.problems()
            if column.name == MODEL_VERSION:
                yield f"column '{MODEL_VERSION}': the jobs add it; remove it"
            if column.type not in PARAMETER_TYPES and not column.type.startswith("decimal"):
                yield (
                    f"column '{column.name}': a parameter is no {column.type}; take a decimal or one of "
                    f"{', '.join(PARAMETER_TYPES)}"
                )
        yield from (
            f"column '{name}' is declared twice" for name in sorted({*names}) if names.count(name) > 1
        )
        yield from (f"key column '{name}' is not declared" for name in self.key if name not in names)
        if not self.parameters:
            yield "has no parameters: declare the columns that a trained version consists of"
        if not self.key:
            yield "has no key: name the columns that identify a row of its parameters"
        if self.feedback is not None and self.feedback not in self.inputs:
            yield f"feedback: '{self.feedback}' is no input"
        if self.watch is not None and self.watch.explained and self.watch.verdict is None:
            yield "watch: explained needs the column 'verdict': name it, or remove explained"
        if self.fingerprint.mart not in self.inputs:
            yield f"fingerprint: '{self.fingerprint.mart}' is no input"
