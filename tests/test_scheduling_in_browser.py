"""A video is scheduled in the browser, in the browser's own zone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import make_account
from videos.models import Video

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_creator_picks_an_hour_of_their_own_zone(new_page: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    alice = make_account("alice")
    page = new_page(viewport={"width": 390, "height": 844}, timezone_id="Asia/Tokyo")
    sign_in(page, alice)
    page.goto("/studio/")
    page.locator('a[href="/upload/"]:visible').first.click()
    hour = page.get_by_label("Day and time", exact=True)
    expect(hour).to_be_hidden()
    page.get_by_label("At a day and time").check()
    expect(hour).to_be_visible()
    expect(page.get_by_text("In your time zone, Asia/Tokyo.")).to_be_visible()
    at = (timezone.now() + timedelta(days=3)).astimezone(ZoneInfo("Asia/Tokyo")).replace(second=0, microsecond=0)
    hour.fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_label("Video file").set_input_files({"name": "a.mp4", "mimeType": "video/mp4", "buffer": b"a file"})
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_text(f"It goes out on {at.day} {at:%B}")).to_contain_text("JST")
    assert Video.objects.get().publish_at == at
