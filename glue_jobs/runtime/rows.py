"""Column names of rows on their way from raw to bronze or quarantine."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lake.files import layers

RAW = "_raw"
"""The text of a malformed line; null in good rows."""

FIELDS = "_fields"
"""The fields of the line as the parser read them, in file order."""

LINE = "_line"
"""The record as it was written, instead of FIELDS, if the reader keeps it."""

SOURCE_COLUMNS = ("source_file", "source_row", "source_rank")

FAILED = layers.FAILED_CHECKS.name
"""Names of the failed checks for which the row is quarantined; empty for good rows."""

FLAGS = layers.QUALITY_FLAGS.name
"""Names of the failed checks despite which the row is kept."""

RAW_RECORD = layers.RAW_RECORD.name
"""The record of a quarantined row as it was written; null in good rows."""


def as_line(fields: Column) -> Column:
    """Return an array of fields as a CSV record, with the quotes that the parser removed."""

    def quoted(field: Column) -> Column:
        text = F.coalesce(field, F.lit(""))
        inside = F.replace(text, F.lit('"'), F.lit('""'))
        return F.when(text.rlike('[",\n\r]'), F.concat(F.lit('"'), inside, F.lit('"'))).otherwise(text)

    return F.array_join(F.transform(fields, quoted), ",")
