"""Page of all domains: incoming tables, the marts computed from them, and the questions that they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lake.documentation import pages as generated
from lake.documentation.pages import DOCS, mermaid, page, table
from lake.model.spec import Domain, Mart, Table

PAGE = "generated/tables-and-marts.md"


def pages(domains: Iterable[Domain]) -> dict[str, str]:
    """Return the page by its path below `docs`: one diagram and one table of marts for each domain."""
    blocks = [block for domain in domains for block in _domain(domain)]
    return {PAGE: page("Tables and marts", "the declarations of the domains", blocks)}


def drift(domains: Iterable[Domain], folder: Path = DOCS) -> list[str]:
    """Return one sentence for each difference between the declarations and the page below `folder`."""
    return generated.drift(pages(domains), folder)


def write(domains: Iterable[Domain], folder: Path = DOCS) -> None:
    """Write the page below `folder`."""
    generated.write(pages(domains), folder)


def _domain(domain: Domain) -> Iterator[str]:
    yield f"## {domain.name}"
    yield domain.description
    yield mermaid("flowchart LR", _lines(domain))
    yield table(("mart", "grain", "recomputed", "computed from"), (_row(mart) for mart in domain.marts))


def _lines(domain: Domain) -> Iterator[str]:
    yield "subgraph landing [landing files]"
    yield from (f'    raw_{each.name}["{each.name}{_format(each)}"]' for each in domain.tables)
    yield "end"
    yield "subgraph silver [bronze, then silver]"
    yield from (f'    silver_{each.name}[("{each.name}")]' for each in domain.tables)
    yield "end"
    yield "subgraph gold [gold]"
    yield from (f'    gold_{each.name}[["{each.name}"]]' for each in domain.marts)
    yield "end"
    for each in domain.stream_tables:
        speed = f'speed_{each.name}[/"speed view of {each.name}"/]'
        yield f"silver_{each.name} -. running totals of bronze .-> {speed}"
    for each in domain.tables:
        yield f"raw_{each.name} --> silver_{each.name}"
    for each in domain.tables:
        for parent in each.enriched_from:
            yield f"silver_{parent} -. enriches .-> silver_{each.name}"
    published = {mart.name for mart in domain.marts}
    for mart in domain.marts:
        for name in mart.inputs:
            yield f"{'gold' if name in published else 'silver'}_{name} --> gold_{mart.name}"


def _format(arriving: Table) -> str:
    return ".jsonl" if arriving.stream is not None else ".csv"


def _row(mart: Mart) -> tuple[str, str, str, str]:
    unit = (
        "whole"
        if mart.is_whole or mart.partition_by is None
        else f"by {mart.partition_by.value} of `{mart.dated_by}`"
    )
    return f"`{mart.name}`", _names(mart.grain) or "none", unit, _names(mart.inputs)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
