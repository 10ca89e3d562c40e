"""Names of the user metadata of raw objects: the uploader and the requeue write it, the jobs read it."""

from __future__ import annotations

UPLOADED_AT = "uploaded-at"
"""Time of the upload call, ISO 8601 in UTC: a later call's rows are newer versions."""

SHA256 = "sha256"
"""SHA-256 of the object's bytes, in hexadecimal digits."""

REQUEUED_AT = "requeued-at"
"""Of an object with requeued records: the time of the requeue, ISO 8601 in UTC."""

AGAIN = "again"
"""Present on an object that was sent although raw may hold its bytes: its rows are newer versions."""

REQUEUED_FROM = "requeued-from"
"""Of an object with requeued records: the raw key of the file that they were first read from, encoded."""
