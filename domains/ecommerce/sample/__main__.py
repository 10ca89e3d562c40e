"""`python -m domains.ecommerce.sample --out DIR`: make data like the shop's."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

from domains.ecommerce.sample.layouts import Layout, generate, write_committed
from domains.ecommerce.sample.shop import REAL_MONTHS
from lake.errors import CaudalError


def main(arguments: list[str] | None = None) -> int:
    """Parse, generate, say how much; 0 if all went well, 2 for arguments that contradict each other."""
    parser = argparse.ArgumentParser(prog="python -m domains.ecommerce.sample", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--manifest", type=Path, help="file for the expected counts")
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the size of the real history")
    parser.add_argument("--start", default="2020-01", help="first month, yyyy-MM")
    parser.add_argument("--months", type=int, default=REAL_MONTHS)
    parser.add_argument("--layout", choices=[layout.value for layout in Layout], default="drops")
    parser.add_argument("--clean", action="store_true", help="no quirks")
    parser.add_argument(
        "--committed", action="store_true", help="write the sample that is kept with the source below --out"
    )
    given = parser.parse_args(arguments)
    began = perf_counter()
    try:
        manifest = (
            write_committed(given.out)
            if given.committed
            else generate(
                given.out,
                seed=given.seed,
                scale=given.scale,
                start=given.start,
                months=given.months,
                quirks=not given.clean,
                layout=Layout(given.layout),
            )
        )
    except CaudalError as error:
        print(error, file=sys.stderr)
        return 2
    if given.manifest:
        manifest.write(given.manifest)
    rows, seconds = sum(manifest.files.values()), perf_counter() - began
    print(f"{rows:,} rows in {len(manifest.files)} files, {seconds:.1f} s: {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
