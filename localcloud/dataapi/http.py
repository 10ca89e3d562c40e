"""The HTTP side of the local Data API: routes, authentication, and the faults of requests."""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import socket
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from localcloud.dataapi.commands import DataApi
from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.faults import Kind

_log = logging.getLogger("localcloud")

DISCARD_SECONDS = 1.0
DISCARD_BLOCK = 1 << 16
DISCARD_BYTES = 32 << 20
"""Limits of what is read and dropped of a refused request's body."""


class HttpServer(ThreadingHTTPServer):
    """Serves the requests of `api`, each connection in its own thread."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, api: DataApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", port), RequestHandler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a broken connection at level DEBUG: tests of faults break connections on purpose."""
        _log.debug("a client of the Data API closed its connection: %s", client_address)


class RequestHandler(BaseHTTPRequestHandler):
    """A connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def _api(self) -> DataApi:
        return cast(HttpServer, self.server).api

    def do_GET(self) -> None:
        """Answer the request counters at `/_local/requests`, a path that the service does not have."""
        if not self._has_token():
            self._refuse(401, _unauthenticated())
            return
        counters = [
            {"command": command, "collection": collection, "requests": number}
            for (command, collection), number in sorted(self._api.requests.items())
        ]
        self._send(200 if self.path == "/_local/requests" else 404, {"requests": counters})

    def do_POST(self) -> None:
        """Run a command on the database, a keyspace or a collection."""
        if self._api.faults.down:
            self._reset()
            return
        length = self._accepted_length()
        if length is None:
            return
        try:
            payload = json.loads(self.rfile.read(length))
        except ValueError as error:
            self._refuse(200, ApiError("REQUEST_NOT_JSON", str(error)))
            return
        path = self._route()
        if path is None:
            self._refuse(404, ApiError("COMMAND_UNKNOWN", f"no such path {self.path}"))
            return
        self._answer(path, payload)

    def _accepted_length(self) -> int | None:
        """Return the length of the body, or None after refusing the request with its body unread."""
        stated = self.headers.get("Content-Length", "")
        if not self._has_token():
            self._refuse_unread(401, _unauthenticated())
        elif not (stated.isascii() and stated.isdigit()):
            self._refuse_unread(411, ApiError("REQUEST_NOT_JSON", "the request has no Content-Length"))
        elif int(stated) > self._api.limits.body_bytes:
            self._refuse_unread(413, ApiError("REQUEST_NOT_JSON", "the body is too large"))
        else:
            return int(stated)
        return None

    def _answer(self, path: list[str], payload: Any) -> None:
        fault = self._api.faults.fault_for(self._api.count_request(path, payload))
        kind = fault.kind if fault else None
        if kind is Kind.RATE_LIMIT:
            self._refuse(429, ApiError("TOO_MANY_REQUESTS", "try again later"))
            return
        if kind is Kind.UNAVAILABLE:
            self._refuse(503, ApiError("INTERNAL_SERVER_ERROR", "try again later"))
            return
        applied = kind not in (Kind.TIMEOUT_BEFORE, Kind.RESET_BEFORE, Kind.DOWN_BEFORE)
        answer = self._api.run(path, payload, fails_in_part=kind is Kind.PARTIAL_INSERT) if applied else {}
        if fault and kind in (Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER, Kind.SLOW):
            self._api.stopping.wait(fault.seconds)
        if kind in (None, Kind.SLOW, Kind.PARTIAL_INSERT):
            self._send(200, answer)
        else:
            self._reset()

    def _route(self) -> list[str] | None:
        parts = [part for part in self.path.split("?")[0].split("/") if part]
        if parts[:2] == ["api", "json"]:
            parts = parts[2:]
        return parts[1:] if parts[:1] == ["v1"] and len(parts) <= 3 else None

    def _has_token(self) -> bool:
        given = self.headers.get("Token", "").encode()
        return hmac.compare_digest(given, self._api.token.encode())

    def _refuse(self, status: int, error: ApiError) -> None:
        self._send(status, {"errors": [error.body()]})

    def _refuse_unread(self, status: int, error: ApiError) -> None:
        """Refuse a request and close the connection, without keeping anything of its body."""
        self.close_connection = True
        self._refuse(status, error)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        # A client that is still sending would get a reset instead of the answer.
        self.connection.settimeout(DISCARD_SECONDS)
        discarded = 0
        with contextlib.suppress(OSError):
            while discarded < DISCARD_BYTES and (block := self.connection.recv(DISCARD_BLOCK)):
                discarded += len(block)

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def _reset(self) -> None:
        # With zero linger the kernel sends RST, as for a process that dies.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Log a request at level DEBUG instead of on the terminal."""
        _log.debug("Data API: " + format, *args)


def _unauthenticated() -> ApiError:
    return ApiError("UNAUTHENTICATED_REQUEST", "Authentication failed for request due to invalid token.")
