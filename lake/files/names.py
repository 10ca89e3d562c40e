"""Names of raw files that are accepted: one rule, which the uploader and the jobs share.

A file is plain text or gzip (GZIP_SUFFIX). Spark chooses a decompressor by the name alone: text under the
name of another codec ends the process that reads it. Hadoop rewrites some keys, and finds no object then.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

GZIP_SUFFIX = ".gz"
"""Suffix of compressed files, in lower case only: Spark decides by the name and respects its case."""

OTHER_CODECS = (
    ".7z", ".br", ".bz2", ".deflate", ".gzip", ".lz4", ".lzma", ".lzo", ".lzo_deflate", ".passthrough",
    ".rar", ".snappy", ".tar", ".tbz2", ".tgz", ".txz", ".xz", ".z", ".zip", ".zst", ".zstd",
)  # fmt: skip
"""Suffixes of other compressed files and archives, refused in any case of letters. Hadoop knows some of them,
and an installation may add others."""

SEGMENT_BYTES = 255
"""Longest part of a key between slashes: a longer one is no file name in a file system."""

_CONTROLS = frozenset(map(chr, [*range(32), 127]))


def name_problem(path: str) -> str | None:
    """Return why a file is rejected for its name, as a sentence without a full stop; None if it is accepted.

    `path` is relative and has slashes: the path that a client gives, or the key below the domain.
    """
    segments = path.split("/")
    if any(not segment for segment in segments):
        return "the key has an empty part (//), which Hadoop removes; upload the file under another key"
    if any(segment in (".", "..") for segment in segments):
        return "the key has a part . or .., which Hadoop resolves; upload the file under another key"
    if any(len(segment.encode(errors="surrogateescape")) > SEGMENT_BYTES for segment in segments):
        return f"a part of the name is longer than {SEGMENT_BYTES} bytes; shorten it"
    if not _CONTROLS.isdisjoint(path):
        return "the name has a line break or another control character; rename the file"
    lower = segments[-1].lower()
    suffix = next((suffix for suffix in OTHER_CODECS if lower.endswith(suffix)), None)
    if suffix:
        return (
            f"the name ends in {suffix}; accepted are plain text and {GZIP_SUFFIX}: unpack the file, or "
            "rename it"
        )
    return None


def nested_problems(keys: Iterable[str]) -> dict[str, str]:
    """Return key → why it is rejected, for keys of objects that are also the folder of another object.

    A file system cannot hold both, and clients of S3 differ in what they find. Both are rejected.
    """
    present = set(keys)
    found: dict[str, str] = {}
    for key in present:
        for folder in _folders(key):
            if folder in present:
                found[key] = f"the key lies below another object's key, {folder}; upload it under another key"
                found[folder] = (
                    f"the key is also the folder of another object, {key}; upload it under another key"
                )
    return found


def _folders(key: str) -> Iterable[str]:
    """Yield every proper prefix of a key that ends before a slash."""
    end = key.find("/")
    while end >= 0:
        yield key[:end]
        end = key.find("/", end + 1)


def resolved(key: str) -> str:
    """Return the key that Hadoop makes of a key: without empty parts, `.` and `..`."""
    return posixpath.normpath(key)
