"""A MariaDB server in a folder: no system service, user or folder is needed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.database.certificates import Certificates, certificates
from localcloud.errors import LocalCloudError

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 60.0
CHECK_SECONDS = 0.05
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
PACKAGES = "mariadb-server-core mariadb-client-core"
UNPACKED = Path(__file__).resolve().parents[2] / ".build" / "mariadb"
"""Where the set-up unpacks the server if it may not install it."""

INSTALL = (
    "--no-defaults", "--force", "--auth-root-authentication-method=normal", "--skip-test-db",
    "--skip-name-resolve",
)  # fmt: skip

SETTINGS = (
    "--skip-name-resolve", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin",
    "--local-infile=1",
    "--require-secure-transport=1", "--default-time-zone=+00:00", "--innodb-buffer-pool-size=128M",
    # A crash of the process loses nothing; a crash of the machine may lose the last second.
    "--innodb-flush-log-at-trx-commit=2", "--socket=m.sock", "--pid-file=m.pid", "--log-error=m.err",
)  # fmt: skip


@dataclass(frozen=True)
class Programs:
    """The server and the program that makes its system tables; `root` is where the packages are unpacked."""

    server: Path
    install: Path
    root: Path | None = None

    @property
    def places(self) -> list[str]:
        """Options that name the folders of unpacked packages."""
        if self.root is None:
            return []
        usr = self.root / "usr"
        return [f"--basedir={usr}", f"--lc-messages-dir={usr / 'share' / 'mysql'}"]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of both programs: unpacked packages bring libraries that the system may lack."""
        if self.root is None:
            return dict(os.environ)
        folders = sorted({str(file.parent) for lib in ("usr/lib", "lib") for file in
                          (self.root / lib).glob("*/*.so*")})  # fmt: skip
        return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(folders)}


def programs(unpacked: Sequence[Path] = (UNPACKED,)) -> Programs | None:
    """Return the programs on the PATH or in a root folder of unpacked packages, or None."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_FOLDERS])
    server, install = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    if server and install:
        return Programs(Path(server), Path(install))
    for root in unpacked:
        server_file, install_file = (
            root / "usr/sbin/mariadbd",
            root / "usr/bin/mariadb-install-db",
        )
        if server_file.is_file() and install_file.is_file():
            return Programs(server_file, install_file, root)
    return None


@dataclass
class MariaDB:
    """A server with its data in `folder`, on 127.0.0.1 and a port of its own, with one user.

    `start` and `stop` may be called again and again, and from any thread but one at a time.
    """

    folder: Path
    programs: Programs
    user: str = "admin"
    password: str = ""
    options: Sequence[str] = ()
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """Folder of the tables."""
        return self.folder / "data"

    @property
    def tls(self) -> Certificates:
        """The server's certificates."""
        return certificates(self.folder / "tls", HOST)

    @property
    def is_running(self) -> bool:
        """Whether the server's process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server, with new system tables in a new folder, and wait until it answers.

        Raises LocalCloudError with the end of its log if it does not start.
        """
        if self.is_running:
            return
        self.install()
        self._end_orphan()
        if not self.port:
            self.port = _free_port()
        tls = self.tls
        init = self._init_file()
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        command = [
            str(self.programs.server), "--no-defaults", *self.programs.places, f"--datadir={self.data}",
            f"--port={self.port}", f"--bind-address={HOST}", f"--init-file={init}", *SETTINGS, *as_root,
            f"--ssl-ca={tls.authority}", f"--ssl-cert={tls.server}", f"--ssl-key={tls.key}", *self.options,
        ]  # fmt: skip
        # Paths that the server is given are relative to its folder: a socket's path has 107 characters.
        self._process = subprocess.Popen(
            command, cwd=self.data, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, env=self._environment(),
        )  # fmt: skip
        for _ in _until(START_SECONDS):
            if not self.is_running:
                raise self._failure("did not start")
            if _answers(self.port):
                init.unlink()
                return
        self.stop()
        raise self._failure(f"did not answer within {START_SECONDS:.0f} s")

    def stop(self) -> None:
        """Stop the server as RDS stops an instance: it finishes its writes."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def install(self) -> None:
        """Make the system tables, unless they exist. Raises LocalCloudError if they cannot be made."""
        if (self.data / "mysql").is_dir():
            return
        partial = self.folder / "data.part"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        base = [f"--basedir={self.programs.root / 'usr'}"] if self.programs.root else []
        done = subprocess.run(
            [str(self.programs.install), *INSTALL, *base, f"--datadir={partial}"],
            capture_output=True, text=True, check=False, env=self._environment(),
        )  # fmt: skip
        if done.returncode:
            raise LocalCloudError(
                f"the database's system tables cannot be made:\n{(done.stdout + done.stderr)[-1500:]}",
                where=str(self.folder),
                hint="Check the free space of the disk.",
            )
        partial.replace(self.data)

    def _environment(self) -> Mapping[str, str]:
        """Return the environment of both programs.

        A server that starts removes all temporary tables of its folder for temporary files: each has its own.
        """
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return {**self.programs.environment, "HOME": str(self.folder), "TMPDIR": str(temporary)}

    def _init_file(self) -> Path:
        """Write the statements that create the user; the server runs them at its start."""
        file = self.folder / "init.sql"
        file.touch(mode=0o600)
        user = f"'{self.user}'@'%'"
        secret = self.password.replace("\\", "\\\\").replace("'", "''")
        lines = (
            f"CREATE USER IF NOT EXISTS {user};",
            f"ALTER USER {user} IDENTIFIED BY '{secret}';",
            f"GRANT ALL PRIVILEGES ON *.* TO {user} WITH GRANT OPTION;",
            "FLUSH PRIVILEGES;",
        )
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    def _end_orphan(self) -> None:
        """End the server that a killed local cloud left running on this folder: a second one would hang."""
        try:
            pid = int((self.data / "m.pid").read_text())
        except (OSError, ValueError):
            return
        if not self._runs_as(pid):
            return
        os.kill(pid, signal.SIGTERM)
        for _ in _until(STOP_SECONDS):
            if not self._runs_as(pid):
                return
        os.kill(pid, signal.SIGKILL)

    def _runs_as(self, pid: int) -> bool:
        """Return whether a process is a server on this folder; one that has ended has no command any more."""
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return f"--datadir={self.data}".encode() in command.split(b"\0")

    def _failure(self, what: str) -> LocalCloudError:
        log = self.data / "m.err"
        text = log.read_text(errors="replace")[-1500:] if log.exists() else "(no log)"
        self._process = None
        return LocalCloudError(f"the database {what}:\n{text}", where=str(log), hint="See its log.")


def _until(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(CHECK_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    """Return whether the server sends its greeting."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.settimeout(1)
            return bool(connection.recv(5))
    except OSError:
        return False
