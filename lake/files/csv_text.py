"""The grammar of CSV text, and the layout of a file: its header, its line ends, records of several lines.

A field is quoted if its first character after white space is a quote. It ends with the next quote that is not
doubled, after which only white space may follow until the comma or the end of the record. Quotes inside an
unquoted field are text, and so is a backslash. The patterns are the same in Python and in Java. They are
possessive: their time is linear in the length of the text, and they need no stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WHITESPACE = " \t\r\n\f\u00a0\ufeff"
"""White space, which is removed around fields."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Characters of no width, which programs add to a header unseen."""

_SPACE = r"[ \t\r\n\f\u00a0\ufeff]*+"
_INSIDE = r'[^"]*+(?:""[^"]*+)*+'
_END = r"(?![\s\S])"
FIELD = rf'(?:{_SPACE}"{_INSIDE}"{_SPACE}|(?!{_SPACE}")[^,]*+)'
"""One field, with its quotes and the white space around it."""

RECORD = rf"^{FIELD}(?:,{FIELD})*+{_END}"
"""A text that is exactly one record."""

OPENS = rf'^(?:{FIELD},)*+{_SPACE}"{_INSIDE}{_END}'
"""A line that begins outside quotes and ends inside: its record goes on in the next line."""

STAYS_OPEN = rf'^{_INSIDE}(?:"{_SPACE}(?:,{FIELD})*+,{_SPACE}"{_INSIDE})?{_END}'
"""A line that begins inside quotes and ends inside."""

LINE_FEED, CARRIAGE_RETURN = "\n", "\r"

_BLANKS = r"[ \t\f\u00a0\ufeff]*+"
_NAME = rf'(?:{_BLANKS}"{_INSIDE}"{_BLANKS}|(?!{_BLANKS}")[^,\r\n]*+)'
_LINE_END = r"(?:\r\n|\n|\r)"
_HEADER = re.compile(rf"((?:{_NAME})(?:,{_NAME})*+)({_LINE_END}|{_END})")
_SEPARATOR_LINE = re.compile(rf'"?sep=(.)"?{_BLANKS}{_LINE_END}', re.IGNORECASE)
_QUOTED_OR_LINE_END = re.compile(rf'"[^"]*+"|{_LINE_END}')
_RECORD = re.compile(RECORD)
_FIELDS = re.compile(rf",({FIELD})")
_OPENS = re.compile(OPENS)


class HeaderError(ValueError):
    """The text does not begin with a CSV header; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the records of a file begin and how they end.

    - `line_end`: the last character of each record's line, LINE_FEED or CARRIAGE_RETURN. With LINE_FEED, a
      carriage return before it is white space.
    - `header_lines`: number of lines (that end in `line_end`) before the line in which the first record is.
    - `header_breaks`: number of line ends of the other kind before the first record in its line. It is 0
      unless the header ends in another way than the records.
    - `has_open_lines`: a line of the sample ends inside quotes, so that records must be put together.
    """

    line_end: str = LINE_FEED
    header_lines: int = 1
    header_breaks: int = 0
    has_open_lines: bool = False

    @property
    def other_line_end(self) -> str:
        """The kind of line end that the records do not have."""
        return CARRIAGE_RETURN if self.line_end == LINE_FEED else LINE_FEED


def read_header(text: str, *, is_whole: bool) -> tuple[tuple[str, ...], Layout]:
    """Return the header's names and the layout of a file that begins with `text`.

    `is_whole` says whether `text` is the whole file. Names are trimmed, and characters of no width are
    removed from them. Blank lines and a line `sep=,` before the header are skipped. Raises HeaderError.
    """
    start = len(text) - len(text.lstrip(WHITESPACE))
    separator = _SEPARATOR_LINE.match(text, start)
    if separator:
        if separator[1] != ",":
            raise HeaderError(
                f"the line sep={visible(separator[1])} asks for another separator; save the file with commas "
                "and without this line"
            )
        start = separator.end()
    header = _HEADER.match(text, start)
    if header is None:
        raise HeaderError("its quotes contradict each other")
    if not (header[2] or is_whole):
        raise HeaderError(f"it does not end within {len(text)} characters")
    names = tuple(_INVISIBLE.sub("", name).strip(WHITESPACE) for name in fields_of(header[1]))
    before, rest = text[: header.end()], text[header.end() :]
    line_end = _line_end(rest) or _line_end(before[header.end(1) :]) or LINE_FEED
    lines = rest.split(line_end)
    if not is_whole:
        # The sample may end in the middle of a line.
        lines.pop()
    other = CARRIAGE_RETURN if line_end == LINE_FEED else LINE_FEED
    last = before.rpartition(line_end)[2]
    return names, Layout(
        line_end=line_end,
        # A header without a line end is a line all the same.
        header_lines=before.count(line_end) + (not header[2]),
        header_breaks=last.count(other),
        has_open_lines=any('"' in line and _OPENS.search(line) for line in lines),
    )


def _line_end(text: str) -> str | None:
    """Return the kind of most line ends outside quotes; None if there is no line end."""
    ends = [match[0][-1] for match in _QUOTED_OR_LINE_END.finditer(text) if match[0][0] != '"']
    if not ends:
        return None
    return CARRIAGE_RETURN if ends.count(CARRIAGE_RETURN) > len(ends) / 2 else LINE_FEED


def fields_of(record: str) -> list[str]:
    """Return the fields of a record without the quotes around them. Raises ValueError if it is malformed."""
    if not _RECORD.search(record):
        raise ValueError("the quotes of the record contradict each other")
    return [_unquoted(field) for field in _FIELDS.findall(f",{record}")]


def _unquoted(field: str) -> str:
    stripped = field.strip(WHITESPACE)
    return stripped[1:-1].replace('""', '"') if stripped.startswith('"') else field


def visible(text: str) -> str:
    """Return a text for a message: characters that cannot be seen are written as escapes."""
    return "".join(
        char if char.isprintable() or char == " " else char.encode("unicode_escape").decode() for char in text
    )
