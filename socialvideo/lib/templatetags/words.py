"""How numbers, moments and people's own words are written. Exact first: a short form always carries the exact one."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

EXACT_BELOW = 10_000
UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


@register.filter
def exact(value: int | None) -> str:
    """12304 → 12,304"""
    return f"{value or 0:,}"


@register.filter
def short(value: int | None) -> SafeString:
    """Where there is no room: exact under 10,000, then "12.3K" that says 12,304 to whoever asks. Rounds down."""
    number = value or 0
    if number < EXACT_BELOW:
        return format_html('<data class="num" value="{}">{}</data>', number, exact(number))
    size, unit = next((size, unit) for size, unit in UNITS if number >= size)
    tenths = number * 10 // size
    text = f"{tenths / 10:.1f}" if tenths < 1000 else f"{tenths // 10}"
    return format_html(
        '<data class="num" value="{0}" title="{1}"><span aria-hidden="true">{2}{3}</span>'
        '<span class="visually-hidden">{1}</span></data>',
        number,
        exact(number),
        text.removesuffix(".0"),
        unit,
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
        f"{_date(value)} {timezone.localtime(value).year}, {timezone.localtime(value):%H:%M %Z}",
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
        '<time datetime="{}">{}, {}</time>',
        value.isoformat(timespec="seconds"),
        _day(value, timezone.now()),
        f"{timezone.localtime(value):%H:%M %Z}",
    )


@register.filter
def caption(value: str | None) -> SafeString:
    """People's own words: line breaks kept, nothing turned into a link."""
    return mark_safe("<br>".join(conditional_escape(line) for line in lines_of(value)))  # noqa: S308 — escaped line by line


def lines_of(value: str | None) -> list[str]:
    """Lines without the space around them. Blank lines fold into one."""
    lines = [line.strip() for line in (value or "").splitlines()]
    return [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]


def _since(value: datetime, now: datetime) -> str:
    passed = now - value
    if passed < timedelta(minutes=1):
        return "just now" if passed > timedelta(minutes=-1) else _day(value, now)
    for unit, length, limit in (("minute", 60, 60), ("hour", 3600, 24), ("day", 86400, 7)):
        count = int(passed.total_seconds()) // length
        if count < limit:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return _day(value, now)


def _day(value: datetime, now: datetime) -> str:
    here, today = timezone.localtime(value), timezone.localtime(now)
    return _date(value) if here.year == today.year else f"{_date(value)} {here.year}"


def _date(value: datetime) -> str:
    here = timezone.localtime(value)
    return f"{here.day} {here:%B}"
