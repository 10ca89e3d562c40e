"""The CDK app: write the CloudFormation templates. `caudal synth` and the CDK CLI run it.

Only this module reads the environment and the CDK context: `env` (dev, prod), `account`, `region`,
`delete_data`, and the names of Switches (infra/foundation/config.py). CDK_OUTDIR says where the templates
go, cdk.out by default.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from infra.foundation.node import prefer_own_node

ROOT = Path(__file__).resolve().parent

prefer_own_node()

from aws_cdk import App  # noqa: E402  (starts node)

from infra.application import build, flags  # noqa: E402
from infra.foundation.config import config_for, switches_of  # noqa: E402
from lake.errors import CaudalError  # noqa: E402
from lake.model.discovery import load_domains  # noqa: E402


def main() -> None:
    """Synthesise every stack of the environment that the context names."""
    options = _options()
    app = App(
        outdir=options.output,
        analytics_reporting=False,
        # Only the CDK CLI reads cdk.json by itself; without it the feature flags must be the same.
        context={**flags(ROOT), **dict(pair.split("=", 1) for pair in options.context)},
    )

    def context(key: str, default: str = "") -> str:
        value = app.node.try_get_context(key)
        return default if value is None else str(value)

    build(
        app,
        config=config_for(
            context("env", "dev"),
            delete_data=context("delete_data") == "true",
            **switches_of(context),
        ),
        account=context("account", os.environ.get("CDK_DEFAULT_ACCOUNT", "")) or None,
        region=context("region", os.environ.get("CDK_DEFAULT_REGION", "")) or None,
        domains=load_domains(),
        root=ROOT,
    )
    app.synth()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("-o", "--output", default=os.environ.get("CDK_OUTDIR", str(ROOT / "cdk.out")))
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except CaudalError as error:
        sys.exit(f"error: {error}")
