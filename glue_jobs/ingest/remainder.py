"""Tells whether a raw file has more than white space after its header."""

from __future__ import annotations

import gzip
from typing import BinaryIO, cast

from glue_jobs.ingest.landing import LandedFile
from glue_jobs.runtime.store import ObjectStore
from lake.files.csv_text import WHITESPACE

_CHUNK = 1 << 20
_WHITE = WHITESPACE.encode()


def has_text_after_header(store: ObjectStore, bucket: str, file: LandedFile) -> bool:
    """Return whether something other than white space follows the header; a stream's file has no header.

    Reads the object up to that text.
    """
    layout = file.recognised.layout
    skip = 0 if file.recognised.is_stream else layout.header_lines
    breaks = 0 if file.recognised.is_stream else layout.header_breaks
    ends = [*([layout.line_end.encode()] * skip), *([layout.other_line_end.encode()] * breaks)]
    with store.open(bucket, file.key) as raw:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if file.recognised.compressed else raw
        while chunk := stream.read(_CHUNK):
            while ends and chunk:
                _, end, chunk = chunk.partition(ends[0])
                if end:
                    ends.pop(0)
            if not ends and chunk.strip(_WHITE):
                return True
    return False
