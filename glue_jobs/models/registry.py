"""The versions of a model in the ledger's bucket. Each is two immutable objects, the metadata last."""

from __future__ import annotations

from dataclasses import dataclass

from glue_jobs.ledger.damage import restoration
from glue_jobs.models.version import Version, is_version_id
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.model.models import Model


class DamagedModelError(CaudalError):
    """A version cannot be read. The hint says how it comes back."""

    def __init__(self, bucket: str, key: str, reason: str, hint: str) -> None:
        self.reason = reason
        super().__init__(f"the version cannot be used: {reason}.", where=f"s3://{bucket}/{key}", hint=hint)


@dataclass(frozen=True, kw_only=True)
class Damaged:
    """A version that cannot be used, in a listing."""

    version: str
    error: DamagedModelError


class Registry:
    """Reads the versions of one model, and adds to them."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, model: Model) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain
        self.model = model

    def versions(self) -> list[Version | Damaged]:
        """Return all versions, the newest first, then the damaged ones by id."""
        whole: list[Version] = []
        damaged: list[Version | Damaged] = []
        for name in self._ids():
            try:
                whole.append(self.read(name))
            except DamagedModelError as error:
                damaged.append(Damaged(version=name, error=error))
        whole.sort(key=lambda each: (each.at, each.version), reverse=True)
        return [*whole, *damaged]

    def _ids(self) -> list[str]:
        prefix = naming.model_prefix(self._domain, self.model.name)
        keys = (item.key.removeprefix(prefix) for item in self._store.list(self._bucket, prefix))
        return sorted({key.partition("/")[0] for key in keys})

    def read(self, version: str) -> Version:
        """Return a version. Raises DamagedModelError if it is damaged, half there or missing."""
        parameters_key, metadata_key = self._keys(version)
        if not is_version_id(version):
            raise self._damaged(metadata_key, f"'{version}' is no id of a version")
        metadata, parameters = self._body(metadata_key), self._body(parameters_key)
        if metadata is None and parameters is None:
            raise self._damaged(metadata_key, "there is no such version")
        if metadata is None:
            # Parameters come first: the training ended before it was complete, or the object was deleted.
            hint = f"{_TRAIN}: the same data give the same version. {restoration(self._bucket, metadata_key)}"
            raise self._damaged(metadata_key, "its metadata are missing", hint)
        if parameters is None:
            raise self._damaged(parameters_key, "its parameters are missing")
        try:
            found = Version.from_json(self.model, metadata, parameters)
            if found.version != version:
                raise ValueError(f"it is the content of {found.version}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged(metadata_key, f"it is not as the training wrote it ({error})") from error
        except CaudalError as error:
            raise self._damaged(metadata_key, str(error).rstrip("."), f"{_TRAIN}.") from error
        return found

    def add(self, version: Version) -> bool:
        """Add a version. Return False if it was there: the same data and code had been trained before.

        Then the version that was there stays, with its figures, parent and time. A version of which a killed
        training left the parameters alone is completed. Raises DamagedModelError if the id holds anything
        else.
        """
        parameters_key, metadata_key = self._keys(version.version)
        if not self._store.create(self._bucket, parameters_key, version.parameters_json):
            raise self._damaged(parameters_key, "its parameters are not those of its id")
        if self._body(metadata_key) is None and self._store.create(
            self._bucket, metadata_key, version.metadata_json
        ):
            return True
        self.read(version.version)
        return False

    def _keys(self, version: str) -> tuple[str, str]:
        place = (self._domain, self.model.name, version)
        return naming.parameters_key(*place), naming.metadata_key(*place)

    def _body(self, key: str) -> bytes | None:
        try:
            return self._store.read(self._bucket, key)
        except FileNotFoundError:
            return None

    def _damaged(self, key: str, reason: str, hint: str = "") -> DamagedModelError:
        return DamagedModelError(self._bucket, key, reason, hint or restoration(self._bucket, key))


_TRAIN = "Train again (caudal model train)"
