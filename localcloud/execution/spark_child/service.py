"""The main loop of the child: execute the parent's runs until the Spark session is lost."""

from __future__ import annotations

from pathlib import Path

from .adoption import adopt_before_reads
from .channel import Channel
from .engine import Engine
from .run import execute, output_to, process_state


def serve(descriptor: int) -> None:
    """Execute the runs that the parent sends over the socket `descriptor`."""
    channel = Channel(descriptor)
    start = channel.commands.get()
    engine = Engine(start["settings"])
    over_http = bool(start["s3a"])
    if not over_http:
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
        with (
            output_to(Path(request["log"])),
            process_state(request, Path(request["assets"])),
            engine.session(),
        ):
            error = execute(request["script"])
        channel.send(event="done", error=error, alive=engine.is_alive())
