"""The administrator's access key of a home folder: made once, kept in a file that only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "administrator.json"
_KEY_CHARACTERS = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Administrator:
    """The access key of the administrator, who has no role: no policy limits such calls, none is recorded."""

    access_key: str
    secret_key: str


def administrator_of(home: Path) -> Administrator:
    """Return the administrator's access key of a home folder, which is made at the first call."""
    file = home / "state" / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    made = Administrator(
        access_key="AKIA" + "".join(secrets.choice(_KEY_CHARACTERS) for _ in range(16)),
        secret_key=secrets.token_urlsafe(30),
    )
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Administrator(**json.loads(file.read_text(encoding="utf-8")))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(made)))
    except OSError:
        # The disk is full: half a key would be read by every later start.
        file.unlink()
        raise
    return made
