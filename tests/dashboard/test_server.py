"""The server listens on the loopback interface alone."""

from __future__ import annotations

import socket

import pytest

from dashboard.errors import DashboardError
from dashboard.server import bound


def test_the_socket_is_bound_to_this_machine() -> None:
    with bound(0) as found:
        host, port = found.getsockname()
        assert host == "127.0.0.1"
        assert port > 0


def test_a_port_in_use_is_told_with_the_remedy() -> None:
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        with pytest.raises(DashboardError, match=r"cannot be used: .*Choose another with --port N"):
            bound(used.getsockname()[1])
