"""The web server on the loopback interface."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from dashboard.application import Site, application
from dashboard.errors import DashboardError

ADDRESS = "127.0.0.1"


def bound(port: int) -> socket.socket:
    """Return a socket on the loopback interface; port 0 takes a free one. Raises DashboardError."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((ADDRESS, port))
        # From here on connections wait, also while datasets are loaded.
        found.listen()
    except (OSError, OverflowError) as error:
        found.close()
        raise DashboardError(
            f"port {port} cannot be used: {error}.",
            where=ADDRESS,
            hint="Choose another with --port N; 0 takes a free one.",
        ) from error
    return found


def serve(site: Site, port: int, ready: Callable[[str], None]) -> None:
    """Load all datasets, say where the pages are, and serve them until interrupted."""
    listening = bound(port)
    app = application(site)
    site.load()
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
    )
    ready(f"http://{ADDRESS}:{listening.getsockname()[1]}/")
    server.run(sockets=[listening])
