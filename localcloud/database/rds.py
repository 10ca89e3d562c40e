"""RDS instances as real servers: the API's state is that of the process, start and stop start and stop it."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from moto.rds.models import RDSBackend

from localcloud.context import Context
from localcloud.database.mariadb import PACKAGES, MariaDB, programs
from localcloud.errors import LocalCloudError
from localcloud.patching import original, replace

FOLDER = "database"
BETWEEN = ("starting", "stopping")


def is_installed() -> bool:
    """Return whether there is a MariaDB server on this machine."""
    return programs() is not None


class Databases:
    """The servers behind the instances of one home folder, by identifier."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._servers: dict[str, MariaDB] = {}
        self._changes: dict[str, threading.Thread] = {}
        self._preparations: dict[str, threading.Thread] = {}

    def prepare(self, identifier: str) -> None:
        """Begin to make the system tables of an instance that will be created, in the background.

        The disk writes for seconds. Without MariaDB nothing happens; `create` raises the errors.
        """
        found = programs()
        if found is None or identifier in self._preparations:
            return
        server = MariaDB(self._context.home / FOLDER / identifier, found)

        def work() -> None:
            # `create` makes what could not be made here, and raises.
            with contextlib.suppress(LocalCloudError, OSError):
                server.install()

        thread = threading.Thread(target=work, name=f"preparing {identifier}", daemon=True)
        self._preparations[identifier] = thread
        thread.start()

    def create(self, identifier: str, *, user: str, password: str) -> MariaDB:
        """Start the server of a new instance; its data of an earlier start is there again.

        Raises LocalCloudError if MariaDB is not installed or does not start.
        """
        found = programs()
        if found is None:
            raise LocalCloudError(
                "there is no MariaDB server for the relational copy.",
                where=f"database {identifier}",
                hint=f"Install it (`sudo apt-get install -y --no-install-recommends {PACKAGES}`).",
            )
        folder = self._context.home / FOLDER / identifier
        server = MariaDB(folder, found, user=user, password=password)
        if identifier in self._preparations:
            self._preparations[identifier].join()
        server.start()
        self._servers[identifier] = server
        return server

    def server(self, identifier: str) -> MariaDB:
        """Return the server of an instance. Raises LocalCloudError if there is none."""
        if identifier not in self._servers:
            raise LocalCloudError(
                "there is no such database.",
                where=identifier,
                hint=f"Deployed: {', '.join(sorted(self._servers)) or 'none'}.",
            )
        return self._servers[identifier]

    def change(self, instance: Any, state: str) -> None:
        """Start or stop an instance's server in the background, as RDS does; `state` says which."""
        server = self.server(instance.db_instance_identifier)
        instance.status = state

        def work() -> None:
            try:
                (server.start if state == "starting" else server.stop)()
            except LocalCloudError as error:
                name = instance.db_instance_identifier
                self._context.report(f"database {name}", error, of=name)

        thread = threading.Thread(target=work, name=f"{state} {instance.db_instance_identifier}", daemon=True)
        self._changes[instance.db_instance_identifier] = thread
        thread.start()

    def refresh(self, instance: Any) -> None:
        """Set an instance's status to what its server does."""
        server = self._servers.get(instance.db_instance_identifier)
        thread = self._changes.get(instance.db_instance_identifier)
        if server is None or instance.status == "deleting":
            return
        if thread is not None and thread.is_alive():
            return
        if instance.status in (*BETWEEN, "available", "stopped"):
            running = "available" if server.is_running else "stopped"
            # A server that died by itself has failed; one that was told to stop has not.
            died = instance.status in ("starting", "available") and running == "stopped"
            instance.status = "failed" if died else running

    def delete(self, identifier: str) -> None:
        """Stop the server of an instance; its data stays in the home folder."""
        server = self._servers.pop(identifier, None)
        if server is not None:
            server.stop()

    def stop(self) -> None:
        """Stop all servers."""
        for thread in (*self._changes.values(), *self._preparations.values()):
            thread.join()
        for identifier in list(self._servers):
            self.delete(identifier)


def install(context: Context) -> Databases:
    """Make RDS's API show and change the real servers; return them."""
    databases = Databases(context)

    def describe(self: RDSBackend, db_instance_identifier: str | None = None, **options: Any) -> Any:
        found = original(RDSBackend, "describe_db_instances")(self, db_instance_identifier, **options)
        for instance in found:
            databases.refresh(instance)
        return found

    def start(self: RDSBackend, db_instance_identifier: str) -> Any:
        instance = original(RDSBackend, "start_db_instance")(self, db_instance_identifier)
        databases.change(instance, "starting")
        return instance

    def stop(self: RDSBackend, db_instance_identifier: str, db_snapshot_identifier: str | None = None) -> Any:
        instance = original(RDSBackend, "stop_db_instance")(
            self, db_instance_identifier, db_snapshot_identifier
        )
        databases.change(instance, "stopping")
        return instance

    replace(RDSBackend, "describe_db_instances", describe)
    replace(RDSBackend, "start_db_instance", start)
    replace(RDSBackend, "stop_db_instance", stop)
    context.databases = databases
    return databases
