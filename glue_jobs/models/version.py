"""A trained version of a model: its parameters, and what they were trained on and judged by."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from glue_jobs.models.parameters import Parameters, canonical, from_json, to_json
from lake.model.models import Model

_ID = re.compile(r"m-\d{8}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a model.

    - `window_start`, `window_end`: first and last day of the data that it was trained on.
    - `fingerprint`: month ("2025-01") → hash over the training data of that month.
    - `figures`: what JSON can hold, by the backtest.
    - `parent`: the version that was promoted when it was trained; None for the cold start.

    Its id depends on parameters, window, fingerprint and code version alone: the same data and code give the
    same version, whoever trains it and whenever.
    """

    model: str
    version: str
    parameters: Parameters
    window_start: date
    window_end: date
    fingerprint: Mapping[str, str]
    code_version: str
    figures: Mapping[str, object]
    parent: str | None
    at: datetime
    by: str

    @classmethod
    def of(
        cls,
        model: Model,
        parameters: Iterable[Mapping[str, object]],
        *,
        window_start: date,
        window_end: date,
        fingerprint: Mapping[str, str],
        code_version: str,
        figures: Mapping[str, object],
        parent: str | None,
        at: datetime,
        by: str,
    ) -> Version:
        """Return a version with its id. Raises ParametersError if the parameters are not as declared."""
        rows = canonical(model, parameters)
        return cls(
            model=model.name,
            version=version_id(
                to_json(rows), window_start=window_start, window_end=window_end, fingerprint=fingerprint,
                code_version=code_version,
            ),
            parameters=rows, window_start=window_start, window_end=window_end, fingerprint=fingerprint,
            code_version=code_version, figures=figures, parent=parent, at=at.astimezone(UTC), by=by,
        )  # fmt: skip

    @property
    def parameters_json(self) -> bytes:
        """The parameters, canonical."""
        return to_json(self.parameters)

    @property
    def metadata_json(self) -> bytes:
        """Everything else, and the hash of the parameters."""
        content = {
            "model": self.model,
            "version": self.version,
            "parameters_sha256": hashlib.sha256(self.parameters_json).hexdigest(),
            "window_start": self.window_start.isoformat(),
            "window_end": self.window_end.isoformat(),
            "fingerprint": dict(self.fingerprint),
            "code_version": self.code_version,
            "figures": dict(self.figures),
            "parent": self.parent,
            "at": self.at.isoformat(),
            "by": self.by,
        }
        return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def from_json(cls, model: Model, metadata: bytes, parameters: bytes) -> Version:
        """Parse a version. Raises ValueError, KeyError or TypeError if it is damaged.

        Raises ParametersError if the model declares other parameters by now.
        """
        data = json.loads(metadata)
        if hashlib.sha256(parameters).hexdigest() != data["parameters_sha256"]:
            raise ValueError("the parameters are not those that were trained: their hash differs")
        window_start, window_end = (date.fromisoformat(data[name]) for name in ("window_start", "window_end"))
        fingerprint = {str(month): str(digest) for month, digest in data["fingerprint"].items()}
        expected = version_id(
            parameters, window_start=window_start, window_end=window_end, fingerprint=fingerprint,
            code_version=data["code_version"],
        )  # fmt: skip
        if (data["model"], data["version"]) != (model.name, expected):
            raise ValueError(
                f"it says that it is {data['version']} of {data['model']}, its content is {expected}"
            )
        parent, at = data["parent"], datetime.fromisoformat(data["at"])
        if not (parent is None or isinstance(parent, str)) or at.tzinfo is None:
            raise TypeError("parent or time are not as the training writes them")
        return cls(
            model=model.name, version=expected, parameters=from_json(model, parameters),
            window_start=window_start, window_end=window_end, fingerprint=fingerprint,
            code_version=str(data["code_version"]), figures=dict(data["figures"]), parent=parent, at=at,
            by=str(data["by"]),
        )  # fmt: skip


def version_id(
    parameters: bytes,
    *,
    window_start: date,
    window_end: date,
    fingerprint: Mapping[str, str],
    code_version: str,
) -> str:
    """Return the id of the version with these canonical parameters (see `parameters.to_json`)."""
    content = {
        "parameters": hashlib.sha256(parameters).hexdigest(),
        "window": [window_start.isoformat(), window_end.isoformat()],
        "fingerprint": dict(fingerprint),
        "code_version": code_version,
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"m-{window_end:%Y%m%d}-{digest[:12]}"


def is_version_id(text: str) -> bool:
    """Return whether a text has the form of a version's id."""
    return _ID.fullmatch(text) is not None
