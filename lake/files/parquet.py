"""How the files of all tables are written: compression and sizes."""

from __future__ import annotations

COMPRESSION = "snappy"
"""The publisher reads gold with the pyarrow of AWS's managed layer, which is built without zstd."""

ROWS_PER_FILE = 4_000_000
"""Keeps a file below 256 MB."""

MERGED_FILE_BYTES = 128 * 1024**2
"""Approximate size of a file into which the compactor merges small ones."""

SMALL_BYTES = 32 * 1024**2
"""The compactor merges what a batch has in a month up to this size. A few late events then do not rewrite a
whole month again and again."""
