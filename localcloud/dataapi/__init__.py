"""A local Data API: an HTTP server with the commands of a database that `astrapy` can use unchanged."""

from __future__ import annotations

from localcloud.dataapi.faults import Fault
from localcloud.dataapi.server import DataApiServer

__all__ = ["DataApiServer", "Fault"]
