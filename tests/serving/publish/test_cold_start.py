"""The publishing function needs no pandas."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from serving.publish.cold_start import leave_out_pandas
leave_out_pandas()
import pyarrow as pa
table = pa.table({"a": [1, 1, 2], "b": [2, 3, 4]})
print(table.group_by(["a"]).aggregate([("b", "sum")]).to_pylist(), "pandas" in sys.modules)
"""


def test_sums_are_made_without_pandas() -> None:
    # In a process of its own, which has no pandas from then on.
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == "[{'a': 1, 'b_sum': 5}, {'a': 2, 'b_sum': 4}] False\n"
