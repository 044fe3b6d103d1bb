"""A video is made in the browser: picked or recorded, trimmed, said something of, posted; on a network that dies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows
from tests.waiting import until
from videos.models import Upload, Video
from videos.tests.clips import clip, padded
from videos.tests.films import make_film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
NETWORK = r"Failed to load resource|net::ERR"


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("films") / "holiday.mp4", seconds=4)


PIECE = 8 * 1024 * 1024


@pytest.fixture(scope="session")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sent in three pieces."""
    return padded(clip(tmp_path_factory.mktemp("films") / "journey.mp4"), 2 * PIECE + 1000)


def pick(page: Any, film: Path) -> None:
    page.get_by_label("Video file").set_input_files(film)


def progress(page: Any) -> Any:
    return page.locator(".upload__progress output")


def test_from_picking_to_posting(enter: Callable[..., Any], alice: User, film: Path) -> None:
    follows.follow(follower=alice, followee=make_account("mirabel", name="Mirabel"))
    page = enter("/upload/", **PHONE)
    pick(page, film)
    expect(progress(page)).to_have_text("Your video is there. Post it, or save it as a draft.")
    assert Video.objects.get().is_draft
    caption = page.get_by_label("Caption")
    caption.press_sequentially("With @mir")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(caption).to_have_attribute("aria-expanded", "true")
    caption.press("Tab")  # leads on, and takes nothing
    expect(page.get_by_role("option")).to_have_count(0)
    expect(caption).to_have_value("With @mir")
    caption.press("a")
    expect(page.get_by_role("option")).to_have_count(1)
    caption.press("ArrowDown")
    caption.press("Enter")
    expect(caption).to_have_value("With @mirabel ")
    page.get_by_label("Ends at").press("ArrowLeft")
    page.get_by_label("Begins at").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.get_by_label("Cover", exact=True).press("ArrowRight")
    expect(page.locator("[data-part]")).to_contain_text("From 0:01 to 0:03")
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url("**/@alice/video/*/")
    video = Video.objects.get()
    assert (video.caption, video.is_draft, video.state) == ("With @mirabel", False, Video.State.PROCESSING)
    assert (video.trim_from_ms, video.cover_ms) == (1000, 1100)
    assert 3800 <= video.trim_to_ms <= 3950


class Network:
    """Between a page and its upload: counts the pieces that set out, by where they begin, and loses all but `passing`."""

    def __init__(self, page: Any, passing: int) -> None:
        self.passing = passing
        self.began_at: list[int] = []
        page.route("**/api/v1/uploads/*/", self.carry)

    def carry(self, route: Any) -> None:
        if route.request.method == "PATCH":
            self.began_at.append(int(route.request.headers["upload-offset"]))
        if len(self.began_at) > self.passing:
            route.abort()
        else:
            route.continue_()


@pytest.mark.console_errors(NETWORK)
def test_a_network_that_dies_and_a_tab_that_is_closed_cost_nothing(
    enter: Callable[..., Any], alice: User, long_film: Path
) -> None:
    page = enter("/upload/")
    network = Network(page, passing=1)
    pick(page, long_film)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(progress(page)).to_contain_text("It is posted when it is there")
    assert not Video.objects.get().is_draft
    until(page, "document.querySelector('.upload__progress progress').value >= 49")
    page.get_by_role("button", name="Pause").click()
    expect(progress(page)).to_contain_text("Paused at 49%")
    assert set(network.began_at) <= {0, PIECE}
    page.on("dialog", lambda dialog: dialog.accept())
    page.close(run_before_unload=False)

    page = enter("/upload/")
    row = page.get_by_role("listitem").filter(has_text="journey.mp4")
    expect(row).to_contain_text("49% of 16.0")
    expect(row).to_contain_text("Goes out when it is here")
    row.get_by_role("link", name="Go on").click()
    page.wait_for_url("**/upload/?video=*")
    network = Network(page, passing=9)
    page.get_by_label("Video file").set_input_files({"name": "other.mp4", "mimeType": "video/mp4", "buffer": b"other"})
    expect(page.get_by_role("alert")).to_contain_text("This is another file. Pick journey.mp4 again")
    pick(page, long_film)
    expect(progress(page)).to_contain_text("Your video is there.")
    assert network.began_at == [PIECE, 2 * PIECE]
    assert (Video.objects.count(), Upload.objects.count()) == (1, 0)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/studio/drafts/")


@pytest.mark.console_errors(NETWORK)
def test_paused_gone_on_and_cancelled_with_a_question(enter: Callable[..., Any], film: Path) -> None:
    page = enter("/upload/")
    held: list[Any] = []
    page.route(
        "**/api/v1/uploads/*/",
        lambda route: held.append(route) if route.request.method == "PATCH" else route.continue_(),
    )
    pick(page, film)
    page.get_by_role("button", name="Pause").click()
    expect(progress(page)).to_contain_text("Paused")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Keep it").click()
    assert Video.objects.exists()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel upload").click()
    expect(page.get_by_text("Drop a video here, or choose one")).to_be_visible()
    assert not Video.objects.exists()


