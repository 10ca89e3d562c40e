"""`app.py` runs without the CDK CLI and without node on the PATH."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from infra.ops.lint import ROOT
from tests.infra.assembly import ACCOUNT, REGION, Assembly


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "CDK_"))}
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *words],
        env={**clean, "PATH": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_app_py_writes_the_templates_that_synthesise_writes(dev: Assembly, tmp_path: Path) -> None:
    outdir = tmp_path / "cdk.out"
    done = run(CDK_OUTDIR=str(outdir), CDK_DEFAULT_ACCOUNT=ACCOUNT, CDK_DEFAULT_REGION=REGION)
    assert done.returncode == 0, done.stderr
    written = Assembly(outdir)
    assert written.stacks.keys() == dev.stacks.keys()
    assert written.stacks["caudal-dev-storage"].template == dev.stacks["caudal-dev-storage"].template


def test_unknown_environment_is_refused(tmp_path: Path) -> None:
    done = run("-c", "env=moon", "--output", str(tmp_path / "cdk.out"))
    assert done.returncode != 0
    assert "there is no environment 'moon'. Known: dev, prod." in done.stderr
