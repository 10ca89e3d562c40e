"""Reads the metadata of raw objects: when and from where their records came."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from glue_jobs.ledger.entries import ALONE
from glue_jobs.runtime.store import Head
from lake.files.metadata import REQUEUED_AT, REQUEUED_FROM, UPLOADED_AT


def encode_origin(key: str) -> str:
    """Encode a raw key for the metadata REQUEUED_FROM. S3 metadata is ASCII, at most 2 KB in all."""
    return base64.urlsafe_b64encode(key.encode()).decode()


def origin_of(head: Head) -> str | None:
    """Return the raw key of the file that requeued records were first read from; None for other files."""
    try:
        return base64.b64decode(head.metadata[REQUEUED_FROM], altchars="-_", validate=True).decode()
    except (KeyError, ValueError):
        # Most files have no such metadata. A value that `encode_origin` did not write is another program's.
        return None


def uploaded_at(head: Head) -> datetime:
    """Return the upload call's time from the metadata, else the time when the object was written."""
    return _moment(head, UPLOADED_AT) or head.modified


def arrival(head: Head) -> datetime:
    """Return when a file came: the time of the requeue, else of the upload call, else of the object."""
    return _moment(head, REQUEUED_AT) or uploaded_at(head)


def _moment(head: Head, name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(head.metadata[name].replace("Z", "+00:00"))
    except (KeyError, ValueError):
        # Without the metadata, and with a value that another program wrote, the next source of a time counts.
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_alone(head: Head) -> bool:
    """Return whether a file is a delivery by itself: no upload call put it into raw."""
    return ALONE in head.metadata or _moment(head, UPLOADED_AT) is None
