"""The player in another site's page: it plays there, without knowing who watches; no other page can be put there."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from videos.tests.films import make_film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class _OtherPage(BaseHTTPRequestHandler):
    """Frames whatever its address asks for after the question mark."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if "?" in self.path:
            self.wfile.write(f'<iframe width="360" height="640" src="{self.path.split("?")[1]}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def other_site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _OtherPage)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.console_errors(r"Refused|frame-ancestors|X-Frame-Options|violates|ERR_|Failed to load|media")
def test_a_video_plays_on_another_site_and_no_other_page_shows(
    new_page: Callable[..., Any], live_server: Any, other_site: str, mira: User
) -> None:
    video = make_film(mira, caption="Far from home")
    page = new_page()
    page.goto(f"{other_site}/?{live_server.url}/embed/{video.pk}/")
    frame = page.frame_locator("iframe")
    player = frame.locator("video-player:defined")
    expect(player).to_have_attribute("data-state", "paused")  # until it is tapped
    frame.get_by_role("button", name="Play").first.click()
    expect(player).to_have_attribute("data-state", "playing")
    expect(frame.get_by_role("link", name="Far from home")).to_have_attribute("target", "_blank")
    assert not page.context.cookies(live_server.url)
    page.goto(f"{other_site}/?{live_server.url}/@mira/")
    expect(page.locator("iframe")).to_be_visible()
    assert page.frame_locator("iframe").locator("header.profile").count() == 0
