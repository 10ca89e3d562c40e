"""`python -m localcloud`: the local cloud as a background process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from localcloud import daemon
from localcloud.errors import LocalCloudError

app = typer.Typer(
    help="Runs what `cdk synth` wrote on this machine.", no_args_is_help=True, add_completion=False
)
console = Console()
problems = Console(stderr=True)

Home = Annotated[Path, typer.Option("--home", envvar="HOME_DIR", help="Where local state lives.")]
Env = Annotated[str, typer.Option("--env", help="Environment to deploy: dev or prod.")]

HOME = Path(".local")


@app.command()
def up(home: Home = HOME, env: Env = "dev") -> None:
    """Start it and deploy, or bring a running one up to date with changed inputs."""
    from localcloud.synth import inputs_hash

    home = home.resolve()
    began = time.monotonic()
    running = daemon.read_status(home)
    if running is not None and (running.env, running.inputs) == (env, inputs_hash(daemon.PROJECT)):
        console.print(f"Up already, at {running.endpoint} (process {running.pid}).")
        return
    try:
        daemon.stop(home)
        with console.status("Synthesising and deploying …"):
            status = daemon.start(home, env)
    except LocalCloudError as error:
        problems.print(str(error), markup=False, style="red")
        raise typer.Exit(1) from error
    console.print(f"Up at {status.endpoint} after {time.monotonic() - began:.1f} s (process {status.pid}).")
    console.print('For any AWS program:  eval "$(python -m localcloud env)"', highlight=False)


@app.command()
def status(home: Home = HOME) -> None:
    """Say whether it runs, where, and what its buckets hold."""
    found = daemon.read_status(home.resolve())
    if found is None:
        console.print(f"Not running in {home}. Start it with `python -m localcloud up`.")
        raise typer.Exit(3)
    console.print(f"Up at {found.endpoint}, environment {found.env}, process {found.pid}.")
    console.print(f"Data API of the serving store at {found.data_api}.")
    table = Table("bucket", "objects", "MB")
    for bucket in found.buckets.values():
        files = [file for file in (home / "s3" / bucket).rglob("*") if file.is_file()]
        table.add_row(bucket, f"{len(files):,}", f"{sum(file.stat().st_size for file in files) / 1e6:,.1f}")
    console.print(table)


@app.command()
def down(home: Home = HOME) -> None:
    """End it. Objects stay where they are."""
    ended = daemon.stop(home.resolve())
    console.print("Down." if ended else f"Nothing runs in {home}.")


@app.command()
def env(home: Home = HOME) -> None:
    """Print what points AWS programs to it, for `eval`."""
    found = daemon.read_status(home.resolve())
    if found is None:
        problems.print(f"Nothing runs in {home}. Start it with `python -m localcloud up`.", markup=False)
        raise typer.Exit(3)
    values = {
        "AWS_ENDPOINT_URL": found.endpoint,
        "AWS_ACCESS_KEY_ID": found.access_key,
        "AWS_SECRET_ACCESS_KEY": found.secret_key,
        "AWS_DEFAULT_REGION": found.region,
        "AWS_REGION": found.region,
    }
    typer.echo("unset AWS_SESSION_TOKEN AWS_PROFILE")
    for name, value in values.items():
        typer.echo(f"export {name}={value}")


@app.command()
def demo(
    landing: Annotated[Path, typer.Option(help="Folder with <domain>/** to upload.")] = Path("sample_data"),
    home: Home = HOME,
    env: Env = "dev",
) -> None:
    """Synthesise, deploy, upload, run and answer the business questions."""
    from demo.run import Demo
    from lake.errors import CaudalError

    try:
        succeeded = Demo(home, env, console).run(landing)
    except CaudalError as error:
        problems.print(str(error), markup=False, style="red")
        raise typer.Exit(1) from error
    if not succeeded:
        raise typer.Exit(1)


@app.command(hidden=True)
def serve(home: Home = HOME, env: Env = "dev") -> None:
    """Run in the foreground; what `up` starts in the background."""
    daemon.serve(home.resolve(), env)
