"""The program of a Spark worker: one warm session, one Glue run after another.

Runs in a process of its own, isolated from the work tree (`python -I`): it imports pyspark, boto3
and what a run's own zips bring, nothing of this repository. It talks to its parent in JSON lines over
the socket whose descriptor is its first argument:

    parent → {"command": "start", "settings": {…}, …}, {"command": "run", …}, {"command": "adopted", …}
    child  → {"event": "ready", …}, {"event": "adopt", "buckets": […]}, {"event": "done", "error": …}

`adopt` asks the parent to make S3 see what Spark wrote, and is answered by `adopted`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import queue
import runpy
import socket
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MAX_MESSAGE = 4096
READS = ("Copy", "Delete", "Get", "Head", "List")
"""S3 operations, by their first word, that may look for an object that Spark wrote."""
WRITES = ("save", "parquet", "json", "csv", "text", "orc", "insertInto", "saveAsTable")


class Channel:
    """The connection to the parent. The parent's end closing ends this process at once."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._write_lock = threading.Lock()
        self._adopt_lock = threading.Lock()
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with self._socket.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                message = json.loads(line)
                target = self._answers if message["command"] == "adopted" else self.commands
                target.put(message)
        os._exit(0)  # nobody is left to report to; the JVM ends when its stdin closes

    def send(self, **message: Any) -> None:
        with self._write_lock:
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def adopt(self, buckets: list[str]) -> str | None:
        """Ask the parent to adopt the files in `buckets`; returns what was denied, or None."""
        with self._adopt_lock:
            self.send(event="adopt", buckets=buckets)
            denied: str | None = self._answers.get()["error"]
            return denied


class Engine:
    """The Spark session and the folders that it knows as buckets."""

    def __init__(self, settings: dict[str, str]) -> None:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.base = builder.getOrCreate()
        self._context = self.base.sparkContext
        self._jvm: Any = self._context._jvm
        jvm: Any = self._jvm
        compiler = jvm.org.codehaus.janino.SimpleCompiler()
        compiler.cook((HERE / "PlainLocalFileSystem.java").read_text(encoding="utf-8"))
        self._loader = compiler.getClassLoader()
        self._mounted: set[str] = set()
        self._writes = 0
        self.count_writes()

    @property
    def jvm_pid(self) -> int:
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
            # Hadoop caches one file system per bucket: this first one serves all threads from now on.
            self._jvm.org.apache.hadoop.fs.FileSystem.get(
                self._jvm.java.net.URI(f"s3://{folder.name}/"), conf
            )
            self._mounted.add(folder.name)

    def warm_up(self, scratch: Path) -> None:
        """Load the classes that every job needs, before the first job waits for them."""
        frame = self.base.range(100).selectExpr("id", "cast(id % 2 as int) as part")
        frame.groupBy("part").count().write.mode("overwrite").parquet(scratch.as_uri())
        self.base.read.parquet(scratch.as_uri()).count()

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """A new session as the one that `SparkSession.builder.getOrCreate()` finds, then a clean-up."""
        session = self.base.newSession()
        self._make_current(session)
        try:
            yield
        finally:
            if self.is_alive():
                for stream in session.streams.active:
                    stream.stop()
                # Its upkeep goes on writing below the checkpoint; on Glue it ends with the run's own Java.
                self._jvm.org.apache.spark.sql.execution.streaming.state.StateStore.stop()
                self._context.cancelAllJobs()
                session.catalog.clearCache()
                self._make_current(self.base)

    def _make_current(self, session: Any) -> None:
        type(session)._instantiatedSession = type(session)._activeSession = session
        self._jvm.SparkSession.setDefaultSession(session._jsparkSession)
        self._jvm.SparkSession.setActiveSession(session._jsparkSession)

    def progress(self) -> tuple[int, int] | None:
        """Spark's writes and jobs so far: while it stands still, Spark has written nothing new.

        None while a stream runs, which may write at any time.
        """
        from pyspark.sql import SparkSession

        session = SparkSession._instantiatedSession
        if session is not None and session.streams.active:
            return None
        return self._writes, int(self._context._jsc.sc().dagScheduler().numTotalJobs())

    def count_writes(self) -> None:
        """Count the writes that end: of two at once, only its own end says that a write is complete."""
        from pyspark.sql.readwriter import DataFrameWriter

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
        """Whether the session can serve another run: a script may stop it, memory may run out."""
        from py4j.protocol import Py4JError

        try:
            return not self._context._jsc.sc().isStopped()
        except (Py4JError, OSError, AttributeError):
            return False


