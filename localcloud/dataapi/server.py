"""The server of the local Data API: start, stop and address."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from lake.model.data_api import LIMITS, Limits
from localcloud.dataapi.commands import DataApi
from localcloud.dataapi.http import HttpServer


class DataApiServer(DataApi):
    """A Data API whose documents are stored under `home`; requests must carry `token`.

    `start()` binds `port` (0: any free one); `endpoint` is then the URL for `astrapy` with
    `DataAPIClient(environment="hcd")`. Astra's paths (`/api/json/v1/…`) are served too.
    `GET /_local/requests`, with the token, answers the request counters as JSON.
    """

    def __init__(self, home: Path, *, token: str, port: int = 0, limits: Limits = LIMITS) -> None:
        super().__init__(home, token=token, limits=limits)
        self._port = port
        self._http: HttpServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> DataApiServer:
        """Listen on the port, in a thread of this process."""
        self._http = HttpServer(self._port, self)
        self._port = self._http.server_port
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="data-api", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and close the documents."""
        self.stopping.set()
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()
        self.close()

    def __enter__(self) -> DataApiServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """URL of the server."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def secret(self) -> str:
        """JSON for the serving store's secret: endpoint, token and kind of database."""
        return json.dumps({"endpoint": self.endpoint, "token": self.token, "environment": "hcd"})
