"""Words that are kept in a row and read later, by somebody whose language is not known yet. They are kept in English, which
names their translation; with values in them, the sentence and its values."""

import json
from typing import Any, Self

from django.utils.translation import gettext


class Said(str):
    """A sentence with its values, in English wherever it is used as text. `kept` is how it is written into a row."""

    __slots__ = ("kept",)
    kept: str

    def __new__(cls, sentence: str, **values: Any) -> Self:
        said = super().__new__(cls, sentence % values if values else sentence)
        said.kept = json.dumps([sentence, values], ensure_ascii=False) if values else sentence
        return said


def kept(text: str) -> str:
    return text.kept if isinstance(text, Said) else text


def worded(text: str) -> str:
    """What was kept, in the reader's language."""
    if not text.startswith('["'):
        return gettext(text) if text else ""
    sentence, values = json.loads(text)
    return gettext(sentence) % values
