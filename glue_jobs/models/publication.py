"""The models of a run of `processed_to_curated`: parameters for the marts, records before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.models.choice import Choice, choices
from glue_jobs.models.parameters import frame
from glue_jobs.models.published import begin, finish
from glue_jobs.models.watch import Watched, watch_model
from glue_jobs.runtime.store import ObjectStore
from lake.model.spec import Domain


class RunModels:
    """The version of each model that one run publishes."""

    def __init__(self, store: ObjectStore, bucket: str, domain: Domain) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain
        self._choices: Mapping[str, Choice] = choices(store, bucket, domain)
        self.watched: list[Watched] = []
        """What `finish` found out about the versions."""

    @property
    def is_due(self) -> bool:
        """Whether gold is not on the chosen version of some model."""
        return any(choice.is_due for choice in self._choices.values())

    def marts(self) -> frozenset[str]:
        """Return the marts to compute whole: those of models that are due, and all that depend on them."""
        found: set[str] = set()
        for mart in self._domain.marts_in_order():
            is_own = mart.model is not None and self._choices[mart.model].is_due
            if is_own or not found.isdisjoint(mart.inputs):
                found.add(mart.name)
        return frozenset(found)

    def parameters(self, spark: SparkSession, model: str) -> DataFrame | None:
        """Return the parameters that marts get; None for the cold start."""
        choice = self._choices[model]
        if choice.version is None:
            return None
        return frame(spark, choice.model, choice.version.parameters, choice.name)

    def begin(self) -> None:
        """Record the versions that gold is about to change to."""
        for choice in self._choices.values():
            begin(
                self._store, self._bucket, self._domain.name, choice.model.name, choice.published, choice.name
            )

    def finish(self, read: Callable[[str], DataFrame], *, execution: str, at: datetime) -> None:
        """Compare the published rows with their models, and record the versions that gold is on."""
        for choice in self._choices.values():
            watched = watch_model(self._domain, choice, read)
            self.watched.append(watched)
            finish(
                self._store, self._bucket, self._domain.name, choice.model.name, version=choice.name,
                execution=execution, at=at, drift=watched.drift, corrected_months=watched.corrected_months,
            )  # fmt: skip

    def damage(self) -> list[str]:
        """Return sentences on what could not be read."""
        return [message for choice in self._choices.values() for message in choice.messages]

    def messages(self) -> list[str]:
        """Return the sentences of a publication: changes of version, damage, and what was found out."""
        changes = [
            f"Model {choice.model.name}: gold changes from {choice.published.version} to {choice.name}."
            for choice in self._choices.values()
            if choice.published.version != choice.name
        ]
        found = [message for each in self.watched for message in each.messages(self._domain.name)]
        return [*changes, *self.damage(), *found]

    def summary(self) -> dict[str, Any]:
        """Return the part of the run summary, by model."""
        return {each.model: each.summary() for each in self.watched}
