"""Page of the estimated costs for every environment, and their sums in the deploy guide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.ops import costs
from lake.documentation import pages as generated
from lake.documentation.pages import DOCS, page, table, with_block

PAGE = "generated/costs.md"
GUIDE = "deploy.md"
BLOCK = "costs"


def pages(outdirs: Mapping[str, Path], folder: Path = DOCS) -> dict[str, str]:
    """Return the page, and the guide with its block of sums, by their paths below `folder`.

    `outdirs` maps an environment to its cloud assembly.
    """
    blocks = [block for env, outdir in outdirs.items() for block in _environment(env, outdir)]
    source = "the synthesised templates and the price list in `infra/ops/costs.py`"
    guide = (folder / GUIDE).read_text(encoding="utf-8")
    return {
        PAGE: page("Estimated costs", source, [*_assumptions(), *blocks]),
        GUIDE: with_block(guide, BLOCK, _sums(outdirs)),
    }


def drift(outdirs: Mapping[str, Path], folder: Path = DOCS) -> list[str]:
    """Return one sentence for each page below `folder` that has other costs than the templates."""
    return generated.drift(pages(outdirs, folder), folder)


def write(outdirs: Mapping[str, Path], folder: Path = DOCS) -> None:
    """Write the pages below `folder`."""
    generated.write(pages(outdirs, folder), folder)


def _sums(outdirs: Mapping[str, Path]) -> str:
    def dollars(lines: list[costs.Line]) -> str:
        return f"${sum(line.dollars for line in lines):.2f}"

    header = (
        "environment",
        "a month at rest",
        "a month of streams",
        "a month of scheduled pipelines",
        "one run of a drop, all domains",
    )
    continuous = "a month of streams that run all the time"
    rows = [
        (
            env,
            dollars(costs.at_rest(outdir)),
            dollars(costs.streams(outdir)),
            dollars(costs.scheduled(outdir)),
            dollars(costs.per_run(outdir)),
            f"${costs.continuous(outdir):.2f}",
        )
        for env, outdir in outdirs.items()
    ]
    return table((*header, continuous), rows)


def _assumptions() -> Iterator[str]:
    yield (
        "List prices of us-east-1 in US dollars, November 2026; other regions differ by some percent. An "
        "estimate, not a quote."
    )
    yield table(
        ("by use", "price"),
        [
            ("a Glue job's DPU-hour", f"${costs.DPU_HOUR}"),
            ("a crawler's DPU-hour", f"${costs.CRAWLER_DPU_HOUR}"),
            ("1,000 state transitions", f"${costs.TRANSITION * 1000:g}"),
            ("a GB-month in S3", f"${costs.S3_GB_MONTH}"),
            ("a TB scanned by Athena", f"${costs.SCAN_TB:g}"),
        ],
    )


def _environment(env: str, outdir: Path) -> Iterator[str]:
    yield f"## {env}"
    sections = (
        ("A month at rest, before any byte is stored", costs.at_rest(outdir)),
        ("A month of streams", costs.streams(outdir)),
        ("A month of scheduled pipelines, if each run finds new rows", costs.scheduled(outdir)),
        ("One run of a drop with new partitions in every domain", costs.per_run(outdir)),
    )
    for title, lines in sections:
        if lines:
            total = sum(line.dollars for line in lines)
            rows = [(line.what, f"${line.dollars:.4f}") for line in lines]
            yield table((title, "dollars"), [*rows, ("**total**", f"**${total:.2f}**")])
    always = costs.continuous(outdir)
    if always:
        yield f"Streams that run all the time would cost ${always:.2f} a month instead."
