"""The corpus of recorded calls: which role made which call, reduced to what its policies can tell apart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.iam.policy import Statement, Value, resources_named

REST = "~"
"""In place of the rest of a key or a name that no policy of the role looks at."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ASSET = re.compile(r"(arn:aws:s3:::cdk-\w+-assets-[\w-]+/)[0-9a-f]{64}")
_SECRET = re.compile(r"(?<=-)\w{6}$")
_BUCKET = "arn:aws:s3:::"
_PREFIX = "s3:prefix"


@dataclass(frozen=True, order=True)
class Call:
    """A call of a role (its name), with its condition keys, and whether it was allowed."""

    role: str
    action: str
    resource: str
    keys: tuple[tuple[str, Value], ...] = ()
    allowed: bool = True

    def __str__(self) -> str:
        keys = "".join(f" {name}={value}" for name, value in self.keys)
        return f"{self.role} {self.action} {self.resource}{keys}{'' if self.allowed else ' (denied)'}"

    def to_json(self) -> str:
        """Return the call as one line of the corpus."""
        entry: dict[str, Any] = {"role": self.role, "action": self.action, "resource": self.resource}
        if self.keys:
            entry["keys"] = dict(self.keys)
        if not self.allowed:
            entry["allowed"] = False
        return json.dumps(entry)

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> Call:
        """Return the call of a line of the corpus or of a recording."""
        keys = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in entry.get("keys", {}).items()
        }
        return cls(
            role=entry["role"].rpartition("/")[2],
            action=entry["action"],
            resource=entry["resource"],
            keys=tuple(sorted(keys.items())),
            allowed=entry.get("allowed", True),
        )


def without_hashes(text: str) -> str:
    """Return a text with REST in place of the hashes that name the deployed assets."""
    return _ASSET.sub(rf"\1{REST}", text)


def read_calls(file: Path) -> set[Call]:
    """Return the calls of a corpus or of a recording (`iam-calls.jsonl`)."""
    with file.open(encoding="utf-8") as lines:
        return {Call.of_entry(json.loads(line)) for line in lines}


def write_calls(file: Path, calls: Iterable[Call]) -> None:
    """Write a corpus, sorted."""
    file.write_text("".join(f"{call.to_json()}\n" for call in sorted(set(calls))), encoding="utf-8")


@dataclass
class Reduction:
    """Reduces calls by what their roles' policies name; `statements_of` returns those of a role.

    A key keeps its leading segments as long as they occur in some pattern of the role's policies on S3: what
    follows cannot change a decision. Random identifiers are replaced.
    """

    statements_of: Callable[[str], Sequence[Statement]]
    _words: dict[str, frozenset[str]] = field(default_factory=dict)
    _patterns: dict[str, list[str]] = field(default_factory=dict)

    def reduced(self, call: Call) -> Call:
        """Return the call with REST in place of what does not matter."""
        keys = tuple(
            (name, self._key(call.role, str(value)) if name == _PREFIX else value)
            for name, value in call.keys
        )
        return Call(call.role, call.action, self._resource(call), keys, call.allowed)

    def _resource(self, call: Call) -> str:
        if _ASSET.match(call.resource):
            return without_hashes(call.resource)
        if call.resource.startswith(_BUCKET):
            bucket, slash, key = call.resource.removeprefix(_BUCKET).partition("/")
            return f"{_BUCKET}{bucket}{slash}{self._key(call.role, key)}"
        if ":secretsmanager:" in call.resource:
            return _SECRET.sub("000000", call.resource)
        return _UUID.sub(REST, call.resource)

    def _key(self, role: str, key: str) -> str:
        words, kept = self._words_of(role), list[str]()
        for position, segment in enumerate(key.split("/")):
            if segment and segment not in words:
                kept.append(REST)
                if position or not any(pattern.startswith("*/") for pattern in self._patterns_of(role)):
                    break
            else:
                kept.append(segment)
        return "/".join(kept)

    def _words_of(self, role: str) -> frozenset[str]:
        if role not in self._words:
            segments = {segment for pattern in self._patterns_of(role) for segment in pattern.split("/")}
            self._words[role] = frozenset(word for word in segments if word and "*" not in word)
        return self._words[role]

    def _patterns_of(self, role: str) -> list[str]:
        if role not in self._patterns:
            statements = self.statements_of(role)
            self._patterns[role] = [text for statement in statements for text in _patterns(statement)]
        return self._patterns[role]


def _patterns(statement: Statement) -> Iterator[str]:
    """Yield the patterns of object keys and of listed prefixes in a statement."""
    for resource in resources_named(statement)[1]:
        if resource.startswith(_BUCKET):
            yield resource.removeprefix(_BUCKET).partition("/")[2]
    for conditions in statement.get("Condition", {}).values():
        wanted = conditions.get(_PREFIX, [])
        yield from wanted if isinstance(wanted, list) else [wanted]
