"""Column names of rows on their way from raw to bronze or quarantine."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

RAW = "_raw"
"""The text of a malformed line; null in good rows."""

FIELDS = "_fields"
"""The fields of the line as they were read, in file order."""

LINE = "_line"
"""The record as it was written, where the reader has it; takes the place of FIELDS."""

SOURCE_COLUMNS = ("source_file", "source_row", "source_rank")

FAILED = "failed_checks"
"""Names of the checks that quarantine the row; empty for good rows."""

FLAGS = "quality_flags"
"""Names of the checks that the row failed and was kept with."""

RAW_RECORD = "raw_record"
"""The record as it was written, of quarantined rows."""


def as_line(fields: Column) -> Column:
    """An array of fields as the CSV record that holds them: what the parser consumed, requoted."""

    def quoted(field: Column) -> Column:
        text = F.coalesce(field, F.lit(""))
        inside = F.replace(text, F.lit('"'), F.lit('""'))
        return F.when(text.rlike('[",\n\r]'), F.concat(F.lit('"'), inside, F.lit('"'))).otherwise(text)

    return F.array_join(F.transform(fields, quoted), ",")
