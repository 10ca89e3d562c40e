"""Connections to the local cloud stay open between requests, and end with it."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from localcloud.http_server.server import BODY_BYTES, HttpServer


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connection(server: HttpServer) -> Iterator[http.client.HTTPConnection]:
    found = http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=30)
    yield found
    found.close()


def put(connection: http.client.HTTPConnection, body: bytes, path: str = "/shop/key") -> int:
    scope = "Credential=a/20250101/us-east-1/s3/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    connection.request("PUT", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_connection_serves_several_requests(connection: http.client.HTTPConnection) -> None:
    assert put(connection, b"", "/shop") == 200
    first = connection.sock
    assert first is not None
    assert [put(connection, b"one"), put(connection, b"two"), connection.sock] == [200, 200, first]


def test_a_connection_is_closed_after_a_large_body(connection: http.client.HTTPConnection) -> None:
    assert put(connection, b"", "/shop") == 200
    assert put(connection, bytes(BODY_BYTES + 1)) == 200
    assert connection.sock is None
    assert put(connection, b"next") == 200


def test_an_error_of_the_application_is_an_answer(
    server: HttpServer, connection: http.client.HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(environ: object, start_response: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(server._server, "app", fail)
    assert put(connection, b"one") == 500
    assert connection.sock is not None
    assert put(connection, b"two") == 500


def test_connections_end_with_the_server() -> None:
    server = HttpServer()
    server.start()
    address = urlsplit(server.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=30) as idle:
        # Its thread has begun to wait for the next request when it has answered one.
        idle.sendall(b"GET /moto-api/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        server.stop()
        while idle.recv(1 << 16):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=30)


@pytest.mark.parametrize(("service", "expected"), [("s3", True), ("athena", False)])
def test_an_object_is_in_flight_until_it_is_answered(
    server: HttpServer, service: str, expected: bool
) -> None:
    place = urlsplit(server.endpoint)
    head = (
        f"POST /shop/key?uploadId=1 HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 4\r\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential=a/20250101/us-east-1/{service}/aws4_request\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), timeout=30) as client:
        client.sendall(head.encode() + b"<a")
        seen = [becomes(server.is_receiving_objects, within=2.0 if expected else 0.5)]
        client.sendall(b"/>")
        assert client.recv(1)
        seen.append(not becomes(lambda: not server.is_receiving_objects(), within=2.0))
    assert seen == [expected, False]


def becomes(look: Callable[[], bool], *, within: float) -> bool:
    """Return whether something is true before the time is over."""
    deadline = time.monotonic() + within
    while not look() and time.monotonic() < deadline:
        time.sleep(0.01)
    return look()
