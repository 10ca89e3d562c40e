"""The HTTP side: routes, token, counters and faults around the commands."""

from __future__ import annotations

import base64
import json
import logging
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lake.data_api import LIMITS, Limits
from localcloud.dataapi import reads
from localcloud.dataapi.admin import Admin
from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.faults import Fault, Kind, Switches
from localcloud.dataapi.store import Store, StoredCollection
from localcloud.dataapi.writes import Writes

_log = logging.getLogger("localcloud")

Answer = tuple[int, dict[str, Any]]
Handler = Callable[[StoredCollection, Mapping[str, Any]], dict[str, Any]]


def password_token(username: str, password: str) -> str:
    """The token that `astrapy.authentication.UsernamePasswordTokenProvider` sends."""
    parts = (base64.b64encode(text.encode()).decode() for text in (username, password))
    return ":".join(("Cassandra", *parts))


class DataApiServer:
    """A Data API whose documents are kept under `home`; `token` is the only one it accepts.

    `start()` binds `port` (0: any free one); `endpoint` is then the URL for `astrapy` with
    `DataAPIClient(environment="hcd")`. Astra's own paths (`/api/json/v1/…`) work too.
    `GET /_local/requests`, with the token, answers the counters as JSON.
    """

    def __init__(self, home: Path, *, token: str, port: int = 0, limits: Limits = LIMITS) -> None:
        self.token = token
        self.limits = limits
        self.faults = Switches()
        self.requests: Counter[tuple[str, str]] = Counter()
        """Requests by (command, collection), those included that a fault struck."""
        self.stopping = threading.Event()
        self._port = port
        self._store = Store(home / "documents.sqlite")
        self._writes = Writes(self._store, limits)
        self._admin = Admin(self._store, limits)
        self._http: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    # --- life

    def start(self) -> DataApiServer:
        self._http = _HttpServer(("127.0.0.1", self._port), _handler(self))
        self._port = self._http.server_address[1]
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="data-api", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()
        self._store.close()

    def __enter__(self) -> DataApiServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def secret(self) -> str:
        """What the serving store's secret must hold to lead here: endpoint, token, kind of database."""
        return json.dumps({"endpoint": self.endpoint, "token": self.token, "environment": "hcd"})

    # --- what tests and the demo look at

    def inject(self, *faults: Fault) -> None:
        self.faults.add(faults)

    def count(self, *commands: str, collection: str | None = None) -> int:
        """Requests so far, of these commands (or all) on one collection (or all)."""
        return sum(
            number
            for (command, name), number in self.requests.items()
            if (not commands or command in commands) and collection in (None, name)
        )

    def documents(self, keyspace: str, collection: str) -> dict[Any, dict[str, Any]]:
        """What a collection holds, by `_id`, without a request."""
        with self._store.lock:
            held = self._store.collection(keyspace, collection).documents.values()
            return {document["_id"]: document for _, document in held}

    # --- commands

    def counted(self, path: Iterable[str], payload: Any) -> str:
        """Note a request; its command's name."""
        name = next(iter(payload), "") if isinstance(payload, Mapping) else ""
        parts = list(path)
        with self._store.lock:
            self.requests[(name, parts[1] if len(parts) > 1 else "")] += 1
        return name

    def run(self, path: list[str], payload: Any, broken: bool = False) -> dict[str, Any]:
        """The answer to one command; errors are part of it."""
        try:
            if not isinstance(payload, Mapping) or len(payload) != 1:
                raise ApiError("REQUEST_STRUCTURE_MISMATCH", "one command is expected, as a JSON object")
            name, body = next(iter(payload.items()))
            with self._store.lock:
                answer = self._command(path, name, body or {}, broken)
                self._store.commit()
                return answer
        except ApiError as error:
            return {"errors": [error.body()]}

    def _command(self, path: list[str], name: str, body: Mapping[str, Any], broken: bool) -> dict[str, Any]:
        if not path:
            return self._admin.database_command(name, body)
        if len(path) == 1:
            return self._admin.keyspace_command(path[0], name, body)
        handlers = self._handlers(broken)
        if name not in handlers:
            raise ApiError("COMMAND_UNKNOWN", f"Command '{name}' is not a collection command")
        return handlers[name](self._store.collection(path[0], path[1]), body)

    def _handlers(self, broken: bool) -> dict[str, Handler]:
        writes, limits = self._writes, self.limits
        return {
            "insertOne": writes.insert_one,
            "insertMany": lambda c, b: writes.insert_many(c, b, broken),
            "find": lambda c, b: reads.find(c, b, limits),
            "findOne": lambda c, b: reads.find_one(c, b, limits),
            "countDocuments": lambda c, b: reads.count(c, b, limits),
            "estimatedDocumentCount": lambda c, b: reads.estimate(c, b, limits),
            "findOneAndReplace": writes.replace_one,
            "findOneAndUpdate": lambda c, b: writes.update_one(c, b, with_document=True),
            "updateOne": writes.update_one,
            "updateMany": writes.update_many,
            "deleteOne": writes.delete_one,
            "findOneAndDelete": lambda c, b: writes.delete_one(c, b, with_document=True),
            "deleteMany": writes.delete_many,
        }


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.debug("a client of the Data API went away: %s", client_address)


