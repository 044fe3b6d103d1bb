"""How numbers, moments, words, symbols and modules are written into pages."""

import json
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone

from socialvideo.lib.templatetags import words

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return NOW


def _render(source: str, **context: object) -> str:
    return Template("{% load assets words %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (12304, "12,304"), (-1204, "\u200e-1,204"), (None, "0")]
)
def test_exact(number: int | None, text: str) -> None:
    assert words.exact(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (9999, "9,999"),
        (10_000, "10K"),
        (12_304, "12.3K"),
        (99_999, "99.9K"),
        (100_999, "100K"),
        (999_999, "999K"),
        (1_000_000, "1M"),
        (12_345_678, "12.3M"),
        (2_000_000_000, "2B"),
    ],
)
def test_short_rounds_down(number: int, text: str) -> None:
    shown = re.sub(r'<span class="visually-hidden">.*?</span>|<[^>]+>', "", words.short(number))
    assert shown == text


def test_short_carries_the_exact_number() -> None:
    html = words.short(12_304)
    assert 'title="12,304"' in html
    assert '<span class="visually-hidden">12,304</span>' in html


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0:00"),
        (None, "0:00"),
        (400, "0:01"),
        (12_345, "0:12"),
        (60_000, "1:00"),
        (362_000, "6:02"),
        (3_661_000, "1:01:01"),
    ],
)
def test_duration(milliseconds: int | None, text: str) -> None:
    assert words.duration(milliseconds) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=25), "1 day ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=8), "12 May"),
        (timedelta(days=200), "1 November 2025"),
        (timedelta(days=-2), "22 May"),
    ],
)
def test_moment(now: datetime, ago: timedelta, text: str) -> None:
    assert re.sub(r"<[^>]+>", "", words.moment(now - ago)) == text


def test_moment_says_exactly_when(now: datetime) -> None:
    html = words.moment(now - timedelta(minutes=3))
    assert 'datetime="2026-05-20T11:57:00+00:00"' in html
    assert 'title="20 May 2026, 11:57 UTC"' in html


def test_no_moment_is_no_words() -> None:
    assert words.moment(None) == words.day(None) == ""


def test_day(now: datetime) -> None:
    assert ">3 May<" in words.day(datetime(2026, 5, 3, tzinfo=UTC))
    assert ">3 May 2024<" in words.day(datetime(2024, 5, 3, tzinfo=UTC))


def test_caption_keeps_lines_and_nothing_else() -> None:
    assert words.caption("one <b>\n\n\n\ntwo & http://x.test") == "one &lt;b&gt;<br><br>two &amp; http://x.test"
    assert words.caption(None) == ""


def test_icon_is_silent_unless_it_is_told_to_speak() -> None:
    assert 'aria-hidden="true"' in _render('{% icon "heart" %}')
    assert 'role="img" aria-label="&lt;Private&gt;"' in _render('{% icon "lock" label=label %}', label="<Private>")


def test_an_unknown_icon_is_a_mistake() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"static/icons/nothing\.svg"):
        _render('{% icon "nothing" %}')


def test_import_map_names_every_module_and_carries_the_nonce() -> None:
    html = _render("{% importmap %}", request=SimpleNamespace(csp_nonce="abc"))
    assert html.startswith('<script type="importmap" nonce="abc">')
    imports = json.loads(re.sub(r"<[^>]+>", "", html))["imports"]
    assert imports["video-player"].endswith(".js")
    assert imports["hls"].endswith(".mjs")
