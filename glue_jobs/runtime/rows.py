"""Column names of rows on their way from raw to bronze or quarantine."""

from __future__ import annotations

from lake.files import layers

RAW = "_raw"
"""The text of a malformed record; null in good rows."""

LINE = "_line"
"""The record as it was written."""

UNFINISHED = "_unfinished"
"""Whether a malformed record is a line that ends inside quotes; absent if records cannot span lines."""

ARRIVED = "_arrived"
"""When the record's file arrived: it was requeued, else uploaded, else written."""

SOURCE_COLUMNS = ("source_file", "source_row", "source_rank")

FAILED = layers.FAILED_CHECKS.name
"""Names of the failed checks for which the row is quarantined; empty for good rows."""

FLAGS = layers.QUALITY_FLAGS.name
"""Names of the failed checks despite which the row is kept."""

RAW_RECORD = layers.RAW_RECORD.name
"""The record of a quarantined row as it was written; null in good rows."""
