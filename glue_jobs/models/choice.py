"""The version that a run computes the marts of a model with, whatever state registry and pointer are in.

A model never stops data. If the promoted version cannot be read, the run goes on with the version that gold
shows; if that cannot be read either, with the cold start. It says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from glue_jobs.ledger.damage import DamagedEntryError
from glue_jobs.models.pointer import promoted, read_pointer
from glue_jobs.models.published import PublishedModel, read_published
from glue_jobs.models.registry import DamagedModelError, Registry
from glue_jobs.models.version import Version
from glue_jobs.runtime.store import ObjectStore
from lake.model.models import Model
from lake.model.spec import Domain
from lake.naming import COLD_START


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The version of a model that a run uses: None for the cold start.

    `is_due` says that gold is on another version, or half on one: the model's marts have to be computed
    whole. `messages` are sentences on damage.
    """

    model: Model
    version: Version | None
    published: PublishedModel
    is_due: bool
    messages: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Id of the version."""
        return COLD_START if self.version is None else self.version.version


def choices(store: ObjectStore, bucket: str, domain: Domain) -> dict[str, Choice]:
    """Return the choice of each of a domain's models by name. Cost: up to four small objects each."""
    return {model.name: _choice(store, bucket, domain.name, model) for model in domain.models}


def is_any_due(store: ObjectStore, bucket: str, domain: Domain) -> bool:
    """Return whether the marts of a model are to be computed again, also without new files."""
    return any(choice.is_due for choice in choices(store, bucket, domain).values())


def _choice(store: ObjectStore, bucket: str, domain: str, model: Model) -> Choice:
    messages: list[str] = []
    published, wanted = PublishedModel(), None
    is_known = True
    try:
        published = read_published(store, bucket, domain, model.name)
    except DamagedEntryError as error:
        # The marts are computed again, and the record with them.
        is_known = False
        messages.append(f"Model {model.name}: it is not known what gold shows: {error.what} Computed again.")
    try:
        wanted = promoted(read_pointer(store, bucket, domain, model.name))
    except DamagedEntryError as error:
        messages.append(f"Model {model.name}: {error}")
    registry = Registry(store, bucket, domain, model)
    version: Version | None = None
    candidates = [each for each in (wanted, published.version) if each is not None]
    for number, name in enumerate(dict.fromkeys(candidates)):
        if name == COLD_START:
            break
        try:
            version = registry.read(name)
            break
        except DamagedModelError as error:
            which = "promoted" if number == 0 and wanted is not None else "published"
            messages.append(f"Model {model.name}: the {which} version {name}: {error}")
    used = COLD_START if version is None else version.version
    if messages and used != wanted and is_known:
        messages.append(f"Model {model.name}: the marts are computed with {used} instead.")
    return Choice(
        model=model, version=version, published=published,
        is_due=not is_known or not published.is_whole_on(used), messages=tuple(messages),
    )  # fmt: skip
