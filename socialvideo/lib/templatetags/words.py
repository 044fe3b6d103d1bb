"""How numbers, moments and people's own words are written. Exact first: a short form always carries the exact one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from django import template
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from socialvideo.lib.numbers import exact

register = template.Library()


class Named(Protocol):
    display_name: str


register.filter(exact)

EXACT_BELOW = 10_000
UNITS = (
    (1_000_000_000, pgettext_lazy("a short number", "%(number)sB")),
    (1_000_000, pgettext_lazy("a short number", "%(number)sM")),
    (1_000, pgettext_lazy("a short number", "%(number)sK")),
)
# As Django writes dates: day, month, year.
DAY = pgettext_lazy("format of a date", "j F")
DAY_OF_A_YEAR = pgettext_lazy("format of a date", "j F Y")
AGES = (
    (60, 60, ngettext_lazy("%(count)s minute ago", "%(count)s minutes ago", "count")),
    (3600, 24, ngettext_lazy("%(count)s hour ago", "%(count)s hours ago", "count")),
    (86400, 7, ngettext_lazy("%(count)s day ago", "%(count)s days ago", "count")),
)


@register.filter
def short(value: int | None) -> SafeString:
    """Where there is no room: exact under 10,000, then "12.3K" that says 12,304 to whoever asks. Rounds down."""
    number = value or 0
    if number < EXACT_BELOW:
        return format_html('<data class="num" value="{}">{}</data>', number, exact(number))
    size, written = next((size, written) for size, written in UNITS if number >= size)
    tenths = number * 10 // size
    rounded = tenths / 10 if tenths < 1000 and tenths % 10 else tenths // 10
    return format_html(
        '<data class="num" value="{0}" title="{1}"><span aria-hidden="true">{2}</span>'
        '<span class="visually-hidden">{1}</span></data>',
        number,
        exact(number),
        written % {"number": number_format(rounded)},
    )


@register.filter
def duration(milliseconds: int | None) -> str:
    """12345 → 0:12. A clip that lasts less than a second still lasts one."""
    seconds = (milliseconds or 0) // 1000 or (1 if milliseconds else 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """ "3 minutes ago" within a week, the date after; the exact moment in the title."""
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        f"{_date(value, DAY_OF_A_YEAR)}, {timezone.localtime(value):%H:%M %Z}",
        _since(value, timezone.now()),
    )


@register.filter
def day(value: datetime | None) -> SafeString | str:
    """The date alone: "3 May", or "3 May 2024" when it was not this year."""
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), _day(value, timezone.now())
    )


@register.filter
def day_and_time(value: datetime | None) -> SafeString | str:
    """An appointment, in the zone of whoever reads it: "3 May, 18:00 CEST"."""
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        _day_and_time(value, timezone.now()),
    )


@register.filter
def caption(value: str | None) -> SafeString:
    """People's own words: line breaks kept, nothing turned into a link."""
    return mark_safe("<br>".join(conditional_escape(line) for line in lines_of(value)))  # noqa: S308 — escaped line by line


@register.filter
def commas(people: Iterable[Named]) -> SafeString:
    """Names, each in its own direction, before "and 3 others"."""
    return format_html_join(", ", "<bdi>{}</bdi>", ((person.display_name,) for person in people))


@register.filter
def listed(people: Sequence[Named]) -> SafeString:
    """All that are named: "Mira, Alice and Bob"."""
    if len(people) < 2:
        return commas(people)
    return format_html(_("{names} and {last}"), names=commas(people[:-1]), last=commas(people[-1:]))


def lines_of(value: str | None) -> list[str]:
    """Lines without the space around them. Blank lines fold into one."""
    lines = [line.strip() for line in (value or "").splitlines()]
    return [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]


def _since(value: datetime, now: datetime) -> str:
    passed = now - value
    if passed < timedelta(minutes=1):
        return _("just now") if passed > timedelta(minutes=-1) else _day(value, now)
    for length, limit, said in AGES:
        count = int(passed.total_seconds()) // length
        if count < limit:
            return said % {"count": count}
    return _day(value, now)


def _day(value: datetime, now: datetime) -> str:
    here, today = timezone.localtime(value), timezone.localtime(now)
    return _date(value, DAY if here.year == today.year else DAY_OF_A_YEAR)


def _day_and_time(value: datetime, now: datetime) -> str:
    return f"{_day(value, now)}, {timezone.localtime(value):%H:%M %Z}"


def _date(value: datetime, written: object) -> str:
    return formatted(timezone.localtime(value), str(written))
