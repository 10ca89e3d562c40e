"""Input templates: insertion of values, and evaluation of paths."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import UnsupportedError
from localcloud.events.template import TemplateError, at_path, render

VALUES: dict[str, Any] = {
    "plain": "a/b.csv",
    "lines": "a\nb",
    "key": 'a/"b".csv',
    "size": 3,
    "none": None,
    "list": [1],
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"key": <key>}', {"key": 'a/"b".csv'}),
        ('{"key": "<plain>"}', {"key": "a/b.csv"}),
        ('{"said": "it is \\"<plain>\\", <size> bytes"}', {"said": 'it is "a/b.csv", 3 bytes'}),
        ('{"size": <size>, "none": <none>, "list": <list>}', {"size": 3, "none": None, "list": [1]}),
        ('"<size>"', "3"),
    ],
)
def test_values_are_text_within_quotes_and_json_elsewhere(template: str, expected: Any) -> None:
    assert render(template, VALUES.__getitem__) == expected


@pytest.mark.parametrize(
    "template", ["{<key>", '{"key": "<key>"}', '{"key": "<lines>"}', '"<key>"', '{"list": "<object>"}']
)
def test_values_within_quotes_are_not_escaped(template: str) -> None:
    values = {**VALUES, "object": {"a": 1}}
    with pytest.raises(TemplateError, match=r"(?s)does not yield JSON.*leave out the quotes"):
        render(template, values.__getitem__)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", {"a": {"b-c": [{"d": 1}]}}),
        ("$.a.b-c[0].d", 1),
        ("$['a']['b-c'][0].d", 1),
        ("$.a.missing.deeper", None),
        ("$.a.b-c[5]", None),
    ],
)
def test_paths_are_evaluated(path: str, expected: Any) -> None:
    assert at_path({"a": {"b-c": [{"d": 1}]}}, path) == expected


@pytest.mark.parametrize("path", ["a.b", "$..a", "$.a[*]"])
def test_unsupported_paths_are_refused(path: str) -> None:
    with pytest.raises(UnsupportedError, match="not evaluated"):
        at_path({}, path)
