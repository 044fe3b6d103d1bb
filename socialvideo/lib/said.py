"""Words that are kept in a row and read later, by somebody whose language is not known yet. They are kept in English, which
names their translation; with values in them, the sentence and its values."""

import json
from typing import Any, Self

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext


class Said(str):
    """A sentence with its values, in English wherever it is used as text; of `sizes`, in bytes, each language has its own
    way to write them. `kept` is how it is written into a row."""

    __slots__ = ("kept",)
    kept: str

    def __new__(cls, sentence: str, *, sizes: dict[str, int] | None = None, **values: Any) -> Self:
        given = [values, sizes] if sizes else [values] if values else []
        said = super().__new__(cls, _filled_in(sentence, *given))
        said.kept = json.dumps([sentence, *given], ensure_ascii=False) if given else sentence
        return said


def kept(text: str) -> str:
    return text.kept if isinstance(text, Said) else text


def worded(text: str) -> str:
    """What was kept, in the reader's language."""
    if not text.startswith('["'):
        return gettext(text) if text else ""
    sentence, *given = json.loads(text)
    return _filled_in(gettext(sentence), *given)


def _filled_in(sentence: str, values: dict[str, Any] | None = None, sizes: dict[str, int] | None = None) -> str:
    """A sentence without values may hold a percent sign."""
    in_words = {name: filesizeformat(size) for name, size in (sizes or {}).items()}
    return sentence if values is None else sentence % (values | in_words)
