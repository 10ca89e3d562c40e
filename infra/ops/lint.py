"""cdk-nag (AwsSolutions), cfn-lint, statelint and our own checks on the templates of every environment."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.foundation.node import prefer_own_node

prefer_own_node()

from infra.application import synthesise  # noqa: E402  (starts node)
from infra.foundation.config import CONFIGS, LOCAL, Config, config_for  # noqa: E402
from infra.ops import retention, state_machines  # noqa: E402
from lake.model.discovery import load_domains  # noqa: E402
from lake.model.spec import Domain  # noqa: E402
from lake.naming import CONTINUOUS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
REGION = "us-east-1"
REPORT = "validation-report.json"

_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"

GROUP = f"arn:aws:quicksight:{REGION}:{ACCOUNT}:group/default/analysts"
"""A group of QuickSight, for templates that are checked or shown."""

IGNORED = {
    "W3005": "CDK makes a state machine depend on its role by reference and by DependsOn; both are its own.",
}
"""cfn-lint checks that are ignored, each with its reason."""


def nag_findings(outdir: Path, *, config: Config, domains: Sequence[Domain]) -> list[str]:
    """Synthesise `config` under cdk-nag into `outdir` and return one line per finding."""
    try:
        synthesise(
            outdir, config=config, root=ROOT, account=ACCOUNT, region=REGION, domains=domains, nag=True
        )
    except RuntimeError:
        found = _reported(outdir / REPORT)
        if not found:
            raise  # the synthesis failed for another reason than findings
        return found
    return _reported(outdir / REPORT)


def _reported(report: Path) -> list[str]:
    if not report.exists():
        return []
    plugins = json.loads(report.read_text(encoding="utf-8")).get("pluginReports", [])
    return [
        f"{violation['ruleName']} {construct['constructPath']}: {violation['description']}"
        for plugin in plugins
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def cfn_findings(outdir: Path) -> list[str]:
    """Return cfn-lint's findings on the templates in `outdir`."""
    templates = sorted(str(path) for path in outdir.glob("*.template.json"))
    program = Path(sys.prefix) / "bin" / "cfn-lint"
    ignored = [part for check in IGNORED for part in ("--ignore-checks", check)]
    done = subprocess.run(
        [str(program), "--format", "parseable", "--regions", REGION, *ignored, "--", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    if done.returncode and not lines:
        return [f"cfn-lint exited with {done.returncode} without output"]
    return lines


def _variants() -> list[tuple[str, Config]]:
    """Return every environment with its defaults, and one with all switches on."""
    switched = config_for(
        "dev",
        serving=LOCAL,
        stream_trigger=CONTINUOUS,
        encrypted_logs=True,
        job_metrics=True,
        relational=True,
        relational_cidr="10.0.0.0/16",
        relational_personal="customers.name,customers.email",
        assets_key=_KEY,
        quicksight=GROUP,
    )
    return [*sorted(CONFIGS.items()), ("dev with all switches", switched)]


def template_findings() -> Iterator[str]:
    """Yield the findings of all checks on the templates of every environment."""
    domains = load_domains()
    for env, config in _variants():
        with tempfile.TemporaryDirectory() as scratch:
            outdir = Path(scratch) / "cdk.out"
            findings = [
                *nag_findings(outdir, config=config, domains=domains),
                *cfn_findings(outdir),
                *retention.findings(outdir, REGION),
                *state_machines.findings(outdir),
            ]
        yield from (f"{env}: {finding}" for finding in findings)
