"""Puts the lines of CSV files together to records, where a quoted field holds line ends.

Whether a line begins inside quotes follows from two booleans of each line before it: whether the line ends
inside quotes if it begins outside, and if it begins inside. A line for which both are equal decides alone.
Any other line keeps the state or turns it round. So the state is that of the last deciding line, turned round
as often as lines after it do so; two window functions find it, however long the file is.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from glue_jobs.runtime.rows import LINE
from lake.files.csv_text import OPENS, STAYS_OPEN

PATH = "_path"
LINE_NUMBER = "_line_number"

_OPENS, _STAYS, _TURNS, _DECIDED, _INSIDE, _RECORD = (
    "_opens", "_stays", "_turns", "_decided", "_inside", "_record",
)  # fmt: skip


def join_open_lines(lines: DataFrame, line_end: str) -> DataFrame:
    """Return one row per record: LINE (the text of all its lines), PATH, and LINE_NUMBER of its first line.

    In: LINE, PATH, LINE_NUMBER. A record ends with the line in which it contradicts itself, and the next line
    begins a record. A quote that is never closed contradicts at once: its line is a record of its own.
    Rows of a file are in one task, in order.
    """
    has_quote = F.contains(LINE, F.lit('"'))
    in_file = Window.partitionBy(PATH)
    before = in_file.orderBy(LINE_NUMBER).rowsBetween(Window.unboundedPreceding, -1)
    up_to_here = in_file.orderBy(LINE_NUMBER).rowsBetween(Window.unboundedPreceding, 0)
    judged = lines.select(
        "*",
        (has_quote & F.col(LINE).rlike(OPENS)).alias(_OPENS),
        (~has_quote | F.col(LINE).rlike(STAYS_OPEN)).alias(_STAYS),
    )
    last_close = F.max(F.when(~F.col(_STAYS), F.col(LINE_NUMBER))).over(in_file)
    is_closed = F.coalesce(F.col(LINE_NUMBER) < last_close, F.lit(False))
    opened = judged.withColumn(_OPENS, F.col(_OPENS) & is_closed)
    is_turn = F.col(_OPENS) & ~F.col(_STAYS)
    turns = F.sum(is_turn.cast("bigint")).over(up_to_here)
    counted = opened.withColumn(_TURNS, turns)
    decision = F.when(F.col(_OPENS) == F.col(_STAYS), F.struct(F.col(_OPENS).alias("state"), F.col(_TURNS)))
    decided = counted.select(
        "*",
        F.last(decision, ignorenulls=True).over(before).alias(_DECIDED),
        F.coalesce(F.lag(_TURNS).over(in_file.orderBy(LINE_NUMBER)), F.lit(0)).alias("_turns_before"),
    )
    state = F.coalesce(F.col(_DECIDED)["state"].cast("bigint"), F.lit(0))
    turned = F.col("_turns_before") - F.coalesce(F.col(_DECIDED)[_TURNS], F.lit(0))
    inside = decided.withColumn(_INSIDE, (state + turned) % 2 == 1)
    numbered = inside.withColumn(_RECORD, F.sum((~F.col(_INSIDE)).cast("bigint")).over(up_to_here))
    parts = F.array_sort(F.collect_list(F.struct(LINE_NUMBER, LINE)))
    return (
        numbered.groupBy(PATH, _RECORD)
        .agg(parts.alias("_parts"))
        .select(
            F.array_join(F.col("_parts")[LINE], line_end).alias(LINE),
            PATH,
            F.col("_parts")[0][LINE_NUMBER].alias(LINE_NUMBER),
        )
        .sortWithinPartitions(PATH, LINE_NUMBER)
    )
