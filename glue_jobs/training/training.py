"""Trains one model: the domain's candidates against the champion, a version for the registry, the pointer.

A version is complete with its metadata, and the pointer moves in one step. So a training that is killed has
changed nothing, or added a version, or moved the pointer; the next one on the same data finds what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.models.fingerprint import fingerprints
from glue_jobs.models.parameters import frame
from glue_jobs.models.pointer import Pointer, PointerMovedError, move, promoted, read_pointer
from glue_jobs.models.registry import DamagedModelError, Registry
from glue_jobs.models.version import Version
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.training.code import code_version
from glue_jobs.training.inputs import read_inputs
from lake.errors import CaudalError
from lake.model.discovery import training
from lake.model.models import Model
from lake.model.spec import Domain
from lake.model.training import Decision, Training
from lake.naming import CHAMPION, COLD_START, RunStatus


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The outcome of one model: a RunStatus, the trained version (None if none), sentences and figures.

    `champion` is the version that the pointer named when the training began.
    """

    model: str
    status: str
    version: str | None
    champion: str
    sentences: tuple[str, ...]
    table: str
    figures: Mapping[str, object]

    @property
    def message(self) -> str:
        """The sentences, and the table of figures below them."""
        return "\n".join([" ".join(self.sentences), *([self.table] if self.table else [])])


def train_model(
    spark: SparkSession,
    store: ObjectStore,
    args: JobArguments,
    domain: Domain,
    model: Model,
    now: datetime,
) -> Trained:
    """Train a model, add the version to the registry, and promote it if the domain decides so.

    Raises DamagedEntryError if the pointer is damaged, DamagedModelError if the version's key holds something
    else, and ChangingInputsError: with nothing changed.
    """
    pointer = read_pointer(store, args.ledger_bucket, domain.name, model.name)
    registry = Registry(store, args.ledger_bucket, domain.name, model)
    champion, notes = _champion(spark, registry, pointer)
    inputs = read_inputs(spark, store, args, domain, model, today=now.date())
    outcome = _outcome(domain, model, inputs, champion)
    if outcome.window_start is None or outcome.window_end is None or not outcome.parameters:
        return _described(model, outcome, RunStatus.TOO_LITTLE_DATA, None, pointer, notes)
    version = Version.of(
        model,
        outcome.parameters,
        window_start=outcome.window_start,
        window_end=outcome.window_end,
        fingerprint=fingerprints(
            inputs[model.fingerprint.mart], model.fingerprint, outcome.window_start, outcome.window_end
        ),
        code_version=code_version(training(domain.name, model.name).__name__),
        figures={**outcome.figures, "decision": outcome.decision.value, "reasons": list(outcome.reasons)},
        parent=None if promoted(pointer) == COLD_START else promoted(pointer),
        at=now,
        by=args.execution,
    )
    if not registry.add(version):
        notes.append("The same data and code had been trained before.")
    status, note = _promoted(store, args, domain, model, outcome, version, pointer, now)
    return _described(model, outcome, status, version, pointer, [*note, *notes])


def _champion(
    spark: SparkSession, registry: Registry, pointer: Pointer | None
) -> tuple[DataFrame | None, list[str]]:
    """Return the parameters of the promoted version, None for the cold start, and sentences on damage.

    A version that cannot be read is no rival: otherwise nothing could replace it.
    """
    if promoted(pointer) == COLD_START:
        return None, []
    try:
        version = registry.read(promoted(pointer))
    except DamagedModelError as error:
        return None, [f"The champion was no rival, because it cannot be read: {error}"]
    return frame(spark, registry.model, version.parameters, version.version), []


def _outcome(
    domain: Domain, model: Model, inputs: Mapping[str, DataFrame], champion: DataFrame | None
) -> Training:
    """Call the domain's training. Raises CaudalError if it returns anything but a Training."""
    train = training(domain.name, model.name).train
    outcome = train(**inputs, **{CHAMPION: champion})
    if not isinstance(outcome, Training):
        raise CaudalError(
            f"train returned a {type(outcome).__name__}.",
            where=f"domains/{domain.name}/training/{model.name}.py",
            hint="Return a lake.model.training.Training.",
        )
    return outcome


def _promoted(
    store: ObjectStore,
    args: JobArguments,
    domain: Domain,
    model: Model,
    outcome: Training,
    version: Version,
    pointer: Pointer | None,
    now: datetime,
) -> tuple[str, list[str]]:
    """Move the pointer if the version is to be promoted; return the status, and a sentence on surprises."""
    if pointer is not None and pointer.version == version.version:
        # This execution's earlier attempt was killed between the promotion and its summary.
        return (RunStatus.PROMOTED if pointer.by == args.execution else RunStatus.UNCHANGED), []
    if outcome.decision is not Decision.PROMOTE:
        return RunStatus.KEPT, []
    try:
        move(
            store,
            args.ledger_bucket,
            domain.name,
            model.name,
            expected=pointer,
            to=version.version,
            by=args.execution,
            why=" ".join(outcome.reasons),
            at=now,
        )
    except PointerMovedError as error:
        return RunStatus.KEPT, [f"The version would have been promoted, but {error.what} {error.hint}"]
    return RunStatus.PROMOTED, []


def _described(
    model: Model,
    outcome: Training,
    status: str,
    version: Version | None,
    pointer: Pointer | None,
    notes: list[str],
) -> Trained:
    champion = promoted(pointer)
    trained = None if version is None else version.version
    first = {
        RunStatus.PROMOTED: f"{trained} is promoted and replaces {champion}.",
        RunStatus.KEPT: f"{champion} stays; {trained} is in the registry.",
        RunStatus.UNCHANGED: f"{champion} stays: training found it again.",
        RunStatus.TOO_LITTLE_DATA: f"too little data to train on; {champion} stays.",
    }[status]
    window = f"Trained on {outcome.window_start} to {outcome.window_end}."
    return Trained(
        model=model.name,
        status=status,
        version=trained,
        champion=champion,
        sentences=(
            f"Model {model.name}: {first}",
            *([window] if version else []),
            *notes,
            *outcome.reasons,
        ),
        table=outcome.table,
        figures=outcome.figures,
    )