BLIND = "Object.defineProperty(HTMLMediaElement.prototype, 'src', { set() {} })"  # neither plays nor refuses a file
DROP = """() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "second.mp4", { type: "video/mp4" }));
    const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    return document.querySelector("upload-form").dispatchEvent(drop);
}"""


def test_a_file_that_the_browser_never_shows_can_be_cancelled_and_is_sent(
    enter: Callable[..., Any], film: Path
) -> None:
    """And the second one that is dropped meanwhile neither leads away nor goes its own way."""
    page = enter("/upload/")
    page.add_init_script(BLIND)
    page.clock.install()
    page.reload()
    pick(page, film)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel upload").click()
    expect(page.get_by_text("Drop a video here, or choose one")).to_be_visible()
    pick(page, film)
    expect(progress(page)).to_contain_text("Starting…")
    opens_elsewhere = page.evaluate(DROP)
    assert not opens_elsewhere
    assert not Video.objects.exists()
    page.clock.fast_forward(10_000)
    expect(page.get_by_text("It is sent all the same; the cover is chosen for you.")).to_be_visible()
    expect(progress(page)).to_contain_text("Your video is there.")
    assert Video.objects.count() == 1


@pytest.mark.console_errors(NETWORK)
def test_what_the_server_refuses_is_said_and_another_file_may_be_picked(
    enter: Callable[..., Any], film: Path, settings: Any
) -> None:
    page = enter("/upload/")
    settings.UPLOAD_QUOTA_BYTES = 10
    pick(page, film)
    expect(page.get_by_role("alert")).to_contain_text("Delete some for good, or pick a smaller one.")
    settings.UPLOAD_QUOTA_BYTES, settings.UPLOADS_PER_DAY = 0, 0
    pick(page, film)
    expect(page.get_by_role("alert")).to_contain_text("Go on tomorrow.")
    settings.UPLOADS_PER_DAY = 5
    pick(page, film)
    expect(progress(page)).to_contain_text("Your video is there.")


DRAWN = """(() => {
    const canvas = document.querySelector("cover-chooser canvas");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value);
})()"""
CAMERA = """
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 180, height: 320 });
  const context = canvas.getContext("2d");
  setInterval(() => { context.fillStyle = `hsl(${performance.now() / 10} 80% 50%)`; context.fillRect(0, 0, 180, 320); }, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
"""


def test_recorded_retaken_and_sent(enter: Callable[..., Any]) -> None:
    page = enter("/upload/", **PHONE)
    page.add_init_script(CAMERA)
    page.reload()
    page.get_by_role("button", name="Record with the camera").click()
    for again in ("Retake", "Use it"):
        page.get_by_role("button", name="Record", exact=True).click()
        expect(page.locator(".camera__words")).to_contain_text("Recording, 0:01")
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name=again).click()
    expect(progress(page)).to_contain_text("Your video is there.")
    expect(page.locator("[data-part]")).to_contain_text("All of it")
    assert Video.objects.get().uploaded_bytes > 0


@pytest.mark.parametrize(
    ("error", "words"), [("NotAllowedError", "is not allowed here"), ("NotFoundError", "No camera was found")]
)
def test_without_a_camera_it_says_why(enter: Callable[..., Any], error: str, words: str) -> None:
    page = enter("/upload/")
    page.add_init_script(
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{error}') }}"
    )
    page.reload()
    page.get_by_role("button", name="Record with the camera").click()
    expect(page.locator(".camera__words")).to_contain_text(words)
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Drop a video here, or choose one")).to_be_visible()


def test_without_javascript_a_file_is_posted(enter: Callable[..., Any], film: Path) -> None:
    page = enter("/upload/", java_script_enabled=False)
    page.get_by_label("Video file").set_input_files(film)
    page.get_by_label("Caption").fill("Plain")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("heading", name="Plain")).to_be_visible()
    assert Video.objects.get().state == Video.State.PROCESSING


def test_another_cover_is_chosen_and_a_deleted_video_comes_back_by_the_toast(
    enter: Callable[..., Any], alice: User
) -> None:
    video = make_film(alice, caption="Oops", is_draft=True, trim_from_ms=2000)
    page = enter(f"{video.get_absolute_url()}edit/")
    seconds, slider = page.get_by_label("Cover: the frame at this second"), page.get_by_label("Cover", exact=True)
    page.get_by_role("button", name="Choose it in the video").click()
    expect(slider).to_be_focused()
    slider.press("ArrowRight")
    expect(seconds).to_have_value("2.1")
    slider.press("End")
    expect(seconds).to_have_value("6.0")
    until(page, DRAWN)
    seconds.fill("3.5")
    expect(slider).to_have_value("1.5")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/studio/drafts/")
    page.goto(f"{video.get_absolute_url()}edit/")
    expect(page.get_by_text("Your new cover is being made.")).to_be_visible()
    video.refresh_from_db()
    assert (video.cover_ms, video.cover_awaited) == (3500, True)
    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Discard draft").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**{video.get_absolute_url()}")
    expect(page.get_by_text("Your draft is back.")).to_be_visible()
