"""Generated feeds that look like the real one, and the same feeds with bad lines and odd files added."""

from __future__ import annotations

import gzip
import random
from collections.abc import Mapping
from pathlib import Path

from domains.cloud_provider.sample import Order, generate
from tests.glue_jobs.streaming.conftest import FOLDER
from tests.glue_jobs.streaming.test_json_lines import GOOD, MALFORMED, QUARANTINED

Files = dict[str, bytes]


def shuffled_feed(
    folder: Path, *, events: int, per_file: int, seed: int = 2025, quirks: bool = True
) -> Files:
    """Return the files of a generated landing folder by path; each file of the stream mixes all days."""
    generate(folder, events=events, per_file=per_file, seed=seed, quirks=quirks, order=Order.SHUFFLED)
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def is_event_file(path: str) -> bool:
    return path.startswith(f"{FOLDER}/")


def with_bad_lines(files: Mapping[str, bytes], seed: int) -> Files:
    """Return the feed with bad and odd lines added, some files gzipped, one file empty and one copied."""
    chance = random.Random(seed)
    odd = [*MALFORMED.values(), *(line for line, _ in (*QUARANTINED.values(), *GOOD.values()))]
    odd = [line for line in odd if len(line) < 100_000]
    found: Files = {}
    for path, content in files.items():
        if not is_event_file(path):
            found[path] = content
            continue
        lines = content.decode().splitlines()
        for line in chance.sample(odd, 4):
            lines.insert(chance.randrange(len(lines)), line)
        body = ("\r\n" if chance.random() < 0.2 else "\n").join(lines).encode()
        if chance.random() < 0.2:
            found[f"{path}.gz"] = gzip.compress(body)
        else:
            found[path] = b"\xef\xbb\xbf" + body if chance.random() < 0.2 else body
    copied = next(path for path in found if is_event_file(path))
    return {
        **found,
        f"{FOLDER}/again/{Path(copied).name}": found[copied],
        f"{FOLDER}/empty.jsonl": b"",
    }


def split(files: Mapping[str, bytes], parts: int, seed: int) -> list[Files]:
    """Return the files in random order, split into `parts` uploads."""
    paths = list(files)
    random.Random(seed).shuffle(paths)
    return [{path: files[path] for path in paths[part::parts]} for part in range(parts)]
