"""The service worker in a real browser: a page for when there is no network, and nothing of anybody's in its keeping."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.waiting import until
from videos.models import Video
from videos.tests.clips import clip
from videos.tests.factories import make_video

pytestmark = [
    pytest.mark.browser,
    pytest.mark.service_worker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.console_errors("ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch"),
]

READY = "navigator.serviceWorker.controller !== null"
KEPT = """(async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    kept[name] = (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
  }
  return kept;
})()"""


def stand_for(page: Any, address: str = "/status/") -> None:
    page.goto(address)
    page.keyboard.press("Shift")
    until(page, READY)


def test_who_passes_by_spends_nothing_on_it(page: Any) -> None:
    """The first key or touch makes it."""
    page.goto("/status/")
    assert page.evaluate("navigator.serviceWorker.getRegistration().then((worker) => !worker)")
    page.keyboard.press("Tab")
    until(page, READY)


def test_without_a_network_a_page_says_so_and_goes_on_by_itself(page: Any) -> None:
    stand_for(page)
    page.context.set_offline(True)
    page.goto("/accounts/login/")
    page.get_by_role("heading", name="You are offline").wait_for()
    assert page.url.endswith("/accounts/login/")
    assert page.evaluate("document.fonts.check('16px Inter')")
    assert page.evaluate("getComputedStyle(document.querySelector('.btn')).borderRadius") != "0px"
    page.get_by_role("link", name="Try again").click()
    page.get_by_text("Still offline.").wait_for()
    page.context.set_offline(False)
    page.get_by_role("heading", name="Log in").wait_for()
    assert page.url.endswith("/accounts/login/")


def test_the_offline_page_has_the_chosen_theme(page: Any, live_server: Any) -> None:
    page.context.add_cookies([{"name": "theme", "value": "light", "url": live_server.url}])
    page.emulate_media(color_scheme="dark")
    stand_for(page)
    page.context.set_offline(True)
    page.goto("/accounts/login/")
    until(page, "document.documentElement.dataset.theme === 'light'")


def test_nothing_of_anybody_is_kept(page: Any, sign_in: Callable[..., None], alice: User) -> None:
    video = make_video(alice, visibility="only_me", caption="Nobody's business")
    sign_in(page, alice)
    stand_for(page)
    for address in ("/", "/inbox/", "/studio/", video.get_absolute_url(), "/api/v1/me/studio/"):
        page.goto(address)
    (shell,) = page.evaluate(KEPT).values()
    assert shell[0].startswith("/offline/")
    assert all(address.startswith("/static/") for address in shell[1:])
    page.context.set_offline(True)
    page.goto(video.get_absolute_url())
    page.get_by_role("heading", name="You are offline").wait_for()
    assert not page.get_by_text("Nobody's business").count()


def test_a_new_worker_replaces_what_the_former_kept(page: Any) -> None:
    stand_for(page)
    page.evaluate("caches.open('shell-of-yesterday').then((cache) => cache.put('/', new Response('old')))")
    page.evaluate("navigator.serviceWorker.getRegistration().then((worker) => worker?.unregister())")
    page.reload()
    page.keyboard.press("Shift")
    until(page, READY)
    until(page, "caches.keys().then((names) => names.length === 1 && names[0] !== 'shell-of-yesterday')")


SHARE = """(content) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/share/", enctype: "multipart/form-data" });
  form.innerHTML = '<input name="text" value="Look"><input type="file" name="file">';
  const files = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  files.items.add(new File([bytes], "clip.mp4", { type: "video/mp4" }));
  form.elements.file.files = files.files;
  document.body.append(form);
  form.submit();
}"""


def test_a_video_shared_by_another_app_is_shown_and_sent_when_its_owner_says_so(
    page: Any, sign_in: Callable[..., None], alice: User, tmp_path: Path
) -> None:
    """Any site can share with ours."""
    sign_in(page, alice)
    stand_for(page)
    page.evaluate(SHARE, b64encode(clip(tmp_path / "clip.mp4").read_bytes()).decode())
    page.wait_for_url("**/upload/")
    use = page.get_by_role("button", name="Use this file")
    expect(use).to_be_focused()
    expect(page.locator("[data-part]")).to_contain_text("All of it")
    expect(page.get_by_label("Caption")).to_have_value("Look")
    assert not Video.objects.exists()
    use.click()
    expect(page.locator(".upload__progress output")).to_contain_text("Your video is there.")
    expect(use).to_be_hidden()
    assert Video.objects.get().is_draft
