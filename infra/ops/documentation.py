"""All generated pages of the documentation, from the declarations and from freshly synthesised templates."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.foundation.node import prefer_own_node

prefer_own_node()

from infra.application import synthesise  # noqa: E402  (starts node)
from infra.foundation.config import CONFIGS, LOCAL, Config, config_for  # noqa: E402
from infra.ops import cost_table, diagrams  # noqa: E402
from infra.ops.lint import ACCOUNT, GROUP, REGION, ROOT  # noqa: E402
from lake.documentation import decisions, dictionary, flows  # noqa: E402
from lake.documentation.pages import DOCS  # noqa: E402
from lake.model.discovery import load_domains  # noqa: E402

DECISIONS = "adr"
DICTIONARY = "data-dictionary"


def drift(docs: Path = DOCS) -> list[str]:
    """Return one sentence for each page below `docs` that differs from its source."""
    domains = load_domains()
    with _assemblies() as (served, plain):
        found = [*diagrams.drift(served, docs), *cost_table.drift(plain, docs)]
    found += flows.drift(domains, docs)
    found += [f"{DECISIONS}/{problem}" for problem in decisions.drift(docs / DECISIONS)]
    found += [f"{DICTIONARY}/{problem}" for problem in dictionary.drift(domains, docs / DICTIONARY)]
    return found


def write(docs: Path = DOCS) -> None:
    """Write every generated page below `docs`."""
    domains = load_domains()
    with _assemblies() as (served, plain):
        diagrams.write(served, docs)
        cost_table.write(plain, docs)
    flows.write(domains, docs)
    decisions.write(docs / DECISIONS)
    dictionary.write(domains, docs / DICTIONARY)


@contextmanager
def _assemblies() -> Iterator[tuple[Path, dict[str, Path]]]:
    """Synthesise dev with serving and QuickSight, and every environment as it is."""
    with tempfile.TemporaryDirectory(prefix="caudal-docs-") as scratch:
        folder = Path(scratch)
        served = _synthesise(folder / "served", config_for("dev", serving=LOCAL, quicksight=GROUP))
        plain = {env: _synthesise(folder / env, CONFIGS[env]) for env in sorted(CONFIGS)}
        yield served, plain


def _synthesise(folder: Path, config: Config) -> Path:
    return synthesise(
        folder / "cdk.out", config=config, root=ROOT, account=ACCOUNT, region=REGION, domains=load_domains()
    )
