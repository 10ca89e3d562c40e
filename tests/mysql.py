"""A MySQL server in place of MariaDB, to run the tests of the relational copy against both."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from localcloud.database.mariadb import MariaDB, Programs, programs
from localcloud.errors import LocalCloudError

PROGRAM = "CAUDAL_TEST_MYSQL"
"""Variable with the path of `mysqld`, or of a script that runs it with the libraries it needs."""

OPTIONS = ("--mysqlx=OFF", "--secure-file-priv=NULL")


class MySQL(MariaDB):
    """A MySQL server with the settings of the MariaDB server. Its binary log is on, as in RDS."""

    def _install(self) -> None:
        if (self.data / "mysql").is_dir():
            return
        partial = self.folder / "data.part"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [str(self.programs.server), "--no-defaults", "--initialize-insecure", f"--datadir={partial}",
             *as_root],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise LocalCloudError(done.stderr[-1500:], where=str(self.folder), hint=f"Check {PROGRAM}.")
        partial.replace(self.data)


def database(folder: Path, password: str, options: Sequence[str] = ()) -> MariaDB | None:
    """Return the server that the tests use, which does not run yet; None if there is none."""
    if mysqld := os.environ.get(PROGRAM):
        given = Programs(Path(mysqld), Path())
        return MySQL(folder, given, password=password, options=(*OPTIONS, *options))
    found = programs()
    return MariaDB(folder, found, password=password, options=options) if found else None