def see_what_spark_wrote(engine: Engine, channel: Channel) -> None:
    """Before a run's own S3 call looks at objects, have the parent adopt new files."""
    import botocore.client
    from botocore.exceptions import ClientError

    client: Any = botocore.client.BaseClient
    call = client._make_api_call
    adopted: dict[str, tuple[int, int] | None] = {}

    def calling(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if self.meta.service_model.service_name == "s3" and operation.startswith(READS):
            progress = engine.progress()
            buckets = _buckets(parameters)
            stale = [name for name in buckets if progress is None or adopted.get(name) != progress]
            if stale:
                denied = channel.adopt(stale)
                if denied:
                    raise ClientError({"Error": {"Code": "AccessDenied", "Message": denied}}, operation)
                adopted.update(dict.fromkeys(stale, progress))
        return call(self, operation, parameters)

    client._make_api_call = calling


def _buckets(parameters: dict[str, Any]) -> list[str]:
    """The buckets that a call reads: its own and that of a copy's source."""
    source = parameters.get("CopySource") or ""
    copied = source["Bucket"] if isinstance(source, dict) else source.lstrip("/").split("/")[0]
    return sorted({name for name in (parameters.get("Bucket"), copied) if name})


@contextlib.contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Send the process's stdout and stderr to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    saved = os.dup(1), os.dup(2)
    with log.open("ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, original in zip((1, 2), saved, strict=True):
            os.dup2(original, descriptor)
            os.close(original)


@contextlib.contextmanager
def process_state(request: dict[str, Any], assets: Path) -> Iterator[None]:
    """The run's own arguments, environment and import path; all undone at its end."""
    import boto3

    argv, path, environment = sys.argv, list(sys.path), dict(os.environ)
    modules = set(sys.modules)
    sys.argv = [request["script"], *request["arguments"]]
    sys.path[:0] = request["libraries"]
    os.environ.update(request["environment"])
    boto3.DEFAULT_SESSION = None
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, path
        os.environ.clear()
        os.environ.update(environment)
        boto3.DEFAULT_SESSION = None
        for name in set(sys.modules) - modules:
            if _comes_from(sys.modules[name], str(assets)):
                del sys.modules[name]


def _comes_from(module: Any, folder: str) -> bool:
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", [])]
    return any(place and str(place).startswith(folder) for place in places)


def execute(request: dict[str, Any]) -> str | None:
    """Run the script as `__main__`; returns its error as Glue shows it, or None."""
    try:
        runpy.run_path(request["script"], run_name="__main__")
    except SystemExit as ending:
        if ending.code in (None, 0):
            return None
        traceback.print_exc()
        return f"SystemExit: {ending.code}"
    except BaseException as error:  # whatever the script raises is the outcome of the run
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"[:MAX_MESSAGE]
    return None


def load_stand_in() -> None:
    """Make the package `awsglue` importable, without putting its folder's neighbours on the path."""
    file = HERE / "awsglue" / "__init__.py"
    spec: Any = importlib.util.spec_from_file_location(
        "awsglue", file, submodule_search_locations=[str(file.parent)]
    )
    sys.modules["awsglue"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def main() -> None:
    """Serve the parent until it goes away or the Spark session is lost."""
    channel = Channel(int(sys.argv[1]))
    start = channel.commands.get()
    load_stand_in()
    engine = Engine(start["settings"])
    see_what_spark_wrote(engine, channel)
    channel.send(event="ready", jvm=engine.jvm_pid)
    if channel.commands.empty():
        engine.warm_up(Path(start["scratch"]) / "warm-up")
    while engine.is_alive():
        request = channel.commands.get()
        engine.mount(Path(request["buckets"]))
        with (
            output_to(Path(request["log"])),
            process_state(request, Path(request["assets"])),
            engine.session(),
        ):
            error = execute(request)
        channel.send(event="done", error=error, alive=engine.is_alive())


if __name__ == "__main__":
    main()
