"""What people may call themselves, and from which age on. Pure: plain values in, plain values or `ValidationError` out."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import validate_handle

# Names that would speak for the site. Compared without dots and underscores, so that `ad_min` is as taken as `admin`.
RESERVED_HANDLES = frozenset(
    """
    abuse about account accounts admin administrator anonymous api app billing blog contact copyright deleted demo
    everyone explore feed feeds following foryou help home inbox info legal live login logout mail media me mod
    moderation moderator moderators news noreply null official owner payments postmaster press privacy root safety
    search security settings signup site staff static status studio support sysadmin system team terms tos trust
    undefined upload verified verify video videos webmaster www
    """.split()  # noqa: SIM905 - words are read as words
)
OLDEST_AGE = 120
JOINERS = "\u200c\u200d"  # hold letters of Persian and parts of emoji together; every other format character goes


def age_on(today: date, birth_date: date) -> int:
    """In whole years. Who was born on 29 February turns a year older on 1 March where there is no 29 February."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def check_birth_date(birth_date: date, *, today: date, minimum_age: int) -> None:
    if birth_date > today or age_on(today, birth_date) > OLDEST_AGE:
        raise ValidationError(_("Enter your own date of birth."), code="impossible")
    if age_on(today, birth_date) < minimum_age:
        raise ValidationError(
            _("You need to be at least %(age)s to have an account here.") % {"age": minimum_age}, code="too_young"
        )


def plain_handle(text: str, *, site_name: str = "") -> str:
    """The handle in the form in which it is kept, without a leading @."""
    handle = text.strip().removeprefix("@").lower()
    validate_handle(handle)
    if _bare(handle) in RESERVED_HANDLES | {_bare(site_name.lower())}:
        raise ValidationError(_("This handle is kept for the site. Pick another."), code="reserved")
    return handle


def plain_line(text: str) -> str:
    """One line without invisible characters, which could hide or turn around what stands beside them. Empty when
    nothing would be seen of it."""
    line = " ".join(_visible(text).split())
    return line if any(unicodedata.category(character)[0] not in "CZM" for character in line) else ""


def plain_text(text: str) -> str:
    """Several lines, at most one blank line in a row."""
    lines = [plain_line(line) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _bare(handle: str) -> str:
    return re.sub(r"[^a-z0-9]", "", handle)


def _visible(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    return "".join(
        character
        for character in normal
        if character in JOINERS or character.isspace() or unicodedata.category(character)[0] != "C"
    )
