"""Text of data and file names, made safe for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text without control characters: each is written as its escape, such as `\\x1b`.

    An escape sequence of a terminal could hide or forge what stands before it.
    """
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    return character.encode("unicode_escape").decode()
