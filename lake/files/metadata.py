"""Names of the user metadata of raw objects: the uploader and the requeue write it, the jobs read it."""

from __future__ import annotations

UPLOADED_AT = "uploaded-at"
"""Time of the upload call, ISO 8601 in UTC: a later call's rows are newer versions."""

SHA256 = "sha256"
"""SHA-256 of the object's bytes, in hexadecimal digits."""

REQUEUED_FROM = "requeued-from"
"""Of an object with requeued records: the raw key of the file that they were first read from, encoded."""
