"""The main loop of the child: execute the parent's runs until the Spark session is lost."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError

from .adoption import adopt_before_reads
from .channel import Channel
from .engine import Engine
from .event_log import event_log, folder_of
from .hadoop_defaults import leave_out_defaults
from .run import MAX_MESSAGE, execute, output_to, process_state
from .service_models import read_once

GARBAGE = (50_000, 50, 50)
"""Python's thresholds for looking for garbage: the worker's million objects are modules, which stay."""


def serve(descriptor: int) -> None:
    """Execute the runs that the parent sends over the socket `descriptor`."""
    gc.set_threshold(*GARBAGE)
    channel = Channel(descriptor)
    start = channel.commands.get()
    engine = Engine(start["settings"])
    read_once()
    over_http = bool(start["s3a"])
    if not over_http:
        leave_out_defaults(engine.base)
        adopt_before_reads(engine, channel)
    channel.send(event="ready", jvm=engine.jvm_pid)
    if channel.commands.empty():
        engine.warm_up(Path(start["scratch"]) / "warm-up")
    while engine.is_alive():
        request = channel.commands.get()
        if over_http:
            engine.sign_in(request["environment"])
        else:
            engine.mount(Path(request["buckets"]))
            engine.authorise(request["permissions"])
        with (
            output_to(Path(request["log"])),
            process_state(request, Path(request["assets"])),
            engine.session(),
        ):
            error = _logged(engine, request, over_http)
        alive = engine.is_alive()
        channel.send(event="done", error=error, alive=alive, calls=engine.calls() if alive else [])


def _logged(engine: Engine, request: dict[str, Any], over_http: bool) -> str | None:
    """Run the script with an event log, if anything asks for one. Return its error, or None.

    Over HTTP the run's arguments ask for it, otherwise only a profile does: a log takes time. As on Glue, a
    run whose log cannot be written fails.
    """
    profile = request.get("event_logs")
    folder = profile or (folder_of(request["arguments"]) if over_http else None)
    if folder is None:
        return execute(request["script"])
    try:
        name = Path(request["log"]).stem
        with event_log(engine.base.sparkContext, folder, name, is_plain=bool(profile)):
            return execute(request["script"])
    except Py4JError as error:
        return f"{type(error).__name__}: {error}"[:MAX_MESSAGE]
