"""`python -m domains.cloud_provider.sample --out DIR`: make data like the cloud provider's."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

from domains.cloud_provider.sample.events import Order
from domains.cloud_provider.sample.layouts import (
    REAL_DAYS,
    REAL_EVENTS,
    REAL_EVENTS_PER_FILE,
    REAL_ORGANISATIONS,
    generate,
    write_committed,
)
from lake.errors import CaudalError


def main(arguments: list[str] | None = None) -> int:
    """Parse, generate, say how much; 0 if all went well, 2 for arguments that contradict each other."""
    parser = argparse.ArgumentParser(prog="python -m domains.cloud_provider.sample", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--manifest", type=Path, help="file for the expected counts")
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--events", type=int, default=REAL_EVENTS, help="distinct events of the stream")
    parser.add_argument("--organisations", type=int, default=REAL_ORGANISATIONS)
    parser.add_argument("--start", default="2025-07-03", help="first day, yyyy-MM-dd")
    parser.add_argument("--days", type=int, default=REAL_DAYS)
    parser.add_argument("--per-file", type=int, default=REAL_EVENTS_PER_FILE, help="events per micro-batch")
    parser.add_argument("--order", choices=[order.value for order in Order], default="time")
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
                given.out, seed=given.seed, events=given.events, organisations=given.organisations,
                start=given.start, days=given.days, per_file=given.per_file, order=Order(given.order),
                quirks=not given.clean,
            )
        )  # fmt: skip
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
