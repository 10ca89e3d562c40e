"""The Spark session of the process, its buckets, and a fresh session for each run."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession
from pyspark.sql.readwriter import DataFrameWriter

HERE = Path(__file__).resolve().parent
FIELD, CALL = "\x1f", "\x1e"
"""Separators of the text that `Permissions.drain` returns."""

WRITES = ("save", "parquet", "json", "csv", "text", "orc", "insertInto", "saveAsTable")
"""Methods of a DataFrameWriter that write files."""

S3A_CREDENTIALS = {
    "fs.s3a.access.key": "AWS_ACCESS_KEY_ID",
    "fs.s3a.secret.key": "AWS_SECRET_ACCESS_KEY",
    "fs.s3a.session.token": "AWS_SESSION_TOKEN",
}


class Engine:
    """The Spark session and the folders that are mounted as buckets."""

    def __init__(self, settings: dict[str, str]) -> None:
        builder: Any = SparkSession.builder
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.base = builder.getOrCreate()
        self._context = self.base.sparkContext
        self._jvm: Any = self._context._jvm
        self._loader = self._compiled("PlainLocalFileSystem", "Permissions", "BucketFileSystem")
        self._mounted: dict[str, Any] = {}
        self._writes = 0
        self._count_writes()

    def _compiled(self, *classes: str) -> Any:
        """Compile classes of this folder, each of which may use those before; return their class loader."""
        loader: Any = None
        for name in classes:
            compiler = self._jvm.org.codehaus.janino.SimpleCompiler()
            if loader is not None:
                compiler.setParentClassLoader(loader)
            compiler.cook((HERE / f"{name}.java").read_text(encoding="utf-8"))
            loader = compiler.getClassLoader()
        return loader

    @property
    def jvm_pid(self) -> int:
        """Process id of the JVM."""
        return int(self._jvm.java.lang.ProcessHandle.current().pid())

    def mount(self, root: Path) -> None:
        """Make every folder in `root` readable and writable as `s3://<folder>/`."""
        shared = self._context._jsc.hadoopConfiguration()
        for folder in sorted(root.iterdir()):
            if not folder.is_dir() or folder.name in self._mounted:
                continue
            shared.set(f"fs.viewfs.mounttable.{folder.name}.linkFallback", folder.as_uri())
            conf = self._jvm.org.apache.hadoop.conf.Configuration(shared)
            conf.setClassLoader(self._loader)
            conf.set("fs.file.impl", "caudal.PlainLocalFileSystem")
            # Hadoop caches the first file system of each bucket; all threads use this one from now on.
            self._mounted[folder.name] = self._jvm.org.apache.hadoop.fs.FileSystem.get(
                self._jvm.java.net.URI(f"s3://{folder.name}/"), conf
            )

    def authorise(self, permissions: dict[str, Any]) -> None:
        """Decide Spark's calls on buckets by these permissions; see `localcloud/iam/compiled.py`."""
        for bucket in list(self._mounted.values())[:1]:  # All buckets share the permissions.
            bucket.authorise(json.dumps(permissions))

    def calls(self) -> list[dict[str, Any]]:
        """Return the distinct calls on buckets that Spark made with the permissions, and not yet returned.

        Each has action, resource, prefix (None for other calls than LIST) and allowed.
        """
        drained = "".join(bucket.drainCalls() for bucket in list(self._mounted.values())[:1])
        calls = []
        for call in drained.split(CALL)[:-1]:
            action, resource, prefix, allowed = call.split(FIELD)
            found = prefix.removeprefix("=") if prefix else None
            calls.append(
                {"action": action, "resource": resource, "prefix": found, "allowed": allowed == "true"}
            )
        return calls

    def sign_in(self, environment: Mapping[str, str]) -> None:
        """Give Hadoop's S3A client the credentials in a run's environment."""
        conf = self._context._jsc.hadoopConfiguration()
        for name, variable in S3A_CREDENTIALS.items():
            conf.set(name, environment[variable])
        # Hadoop caches a file system of each bucket, with the credentials of the run that opened it.
        self._jvm.org.apache.hadoop.fs.FileSystem.closeAll()

    def warm_up(self, scratch: Path) -> None:
        """Load the classes that every job needs, so that the first job does not wait for them."""
        import pyarrow as pa

        frame = self.base.range(100).selectExpr("id", "cast(id % 2 as int) as part")
        frame.groupBy("part").count().write.mode("overwrite").parquet(scratch.as_uri())
        self.base.read.parquet(scratch.as_uri()).count()
        # Python's part: jobs make small frames from tables of Arrow, with modules that take long to import.
        self.base.createDataFrame(pa.table({"id": [1]})).collect()

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Give `SparkSession.builder.getOrCreate()` a new session, and clean up after it."""
        session = self.base.newSession()
        self._make_current(session)
        try:
            yield
        finally:
            if self.is_alive():
                for stream in session.streams.active:
                    stream.stop()
                # The state store's maintenance thread would keep writing below the checkpoint; on Glue
                # it ends with the JVM of the run.
                self._jvm.org.apache.spark.sql.execution.streaming.state.StateStore.stop()
                self._context.cancelAllJobs()
                session.catalog.clearCache()
                self._make_current(self.base)

    def _make_current(self, session: Any) -> None:
        type(session)._instantiatedSession = type(session)._activeSession = session
        self._jvm.SparkSession.setDefaultSession(session._jsparkSession)
        self._jvm.SparkSession.setActiveSession(session._jsparkSession)

    def progress(self) -> tuple[int, int] | None:
        """Return the numbers of finished writes and of started jobs: Spark wrote nothing if both stay equal.

        None while a stream runs, because a stream may write at any time.
        """
        session = SparkSession._instantiatedSession
        if session is not None and session.streams.active:
            return None
        return self._writes, int(self._context._jsc.sc().dagScheduler().numTotalJobs())

    def _count_writes(self) -> None:
        """Count finished writes. The number of jobs does not show which of two concurrent writes ended."""

        def counted(method: Any) -> Any:
            @functools.wraps(method)
            def write(*args: Any, **options: Any) -> Any:
                try:
                    return method(*args, **options)
                finally:
                    self._writes += 1

            return write

        for name in WRITES:
            setattr(DataFrameWriter, name, counted(getattr(DataFrameWriter, name)))

    def is_alive(self) -> bool:
        """Return whether the session can serve another run: a script may stop it, memory may run out."""
        try:
            return not self._context._jsc.sc().isStopped()
        except (Py4JError, OSError, AttributeError):
            return False
