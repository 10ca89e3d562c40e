"""The grammar of CSV text, and the layout of files."""

from __future__ import annotations

import csv
import io
import random
import re

import pytest

from lake.files.csv_text import (
    OPENS,
    RECORD,
    STAYS_OPEN,
    HeaderError,
    Layout,
    fields_of,
    read_header,
    visible,
)

LAYOUTS = {
    "LF": ("a,b\n1,2\n", Layout()),
    "CRLF": ("a,b\r\n1,2\r\n", Layout()),
    "CR": ("a,b\r1,2\r", Layout(line_end="\r")),
    "header CR, rows LF": ("a,b\r1,2\n3,4\n", Layout(header_lines=0, header_breaks=1)),
    "header CR, rows CRLF": ("a,b\r1,2\r\n3,4\r\n", Layout(header_lines=0, header_breaks=1)),
    "header LF, rows CR": ("a,b\n1,2\r3,4\r", Layout(line_end="\r", header_lines=0, header_breaks=1)),
    "one row without an end": ("a,b\r1,2", Layout(line_end="\r")),
    "header without an end": ("a,b", Layout()),
    "header of two lines": ('a,"b\r\n"\r\n1,2\r\n', Layout(header_lines=2)),
    "line feeds inside quotes, CR": ('a,b\r1,"\n\n\n"\r', Layout(line_end="\r")),
    "lines that end inside quotes": ('a,b\n1,"2\n"\n', Layout(has_open_lines=True)),
    "quote inside a plain field": ('a,b\n1,6" tall\n', Layout()),
    "separator line": ("sep=,\r\na,b\r\n", Layout(header_lines=2)),
    "blank lines": ("\n \n\ufeffa,b\n", Layout(header_lines=3)),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_layout_says_where_records_begin_and_how_they_end(case: str) -> None:
    text, layout = LAYOUTS[case]
    names, found = read_header(text, is_whole=True)
    assert found == layout
    assert tuple(name.strip() for name in names) == ("a", "b")


def test_line_that_the_sample_cuts_off_is_not_judged() -> None:
    assert not read_header('a,b\n1,"2', is_whole=False)[1].has_open_lines
    assert read_header('a,b\n1,"2', is_whole=True)[1].has_open_lines


def test_names_are_trimmed_and_lose_characters_of_no_width() -> None:
    names, _ = read_header(' a ,"b ""x""",\u200bc\u2060d\ufeff, "e,f" \n', is_whole=True)
    assert names == ("a", 'b "x"', "cd", "e,f")


@pytest.mark.parametrize(
    ("text", "whole", "message"),
    [
        ('a,"b\n1,2\n', True, "its quotes contradict each other"),
        ('a,"b" c\n1,2\n', True, "its quotes contradict each other"),
        ("a,b", False, "it does not end within 3 characters"),
        ("sep=;\na;b\n", True, "the line sep=; asks for another separator"),
        ('"sep=\t"\na\tb\n', True, r"the line sep=\t asks for another separator"),
    ],
)
def test_text_without_a_header_says_why(text: str, whole: bool, message: str) -> None:
    with pytest.raises(HeaderError, match=re.escape(message)):
        read_header(text, is_whole=whole)


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ("1,2", ["1", "2"]),
        ("", [""]),
        (",", ["", ""]),
        (' "1" ,"a, b"\t, c ', ["1", "a, b", " c "]),
        ('"say ""yes""",6" tall', ['say "yes"', '6" tall']),
        ('"two\nlines","",\\', ["two\nlines", "", "\\"]),
        ('"""x"""', ['"x"']),
    ],
)
def test_fields_of_a_record(record: str, fields: list[str]) -> None:
    assert fields_of(record) == fields


@pytest.mark.parametrize("record", ['"a', '"a"b', '1,"a" "b"', '"a""', '1, "a"x,2'])
def test_record_that_contradicts_itself_has_no_fields(record: str) -> None:
    with pytest.raises(ValueError, match="contradict each other"):
        fields_of(record)


def test_records_that_the_standard_library_writes_are_read_back() -> None:
    chance = random.Random(7)
    for _ in range(2_000):
        fields = ["".join(chance.choices('ab,"\n\r \\', k=chance.randint(0, 8))) for _ in range(3)]
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="").writerow(fields)
        assert fields_of(text.getvalue()) == fields


def test_long_texts_need_neither_time_nor_stack() -> None:
    """A backtracking expression would take years, a recursive one would fail."""
    for unit in ('""', '","', '"a', "a,", '"a"",'):
        text = '1,"' + unit * 200_000
        for pattern in (RECORD, OPENS, STAYS_OPEN):
            re.search(pattern, text)


def test_characters_that_cannot_be_seen_are_escaped() -> None:
    assert visible("a\u200bñ \t\ufeff") == r"a\u200bñ \t\ufeff"
