"""What captions and comments mean beyond their letters: whom they mention (@handle) and which tags they hold (#tag). Pure:
one reading, by which links are drawn, people are told and tags are kept."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import HANDLE_PATTERN

MOST_TAGS = 10
LONGEST_TAG = 50

# A sign opens a word; inside one (mail@example.org, C#, page/#part, &#39;) it means something else.
_SIGN = re.compile(r"(?<![\w@#/.&])[@#]")
_HANDLE = re.compile(HANDLE_PATTERN)
_ADDRESS_WORD = re.compile(r"[\w.]+")


@dataclass(frozen=True)
class Mark:
    """A mention or a tag: where it stands in the text, its sign, and what it names, in lower case."""

    start: int
    end: int
    sign: str
    name: str


def marks(text: str) -> Iterator[Mark]:
    for sign in _SIGN.finditer(text):
        at = sign.start()
        found = _mention(text, at) if text[at] == "@" else _tag(text, at)
        if found:
            yield found


def mentions(text: str) -> list[str]:
    """Handles in the order in which they are first mentioned."""
    return _named(text, "@")


def tags(text: str) -> list[str]:
    """The tags that a caption counts under: the first few, each once."""
    return _named(text, "#")[:MOST_TAGS]


def _named(text: str, sign: str) -> list[str]:
    return list(dict.fromkeys(mark.name for mark in marks(text) if mark.sign == sign))


def _mention(text: str, at: int) -> Mark | None:
    """A dot at its end ends the sentence. @name@elsewhere is somebody of another site."""
    word = _ADDRESS_WORD.match(text, at + 1)
    if word is None or text.startswith("@", word.end()):
        return None
    written = word[0].rstrip(".")
    if not written.isascii() or not _HANDLE.fullmatch(written.lower()):
        return None
    return Mark(at, at + 1 + len(written), "@", written.lower())


def _tag(text: str, at: int) -> Mark | None:
    """Letters of any script with their marks, digits and underscores, and at least one letter among them."""
    end = at + 1
    while end < len(text) and (text[end] == "_" or unicodedata.category(text[end])[0] in "LMN"):
        end += 1
    name = unicodedata.normalize("NFC", text[at + 1 : end].lower())
    if len(name) > LONGEST_TAG or not any(letter.isalpha() for letter in name):
        return None
    return Mark(at, end, "#", name)
