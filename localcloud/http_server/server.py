"""The HTTP server of the local cloud: moto's application, over connections that stay open."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.exceptions import InternalServerError
from werkzeug.serving import ThreadedWSGIServer

HOST = "127.0.0.1"
S3_SCOPE = "/s3/aws4_request"
"""The scope of signatures for S3; see "Authenticating Requests" in the API reference of S3."""
BODY_BYTES = 1 << 20
"""Bodies up to this size are read before the request is answered, so that the connection can stay open."""

POLL_SECONDS = 0.1
"""Seconds until the server notices that it shall stop."""


class HttpServer:
    """Serves all services on a port of this machine (0: any free one), each connection in its own thread.

    AWS keeps connections open between requests, and clients rely on it: to connect and to start a thread
    costs more than most answers.
    """

    def __init__(self, port: int = 0) -> None:
        application = DomainDispatcherApplication(create_backend_app)
        self._server = _Server(HOST, port, application, RequestHandler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="local-cloud", daemon=True
        )

    @property
    def endpoint(self) -> str:
        """URL of the server."""
        return f"http://{HOST}:{self._server.server_port}"

    def is_receiving_objects(self) -> bool:
        """Return whether a client is writing an object to S3, or a part of one, right now."""
        return self._server.objects_in_flight > 0

    def start(self) -> None:
        """Answer requests from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more requests, and close all connections."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.close_connections()


class _Server(ThreadedWSGIServer):
    """Knows its open connections, so that none outlives it, and how many objects are being written."""

    def __init__(self, *settings: Any) -> None:
        self.objects_in_flight = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(*settings)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection's requests in a thread."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection whose client has left, or has been told that it is closed."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    @contextlib.contextmanager
    def writing(self, handler: RequestHandler) -> Iterator[None]:
        """Count a request while it is read and answered, if it writes to S3."""
        scope = handler.headers.get("Authorization", "")
        number = int(handler.command in ("PUT", "POST") and S3_SCOPE in scope)
        with self._lock:
            self.objects_in_flight += number
        try:
            yield
        finally:
            with self._lock:
                self.objects_in_flight -= number

    def close_connections(self) -> None:
        """Read no further request of any connection; its thread closes it after its last answer."""
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):  # The client was faster.
                    each.shutdown(socket.SHUT_RD)


class RequestHandler(MotoRequestHandler):
    """A connection of a client.

    Werkzeug closes each one after an answer, because it does not know whether all of the request was read.
    It is known here for bodies whose length is stated and small; after others the connection is closed.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer a request."""
        with cast(_Server, self.server).writing(self):
            self._answer()

    def _answer(self) -> None:
        stated = self.headers.get("Content-Length", "0")
        is_small = stated.isascii() and stated.isdigit() and int(stated) <= BODY_BYTES
        if not is_small or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            super().run_wsgi()
            return
        body = self.rfile.read(int(stated))
        answer = _Answer(self)
        try:
            self._run(self.server.app, body, answer)
        except ConnectionError:
            raise  # The client has left.
        except Exception:
            self.server.log("error", "Error on request:\n%s", traceback.format_exc())
            if answer.is_begun:
                self.close_connection = True
            else:
                self._run(InternalServerError(), body, answer)

    def _run(self, application: Any, body: bytes, answer: _Answer) -> None:
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        parts = cast(Iterable[bytes], application(environ, answer.start))
        try:
            for part in parts:
                answer.write(part)
            answer.write(b"")
        finally:
            close: Callable[[], None] = getattr(parts, "close", lambda: None)
            close()


class _Answer:
    """The answer to one request: its head is sent with the first part of its body."""

    def __init__(self, handler: RequestHandler) -> None:
        self._handler = handler
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self.is_begun = False

    def start(
        self, status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], None]:
        """Receive the status and the headers, as WSGI has it."""
        self._status, self._headers = status, headers
        return self.write

    def write(self, data: bytes) -> None:
        """Send a part of the body, after the head if it is the first one."""
        if not self.is_begun:
            data = self._head() + data
            self.is_begun = True
        if data:
            self._handler.wfile.write(data)

    def _head(self) -> bytes:
        handler = self._handler
        code, _, reason = self._status.partition(" ")
        handler.log_request(code)
        names = {name.lower() for name, _ in self._headers}
        head = [f"{handler.protocol_version} {code} {reason}"]
        head += [f"{name}: {value}" for name, value in self._headers]
        if "server" not in names:
            head.append(f"Server: {handler.version_string()}")
        if "date" not in names:
            head.append(f"Date: {handler.date_time_string()}")
        has_end = "content-length" in names or handler.command == "HEAD" or code in ("204", "304")
        if not has_end:
            handler.close_connection = True
        if handler.close_connection:
            head.append("Connection: close")
        return "\r\n".join([*head, "", ""]).encode("latin-1", "strict")
