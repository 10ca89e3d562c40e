"""Models: the parameters that a domain trains, and that its marts are computed with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lake.model.columns import Column


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that a domain trains. Its training is `domains/<domain>/training/<name>.py`.

    - `inputs`: the silver tables and marts that training reads, whole. `train` takes them by name, and
      `champion`, the parameters of the promoted version.
    - `parameters`, `key`: columns and key of the parameters table, which a trained version consists of.

    A mart that names the model gets the parameters of the promoted version, or None while there is none: it
    is then computed with a model that needs no training, the cold start.
    """

    name: str
    description: str
    inputs: tuple[str, ...]
    parameters: tuple[Column, ...]
    key: tuple[str, ...]

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each mistake in this declaration by itself."""
        names = [column.name for column in self.parameters]
        for column in self.parameters:
            yield from column.problems()
        yield from (
            f"column '{name}' is declared twice" for name in sorted({*names}) if names.count(name) > 1
        )
        yield from (f"key column '{name}' is not declared" for name in self.key if name not in names)
        if not self.parameters:
            yield "has no parameters: declare the columns that a trained version consists of"
        if not self.key:
            yield "has no key: name the columns that identify a row of its parameters"
        if not self.inputs:
            yield "has no inputs: name the tables or marts that training reads"
