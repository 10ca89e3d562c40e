"""Parts of URLs and of JSON documents, for queries."""

from __future__ import annotations

import json
import re
import urllib.parse


def url_part(url: str, part: str) -> str | None:
    """Return a part of a URL: protocol, host, path, query or fragment; None if the URL is malformed."""
    if re.search(r"[\s<>\"{}|\\^`]", url) or re.search(r"%(?![0-9a-fA-F]{2})", url):
        return None
    match = re.fullmatch(
        r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", url
    )
    if match is None:
        return None
    protocol, authority, path, query, fragment = match.groups()
    host = re.sub(r"^.*@", "", re.sub(r":\d*$", "", authority)) if authority else None
    found = {
        "protocol": protocol,
        "host": host,
        "path": urllib.parse.unquote(path),
        "query": query,
        "fragment": fragment,
    }
    value = found[part]
    return "" if value is None else value


def url_encode(value: str) -> str:
    """Return a string escaped for a URL's query, as Java's form encoding does."""
    return urllib.parse.quote(value, safe="*-._ ").replace(" ", "+")


def url_decode(value: str) -> str:
    """Return the string that `url_encode` escaped."""
    return urllib.parse.unquote_plus(value)


def url_parameter(url: str, name: str) -> str | None:
    """Return the first value of a parameter of a URL's query, None if there is none."""
    query = url_part(url, "query")
    if not query:
        return None
    for part in query.split("&"):
        key, equals, value = part.partition("=")
        if urllib.parse.unquote_plus(key) == name:
            return urllib.parse.unquote_plus(value) if equals else ""
    return None


def json_scalar(document: str, path: str) -> str | None:
    """Return the scalar at a path of a JSON document as text; None if there is none, or no valid document."""
    try:
        found = json.loads(document, parse_int=_Number, parse_float=_Number)
    except ValueError:
        return None
    for name, index in re.findall(r"\.([A-Za-z0-9_]+)|\[(\d+)\]", path):
        if name and isinstance(found, dict) and name in found:
            found = found[name]
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            return None
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str) else None


class _Number(str):
    """A number of a JSON document as it is written there."""


def json_length(document: str) -> int | None:
    """Return the number of items of a JSON array; None for other documents."""
    try:
        found = json.loads(document)
    except ValueError:
        return None
    return len(found) if isinstance(found, list) else None
