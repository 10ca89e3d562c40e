"""The web server on the loopback interface."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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


@contextmanager
def serving(site: Site, port: int = 0, *, log_level: str = "critical") -> Iterator[str]:
    """Serve a site beside the caller, and yield its address."""
    listening = bound(port)
    server = uvicorn.Server(
        uvicorn.Config(application(site), log_level=log_level, access_log=False, lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="dashboards")
    thread.start()
    try:
        yield f"http://{ADDRESS}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


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
