"""An independent implementation of the stream's rules, in plain Python without code of the jobs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Values = dict[str, Any]

SERVICES = {"compute", "storage", "database", "networking", "analytics", "genai"}
REGIONS = {"us-east", "us-west", "eu-west", "eu-central", "sa-east", "ap-south", "ap-northeast"}
UNITS = {"requests": "count", "cpu_hours": "hours", "storage_gb_hours": "gb_hours"}
MEASURES = ("value", "cost_usd_increment", "carbon_kg", "genai_tokens")
TEXTS = ("event_id", "org_id", "resource_id", "service", "region", "metric", "unit")
REQUIRED = ("event_id", "event_ts", "org_id", "service", "metric", "cost_usd_increment", "schema_version")

_WHITE_SPACE = " \t\r\n\f\u00a0\ufeff"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_FUTURE = datetime(2026, 1, 4)
"""No test's file arrives so late."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_STEP = Decimal("0.000001")
_MOST = Decimal(10) ** 12


class BadRecordError(Exception):
    """The record belongs in quarantine."""


@dataclass(frozen=True)
class ExpectedEvents:
    """The highest-ranking version of each good event by key, and the numbers of good and bad records."""

    winners: dict[str, Values]
    good: int
    bad: int


def expected_events(files: Iterable[bytes]) -> ExpectedEvents:
    """Return the result for all records of the files; the order of files does not matter."""
    winners: dict[str, tuple[tuple[Any, ...], Values]] = {}
    good = bad = 0
    for line in (line for content in files for line in _lines(content)):
        try:
            event = event_of(line)
        except BadRecordError:
            bad += 1
            continue
        good += 1
        rank = (event["schema_version"], event["event_ts"], hashlib.sha256(line).hexdigest())
        if event["event_id"] not in winners or rank > winners[event["event_id"]][0]:
            winners[event["event_id"]] = (rank, event)
    return ExpectedEvents({key: event for key, (_, event) in winners.items()}, good, bad)


def _lines(content: bytes) -> Iterator[bytes]:
    """Yield the lines that hold a record, without the byte order mark."""
    for line in content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n"):
        if line.decode("utf-8", "replace").strip(_WHITE_SPACE):
            yield line


def event_of(line: bytes) -> Values:
    """Return the typed event with its flags. Raises BadRecordError if it fails a check."""
    written = _record(line)
    event: Values = {name: written.get(name) for name in TEXTS}
    for name in ("service", "region"):
        event[name] = event[name] and event[name].lower().replace("_", "-")
    event["event_ts"] = _moment(written.get("timestamp"))
    event["schema_version"] = _integer(written.get("schema_version"))
    event.update({name: _measure(written.get(name)) for name in MEASURES})
    _check(event)
    event["quality_flags"] = _fix(event)
    return event


def _record(line: bytes) -> dict[str, str | None]:
    """Return key → trimmed text, None for empty text; of a repeated key the last value counts."""
    try:
        found = json.loads(line.decode("utf-8"), parse_float=str, parse_int=str, parse_constant=str)
    except ValueError as error:
        raise BadRecordError from error
    if not isinstance(found, dict) or _SURROGATE.search(json.dumps(found, ensure_ascii=False)):
        raise BadRecordError
    return {name: _text(value) for name, value in found.items()}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return text.strip(_WHITE_SPACE) or None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadRecordError
    day, time, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}").replace(
            microsecond=int((fraction or "")[:6].ljust(6, "0"))
        )
        return moment.replace(tzinfo=_zone(zone)).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise BadRecordError from error


def _zone(written: str | None) -> timezone:
    if written in (None, "Z"):
        return UTC
    digits = str(written)[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if str(written).startswith("-") else offset)


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text) or abs(Decimal(text).adjusted()) > 40:
        raise BadRecordError
    return Decimal(text)


def _measure(text: str | None) -> Decimal | None:
    if text is None:
        return None
    number = _decimal(text)
    if abs(number) < _MOST and abs(rounded := number.quantize(_STEP, ROUND_HALF_UP)) < _MOST:
        return rounded
    raise BadRecordError


def _integer(text: str | None) -> int | None:
    if text is None:
        return None
    number = _decimal(text)
    if number != int(number):
        raise BadRecordError
    return int(number)


def _check(event: Values) -> None:
    lowest = {"cost_usd_increment": Decimal("-0.01")}
    if (
        any(event[name] is None for name in REQUIRED)
        or event["event_ts"] > _FUTURE
        or event["service"] not in SERVICES
        or event["metric"] not in UNITS
        or event["schema_version"] not in (1, 2)
        or any(event[name] is not None and event[name] < lowest.get(name, 0) for name in MEASURES)
    ):
        raise BadRecordError


def _fix(event: Values) -> list[str]:
    """Apply the declared fixes to `event`; return the flags of the failed checks."""
    flags = []
    if event["cost_usd_increment"] < 0:
        event["cost_usd_increment"] = Decimal(0)
        flags.append("cost_usd_increment.rounded")
    unmeasured = event["schema_version"] == 1
    for name, unexpected in {
        "carbon_kg": unmeasured, "genai_tokens": unmeasured or event["service"] != "genai"
    }.items():  # fmt: skip
        if event[name] is not None and unexpected:
            flags.append(f"{name}.unexpected")
    if event["unit"] is None and event["value"] is not None:
        event["unit"] = UNITS[event["metric"]]
        flags.append("unit.imputed")
    if event["region"] is not None and event["region"] not in REGIONS:
        flags.append("region.allowed")
    return sorted(flags)
