"""A shorter cold start of the publishing function: pyarrow imports pandas for sums, which need none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

PANDAS = "pandas"


class _NoPandas(MetaPathFinder):
    """Answers that there is no pandas."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname == PANDAS:
            raise ModuleNotFoundError(f"{PANDAS} is left out of this process.", name=PANDAS)


def leave_out_pandas() -> None:
    """Let this process have no pandas from now on, which takes longer to import than all else of pyarrow.

    Only for a process that does nothing but publish: pyarrow asks for pandas once, and remembers the answer.
    """
    sys.meta_path.insert(0, _NoPandas())
