"""What somebody asks for, as they typed it. Pure. How it is read against what is there: `feeds/sql/search.py`."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 100  # characters that are read
MOST_WORDS = 8
MARK_OF_HANDLE, MARK_OF_TAG = "@", "#"

_UNREADABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._]{0,29}")
_LATIN_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Query:
    """`text` is what is asked for: a few words with one space between, empty when nothing is."""

    text: str

    @classmethod
    def of(cls, typed: str) -> "Query":
        words = _UNREADABLE.sub(" ", typed[: 4 * LONGEST]).split()[:MOST_WORDS]
        return cls(" ".join(words)[:LONGEST].strip())

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def handle(self) -> str:
        """What a handle may begin with; empty where none does."""
        name = unicodedata.normalize("NFKC", self.text).lower().removeprefix(MARK_OF_HANDLE)
        return name if _HANDLE.fullmatch(name) else ""

    @property
    def tag(self) -> str:
        """Letters, digits and their marks, for tags have no others."""
        return "".join(letter for letter in self.text if unicodedata.category(letter)[0] in "LMN")

    @property
    def is_whole(self) -> bool:
        """One Latin letter begins too many words: it stands for itself. In other scripts it may be a word."""
        return bool(re.search(r"(^|[^A-Za-z0-9])[A-Za-z0-9]\W*$", self.text))

    @property
    def alike(self) -> str:
        """The words long enough to be found though misspelt; empty where there are none."""
        words = [word for word in _LATIN_WORD.findall(_plain(self.text)) if len(word) >= 3]
        return " ".join(words) if any(len(word) >= 4 for word in words) else ""

    @property
    def shortened(self) -> "Query":
        """Of words without Latin letters the first two thirds: searched for where nothing begins as it was written, since
        nothing else tells what they are alike."""
        if _LATIN_WORD.search(_plain(self.text)):
            return self
        return Query(" ".join(word[: max(1, 2 * len(word) // 3)] for word in self.text.split()))


def _plain(text: str) -> str:
    """Small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
