"""Measure what readers see during a publication: the tables of a local lake are published again.

No data is copied. A store in memory has the keys of the lake's silver and gold files, and takes LATENCY for
each request, as S3 does. A reader reads every table and then its inputs all the time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measure import NAMES
from bench.mixed_reads import Counts, Files, Reader
from glue_jobs.curation.publication import Change, Published, publish
from lake import naming
from lake.model.discovery import load_domains
from lake.model.spec import Domain

LATENCY = 0.05
"""Seconds that S3 takes to copy a small object."""

OLD, NEW = "old", "new"


class SlowStore:
    """Objects in memory by key. Each request to change some takes LATENCY."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.objects = dict.fromkeys(keys, OLD)

    def copy(self, bucket: str, source: str, target: str) -> None:
        """Give the target the new content."""
        time.sleep(LATENCY)
        self.objects[target] = NEW

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Remove objects; without any there is no request."""
        for key in keys:
            time.sleep(LATENCY)
            del self.objects[key]


def tables(home: Path, domain: Domain) -> dict[str, dict[str, list[str]]]:
    """Return table or mart → partition → keys of its files, from the local lake in `home`."""
    places = {table.name: (NAMES.processed_bucket, "silver") for table in domain.tables}
    places |= {mart.name: (NAMES.curated_bucket, "gold") for mart in domain.marts}
    found: dict[str, dict[str, list[str]]] = {}
    for name, (bucket, layer) in places.items():
        root = home / "s3" / bucket / naming.layer_prefix(layer, domain.name, name)
        partitions = found.setdefault(name, {})
        for file in sorted(root.rglob("*.parquet")):
            part = file.parent.relative_to(root).as_posix().removeprefix(".")
            partitions.setdefault(part, []).append(f"{name}/{part}/{file.name}")
    return found


def newest_month(partitions: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the partition of the newest month, or the only one."""
    newest = max(partitions, key=lambda part: [int(each.split("=")[1]) for each in part.split("/") if each])
    return {newest: partitions[newest]}


def changes(touched: Mapping[str, Mapping[str, list[str]]]) -> list[Change]:
    """Return the changes that publish new content of the given partitions."""
    return [
        Change(
            name=name,
            bucket="lake",
            copies=tuple((key, key) for keys in partitions.values() for key in keys),
            surplus=(),
            result=Published(
                rows=0,
                files=sum(map(len, partitions.values())),
                written=tuple(partitions),
                removed=(),
                new_partitions=False,
            ),
        )
        for name, partitions in touched.items()
    ]


def publish_and_read(
    domain: Domain, lake: Mapping[str, Mapping[str, list[str]]], *, ranks: Mapping[str, int], month: bool,
    register_late: bool = False,
) -> Counts:  # fmt: skip
    """Publish all partitions, or with `month` a new month, while the reader reads; return what it saw.

    The reader finds the files of registered partitions only, as Athena does. `register_late` registers after
    everything is published, as a crawler does.
    """
    touched = {name: newest_month(parts) if month else parts for name, parts in lake.items() if parts}
    every = {name: {key for keys in parts.values() for key in keys} for name, parts in lake.items()}
    added = {
        key
        for name, parts in touched.items() if month and "month=" in next(iter(parts))
        for keys in parts.values() for key in keys
    }  # fmt: skip
    known = {key for keys in every.values() for key in keys} - added
    store = SlowStore(known)

    def register(published: Mapping[str, Published]) -> None:
        if added:
            time.sleep(LATENCY)
        known.update(key for name in published for key in touched[name] for key in every[name])

    def files(table: str) -> Files:
        return {key: store.objects[key] for key in every[table] & known if key in store.objects}

    with Reader(files, {name: domain.inputs_of(name) for name in lake}, pause=0.001) as reader:
        if register_late:
            register(publish(store, changes(touched), ranks))
        else:
            publish(store, changes(touched), ranks, register)
    return reader.counts()


def orders(domain: Domain) -> dict[str, dict[str, int]]:
    """Return the compared orders: name → table → rank."""
    ranks = domain.ranks
    return {
        "by name": {name: number for number, name in enumerate(sorted(ranks))},
        "inputs first, one table at a time": {
            name: number for number, name in enumerate(sorted(ranks, key=lambda each: (ranks[each], each)))
        },
        "inputs first, one rank at a time": dict(ranks),
    }


def measure_publication(home: Path, console: Console) -> None:
    """Print, for every domain in the local lake `home`, what a reader sees with each order."""
    for domain in load_domains():
        lake = tables(home, domain)
        files = sum(len(keys) for parts in lake.values() for keys in parts.values())
        title = f"{domain.name}: {files} files, {LATENCY * 1000:.0f} ms per request"
        table = Table("order", title=title, title_justify="left")
        for column in ("reads", "mixed", "mart newer than inputs", "window, s"):
            table.add_column(column, justify="right")
        publication = partial(publish_and_read, domain, lake)
        runs = {
            f"everything, {name}": partial(publication, ranks=ranks, month=False)
            for name, ranks in orders(domain).items()
        }
        for late, when in ((True, "after everything"), (False, "with each rank")):
            runs[f"a new month, registered {when}"] = partial(
                publication, ranks=domain.ranks, month=True, register_late=late
            )
        for name, run in runs.items():
            counts = run()
            share = f"{counts.newer} ({counts.newer / max(counts.reads, 1):.1%})"
            mixed = f"{counts.mixed} ({counts.mixed / max(counts.reads, 1):.1%})"
            table.add_row(name, f"{counts.reads:,}", mixed, share, f"{counts.window:.2f}")
        console.print(table)
