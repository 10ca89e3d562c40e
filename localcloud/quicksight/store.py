"""What the local QuickSight keeps: resources by kind and id, and the refreshes of datasets."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from moto.core.exceptions import ServiceException

from localcloud.context import Context


class Kind(Enum):
    """A kind of resource: its name in ARNs."""

    SOURCE = "datasource"
    DATASET = "dataset"
    THEME = "theme"
    DASHBOARD = "dashboard"


class ServiceError(ServiceException):
    """An error of the service: its code and message. moto looks for the model in the class's module."""


def not_found(what: str) -> ServiceError:
    """Return the error for something that does not exist."""
    return ServiceError("ResourceNotFoundException", f"{what} does not exist.")


def invalid(message: str) -> ServiceError:
    """Return the error for parameters that the service refuses."""
    return ServiceError("InvalidParameterValueException", message)


@dataclass
class Resource:
    """A resource with the parameters that it was last given; `version` counts how often."""

    arn: str
    properties: dict[str, Any]
    created: dt.datetime
    updated: dt.datetime
    version: int = 1
    errors: list[dict[str, str]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The status of the last creation or update."""
        prefix = "CREATION" if self.version == 1 else "UPDATE"
        return f"{prefix}_FAILED" if self.errors else f"{prefix}_SUCCESSFUL"


@dataclass
class Ingestion:
    """One refresh of a dataset in SPICE."""

    id: str
    arn: str
    dataset: str
    request_type: str
    source: str
    created: dt.datetime
    status: str = "INITIALIZED"
    rows: int = 0
    bytes: int = 0
    seconds: int = 0
    error: dict[str, str] | None = None


class Store:
    """Everything of one account. Safe for several threads."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._lock = threading.RLock()
        self._resources: dict[tuple[Kind, str], Resource] = {}
        self._schedules: dict[tuple[str, str], dict[str, Any]] = {}
        self._ingestions: dict[tuple[str, str], Ingestion] = {}

    def arn(self, kind: Kind, id: str) -> str:
        """Return the ARN of a resource."""
        return f"arn:aws:quicksight:{self.context.region}:{self.context.account}:{kind.value}/{id}"

    def add(self, kind: Kind, id: str, properties: dict[str, Any]) -> Resource:
        """Keep a new resource. Raises the service's error if there is one with the id."""
        with self._lock:
            if (kind, id) in self._resources:
                raise ServiceError("ResourceExistsException", f"The {kind.value} {id} exists.")
            now = dt.datetime.now(dt.UTC)
            made = Resource(self.arn(kind, id), properties, now, now)
            self._resources[kind, id] = made
            return made

    def change(self, kind: Kind, id: str, properties: dict[str, Any]) -> Resource:
        """Keep the new parameters of a resource, as a new version. Permissions stay as they are."""
        with self._lock:
            found = self.get(kind, id)
            kept: dict[str, Any] = {
                key: found.properties[key] for key in ("Permissions", "Type") if key in found.properties
            }
            found.properties = {**kept, **properties}
            found.version += 1
            found.updated = dt.datetime.now(dt.UTC)
            return found

    def get(self, kind: Kind, id: str) -> Resource:
        """Return a resource. Raises the service's error if there is none."""
        with self._lock:
            if (kind, id) not in self._resources:
                raise not_found(f"The {kind.value} {id}")
            return self._resources[kind, id]

    def by_arn(self, kind: Kind, arn: str) -> Resource:
        """Return the resource with an ARN. Raises the service's error if there is none."""
        with self._lock:
            for (each, _), found in self._resources.items():
                if each is kind and found.arn == arn:
                    return found
        raise not_found(f"The {kind.value} {arn}")

    def all(self, kind: Kind) -> list[tuple[str, Resource]]:
        """Return the resources of a kind with their ids."""
        with self._lock:
            return sorted(
                ((id, found) for (each, id), found in self._resources.items() if each is kind),
                key=lambda pair: pair[0],
            )

    def remove(self, kind: Kind, id: str) -> Resource:
        """Delete a resource, and the schedules and refreshes of a dataset."""
        with self._lock:
            found = self.get(kind, id)
            del self._resources[kind, id]
            if kind is Kind.DATASET:
                for known in (self._schedules, self._ingestions):
                    for key in [key for key in known if key[0] == id]:
                        del known[key]
            return found

    # --- refreshes

    def set_schedule(self, dataset: str, schedule: dict[str, Any], *, is_new: bool) -> None:
        """Keep the schedule of a dataset. Raises the service's error if it exists, or does not."""
        with self._lock:
            key = dataset, schedule["ScheduleId"]
            if is_new and key in self._schedules:
                raise ServiceError("ResourceExistsException", f"The schedule {key[1]} exists.")
            if not is_new:
                self.schedule(*key)
            self._schedules[key] = schedule

    def schedule(self, dataset: str, id: str) -> dict[str, Any]:
        """Return a schedule. Raises the service's error if there is none."""
        with self._lock:
            if (dataset, id) not in self._schedules:
                raise not_found(f"The schedule {id} of the dataset {dataset}")
            return self._schedules[dataset, id]

    def schedules(self, dataset: str = "") -> list[tuple[str, dict[str, Any]]]:
        """Return the schedules of a dataset, or of all, with their datasets."""
        with self._lock:
            return [(key[0], each) for key, each in self._schedules.items() if dataset in ("", key[0])]

    def remove_schedule(self, dataset: str, id: str) -> None:
        """Delete a schedule."""
        with self._lock:
            self.schedule(dataset, id)
            del self._schedules[dataset, id]

    def add_ingestion(self, made: Ingestion) -> None:
        """Keep a new refresh. Raises the service's error if the dataset has one with the id."""
        with self._lock:
            if (made.dataset, made.id) in self._ingestions:
                raise ServiceError("ResourceExistsException", f"The ingestion {made.id} exists.")
            self._ingestions[made.dataset, made.id] = made

    def ingestion(self, dataset: str, id: str) -> Ingestion:
        """Return a refresh. Raises the service's error if there is none."""
        with self._lock:
            if (dataset, id) not in self._ingestions:
                raise not_found(f"The ingestion {id} of the dataset {dataset}")
            return self._ingestions[dataset, id]

    def ingestions(self, dataset: str) -> Iterator[Ingestion]:
        """Yield the refreshes of a dataset, the newest first."""
        with self._lock:
            found = [each for key, each in self._ingestions.items() if key[0] == dataset]
        yield from reversed(found)
