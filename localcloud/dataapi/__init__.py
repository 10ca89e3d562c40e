"""A local Data API: the HTTP server that an unchanged `astrapy` takes for a database."""

from __future__ import annotations

from localcloud.dataapi.faults import Fault
from localcloud.dataapi.server import DataApiServer

__all__ = ["DataApiServer", "Fault"]
