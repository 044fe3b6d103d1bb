"""Who was logged out elsewhere and taps: the login comes as a page of its own, and leads back to a page."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
FILES = {"videos:avatar", "videos:track", "videos:file"}
OURS = ("accounts", "follows", "videos", "feeds")
VALUES: dict[str, Any] = {"handle": "mira", "token": "x", "name": "x", "domain": "x"}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        yield from _patterns(each) if isinstance(each, URLResolver) else [each]


def _addresses() -> Iterator[tuple[str, list[str]]]:
    """The pages of our apps, with the names of what stands in their addresses."""
    for app in OURS:
        for pattern in _patterns(get_resolver(f"{app}.urls")):
            names = [*pattern.pattern.converters, *pattern.pattern.regex.groupindex]
            if f"{app}:{pattern.name}" not in FILES:
                yield f"{app}:{pattern.name}", list(dict.fromkeys(names))


def _value(name: str, ids: dict[str, int]) -> Any:
    return VALUES.get(name) or ids.get(name, 1)


@pytest.fixture
def ids(mira: User) -> dict[str, int]:
    return {"video_id": make_video(mira).pk}


@pytest.mark.parametrize(
    ("name", "parts"), list(_addresses()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_tap_of_somebody_logged_out_leads_to_the_login_and_back_to_a_page(
    client: Client, ids: dict[str, int], name: str, parts: list[str]
) -> None:
    address = reverse(name, kwargs={part: _value(part, ids) for part in parts})
    tapped = client.post(
        address, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/explore/?sort=new"}
    )
    assert not tapped.headers.get("Location", "").startswith(reverse("account_login")), "htmx would show it in a button"
    posted = client.post(address, headers={"Referer": "http://testserver/explore/?sort=new"})
    if not posted.headers.get("Location", "").startswith(reverse("account_login")):
        return
    for url in (tapped["HX-Redirect"], posted["Location"]):
        back = parse_qs(urlsplit(url).query)["next"][0]
        assert client.get(back).status_code == 200


@pytest.mark.django_db
def test_a_page_that_reads_as_another_host_is_not_led_back_to(client: Client) -> None:
    answer = client.post(reverse("videos:upload"), headers={"Referer": "http://testserver//elsewhere.example/"})
    assert answer["Location"].endswith("?next=/")
