"""The program of a Spark worker. Its argument is the descriptor of the socket to its parent."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).resolve().parent.parent


def load_package(name: str) -> None:
    """Make the package `name`, a sibling of this program's folder, importable in this process.

    The folder itself does not go on `sys.path`: a job must not import the local cloud's modules.
    """
    file = PACKAGES / name / "__init__.py"
    spec: Any = importlib.util.spec_from_file_location(
        name, file, submodule_search_locations=[str(file.parent)]
    )
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def main() -> None:
    """Serve the parent."""
    load_package("awsglue")
    load_package("spark_child")
    importlib.import_module("spark_child.service").serve(int(sys.argv[1]))


if __name__ == "__main__":
    main()
