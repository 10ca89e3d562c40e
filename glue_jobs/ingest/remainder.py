"""Tells whether a raw file has more than white space after its header."""

from __future__ import annotations

import codecs
import gzip
from typing import BinaryIO, cast

from glue_jobs.ingest.landing import LandedFile
from glue_jobs.runtime.store import ObjectStore
from lake.files.csv_text import WHITESPACE

_CHUNK = 1 << 20


def has_text_after_header(store: ObjectStore, bucket: str, file: LandedFile) -> bool:
    """Return whether something other than white space follows the header; a stream's file has no header.

    Bytes that are no UTF-8 are text. Reads the object up to that text.
    """
    layout = file.recognised.layout
    skip = 0 if file.recognised.is_stream else layout.header_lines
    breaks = 0 if file.recognised.is_stream else layout.header_breaks
    ends = [*([layout.line_end.encode()] * skip), *([layout.other_line_end.encode()] * breaks)]
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with store.open(bucket, file.key) as raw:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if file.recognised.compressed else raw
        while chunk := stream.read(_CHUNK):
            while ends and chunk:
                _, end, chunk = chunk.partition(ends[0])
                if end:
                    ends.pop(0)
            if not ends and decoder.decode(chunk).strip(WHITESPACE):
                return True
    return bool(decoder.decode(b"", final=True))