def _handler(server: DataApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            if not self._authenticated():
                return
            counters = [
                {"command": command, "collection": collection, "requests": number}
                for (command, collection), number in sorted(server.requests.items())
            ]
            self._send(200 if self.path == "/_local/requests" else 404, {"requests": counters})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            if server.faults.down:
                self._reset()
                return
            if not self._authenticated():
                return
            if length > server.limits.body_bytes:
                self._send(413, {"errors": [ApiError("REQUEST_NOT_JSON", "the body is too large").body()]})
                return
            try:
                payload = json.loads(raw)
            except ValueError as error:
                self._send(200, {"errors": [ApiError("REQUEST_NOT_JSON", str(error)).body()]})
                return
            path = self._route()
            if path is None:
                self._send(404, {"errors": [ApiError("COMMAND_UNKNOWN", f"no such path {self.path}").body()]})
                return
            self._answer(path, payload)

        def _answer(self, path: list[str], payload: Any) -> None:
            command = server.counted(path, payload)
            fault = server.faults.strike(command)
            kind = fault.kind if fault else None
            if kind in (Kind.RATE_LIMIT, Kind.UNAVAILABLE):
                error = ApiError(
                    "TOO_MANY_REQUESTS" if kind is Kind.RATE_LIMIT else "INTERNAL_SERVER_ERROR",
                    "try again later",
                )
                self._send(429 if kind is Kind.RATE_LIMIT else 503, {"errors": [error.body()]})
                return
            applied = kind not in (Kind.TIMEOUT_BEFORE, Kind.RESET_BEFORE, Kind.DOWN_BEFORE)
            answer = server.run(path, payload, broken=kind is Kind.PARTIAL_INSERT) if applied else {}
            if fault and kind in (Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER, Kind.SLOW):
                server.stopping.wait(fault.seconds)
            if kind in (None, Kind.SLOW, Kind.PARTIAL_INSERT):
                self._send(200, answer)
            else:
                self._reset()

        def _route(self) -> list[str] | None:
            parts = [part for part in self.path.split("?")[0].split("/") if part]
            if parts[:2] == ["api", "json"]:
                parts = parts[2:]
            return parts[1:] if parts[:1] == ["v1"] and len(parts) <= 3 else None

        def _authenticated(self) -> bool:
            if self.headers.get("Token") == server.token:
                return True
            error = ApiError(
                "UNAUTHENTICATED_REQUEST", "Authentication failed for request due to invalid token."
            )
            self._send(401, {"errors": [error.body()]})
            return False

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _reset(self) -> None:
            # Zero linger makes the kernel answer with RST, as a dying peer does.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            _log.debug("Data API: " + format, *args)

    return Handler
