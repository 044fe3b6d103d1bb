"""The service worker in a real browser: a page for when there is no network, and nothing of anybody's in its keeping."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.waiting import until
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
    assert shell[0] == "/offline/"
    assert all(address.startswith("/static/") for address in shell[1:])
    page.context.set_offline(True)
    page.goto(video.get_absolute_url())
    page.get_by_role("heading", name="You are offline").wait_for()
    assert not page.get_by_text("Nobody's business").count()


def test_a_new_worker_replaces_what_the_former_kept(page: Any) -> None:
    page.goto("/status/")
    page.evaluate("caches.open('shell-of-yesterday').then((cache) => cache.put('/', new Response('old')))")
    page.evaluate("navigator.serviceWorker.getRegistration().then((worker) => worker?.unregister())")
    page.reload()
    until(page, READY)
    until(page, "caches.keys().then((names) => names.length === 1 && names[0] !== 'shell-of-yesterday')")


def test_a_video_shared_by_another_app_waits_for_the_upload_page(
    page: Any, sign_in: Callable[..., None], alice: User
) -> None:
    sign_in(page, alice)
    stand_for(page)
    page.evaluate("""() => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: "/share/", enctype: "multipart/form-data" });
      form.innerHTML = '<input name="text" value="Look"><input type="file" name="file">';
      const files = new DataTransfer();
      files.items.add(new File(["a video"], "clip.mp4", { type: "video/mp4" }));
      form.elements.file.files = files.files;
      document.body.append(form);
      form.submit();
    }""")
    page.wait_for_url("**/upload/#shared")
    got = page.evaluate("""async () => {
      const { sharedFile } = await import("shared-file");
      const { file, text } = await sharedFile();
      return [file.name, await file.text(), text];
    }""")
    assert got == ["clip.mp4", "a video", "Look"]
