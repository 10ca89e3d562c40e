"""`make conformance`: fetch the engines, then run the checks on them. Arguments are those of pytest."""

from __future__ import annotations

import sys

from conformance import maven
from conformance.parts import run_parts

if __name__ == "__main__":
    sys.exit(maven.main() or run_parts(sys.argv[1:]))
