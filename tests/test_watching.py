"""Watching, in a real browser with films that really play: the next one is ready, one sounds at most, what was chosen stays,
what goes wrong is said, and Back finds the same place."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from accounts.models import User
from follows import services as follows
from tests.waiting import until
from videos import services
from videos.models import Video, Watch
from videos.tests.factories import make_comment
from videos.tests.films import HEVC, make_film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NETWORK = r"Failed to load resource|net::ERR"
PLAYS = """(() => { const card = document.querySelector("#video-%s"), video = card.querySelector("video");
    return !video.paused && video.currentTime > 0.1 && video.videoWidth > 0 })()"""
ACTIVE = """document.querySelector(".feed-card:has(video-player[data-state=playing])")?.id"""


@pytest.fixture
def films(mira: User) -> list[Video]:
    """As the Following feed shows them: newest first."""
    return [make_film(mira, caption=f"Film {n}") for n in (1, 2, 3, 4)][::-1]


@pytest.fixture
def enter(page: Any, sign_in: Callable[..., None], alice: User, mira: User) -> Callable[..., Any]:
    """Alice, who follows Mira, opens an address; what plays there plays."""
    follows.follow(follower=alice, followee=mira)

    def open_as_alice(path: str = "/following/", page: Any = page) -> Any:
        sign_in(page, alice)
        page.goto(path)
        until(page, "document.querySelector('body :not(:defined)') === null")
        return page

    return open_as_alice


def plays(page: Any, video: Video) -> None:
    until(page, PLAYS % video.pk)


def test_the_next_one_is_ready_before_one_moves(enter: Callable[..., Any], films: list[Video]) -> None:
    """It begins by itself, muted: nobody has touched the page."""
    page = enter()
    plays(page, films[0])
    assert page.evaluate("document.querySelector('video').muted")
    until(page, f"document.querySelector('#video-{films[1].pk} video').readyState >= 2")
    assert page.evaluate(f"document.querySelector('#video-{films[2].pk} video').readyState") == 0
    page.keyboard.press("ArrowDown")
    plays(page, films[1])
    until(page, f"document.querySelector('#video-{films[2].pk} video').readyState >= 2")
    assert page.evaluate("document.activeElement.id") == f"video-{films[1].pk}"


def test_never_two_sounds(enter: Callable[..., Any], films: list[Video]) -> None:
    page = enter()
    plays(page, films[0])
    page.keyboard.press("m")
    page.evaluate("""() => {
        window.most = 0;
        const count = () => {
            const heard = [...document.querySelectorAll("video")].filter((video) => !video.paused && !video.muted);
            window.most = Math.max(window.most, heard.length);
            requestAnimationFrame(count);
        };
        count();
    }""")
    for key in "jjkjjkkkjjjkjkjk":
        page.keyboard.press(key)
        page.wait_for_timeout(40)
    page.mouse.wheel(0, 900)
    page.mouse.wheel(0, -2000)
    until(page, "[...document.querySelectorAll('video')].some((video) => !video.paused && !video.muted)")
    assert page.evaluate("window.most") == 1


@pytest.mark.parametrize("without", ["hls.js", "HLS"])
def test_films_play_with_and_without_the_browsers_own_hls(
    enter: Callable[..., Any], page: Any, films: list[Video], without: str
) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    if without == "HLS":
        page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    enter()
    plays(page, films[0])
    assert any("hls.light" in url for url in asked) == (without == "HLS")


def test_sound_without_a_picture_is_not_taken_for_playing(enter: Callable[..., Any], mira: User) -> None:
    """HEVC where the browser has no decoder: it says that it plays. What is left is the small preview."""
    video = make_film(mira, codec=HEVC)
    page = enter()
    plays(page, video)
    assert page.evaluate("document.querySelector('video').videoWidth") > 0


def test_choices_stay_from_page_to_page(enter: Callable[..., Any], films: list[Video]) -> None:
    page = enter()
    plays(page, films[0])
    page.keyboard.press("m")
    menu = page.locator(f"#video-{films[0].pk} .player__bar details")
    menu.locator("summary").click()
    menu.get_by_role("combobox", name="Speed").select_option("1.5")
    page.goto(films[2].get_absolute_url())
    plays(page, films[2])
    assert page.evaluate("document.querySelector('video').playbackRate") == 1.5
    if page.evaluate("document.querySelector('video').muted"):  # the browser wants a tap before it plays sound
        page.locator(f"#video-{films[2].pk} .player__tap").click()
    until(page, "!document.querySelector('video').muted")


def test_seeking_by_keys_says_the_time(enter: Callable[..., Any], mira: User) -> None:
    video = make_film(mira, 8)
    page = enter()
    plays(page, video)
    page.keyboard.press(" ")
    until(page, "document.querySelector('video').paused")
    slider = page.get_by_role("slider", name="Position")
    slider.press("Home")
    slider.press("PageUp")
    until(page, "document.querySelector('video').currentTime > 7")
    slider.press("ArrowLeft")
    until(page, "document.querySelector('.player__seek').getAttribute('aria-valuetext') === '0:06 of 0:08'")
    assert page.locator(".player__time").first.inner_text() == "0:06 / 0:08"


def test_a_double_tap_only_ever_likes(phone_page: Any, enter: Callable[..., Any], films: list[Video]) -> None:
    page = enter(page=phone_page)
    plays(page, films[0])
    like = page.locator(f"#video-{films[0].pk} [data-key=l]")
    at = {"bubbles": True, "detail": 1, "clientX": 200, "clientY": 300}
    for _ in range(2):
        for _ in "12":
            page.locator(f"#video-{films[0].pk} .player__tap").dispatch_event("click", at)
        page.locator(".feed-card__heart").wait_for()
        page.locator(f"#video-{films[0].pk} [data-key=l][aria-pressed=true]").wait_for()
        page.locator(".feed-card__heart").wait_for(state="detached")
    assert like.get_attribute("aria-pressed") == "true"
    assert not page.evaluate(f"document.querySelector('#video-{films[0].pk} video').paused")


def test_holding_rests_and_letting_go_plays_on(enter: Callable[..., Any], films: list[Video]) -> None:
    page = enter()
    plays(page, films[0])
    page.mouse.move(600, 400)
    page.mouse.down()
    until(page, "document.querySelector('video').paused")
    page.mouse.up()
    until(page, "!document.querySelector('video').paused")


def test_a_held_key_acts_once_and_letters_can_be_turned_off(enter: Callable[..., Any], films: list[Video]) -> None:
    """WCAG 2.1.4: who speaks to the machine would press them with every word."""
    page = enter()
    plays(page, films[0])
    for _ in "12":
        page.keyboard.down("m")
    page.keyboard.up("m")
    until(page, "!document.querySelector('video').muted")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_label("Letters are keys").uncheck()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keys").wait_for(state="hidden")
    for key in ("m", "j", "?", "ArrowDown"):
        page.keyboard.press(key)
    plays(page, films[1])
    assert not page.evaluate("document.querySelector('dialog[open]')")
    until(page, f"!document.querySelector('#video-{films[1].pk} video').muted")


WORDS = "WEBVTT\n\n00:00.000 --> 00:04.000\n%s\n"
SAID = """(() => {
    const [shown, ...others] = [...document.querySelector("video").textTracks].filter(({ mode }) => mode === "showing");
    return others.length ? "several" : shown?.activeCues?.[0]?.text ?? "nothing";
})()"""


def test_captions_are_in_the_readers_language_and_stay_as_chosen(
    new_page: Callable[..., Any], enter: Callable[..., Any], films: list[Video], mira: User
) -> None:
    for language, words in (("en", "Hello"), ("pt-br", "Olá")):
        file = ContentFile((WORDS % words).encode())
        services.put_captions(creator=mira, video=films[0], language=language, file=file)
    page = enter(page=new_page(locale="pt-BR"))
    plays(page, films[0])
    assert page.evaluate(SAID) == "nothing"
    for wanted in ("Olá", "nothing"):
        page.locator(".player__more").first.click()
        page.get_by_role("button", name="Captions").click()
        until(page, f"{SAID} === '{wanted}'")
        page.reload()
        until(page, f"{SAID} === '{wanted}'")


def test_picture_in_picture_and_full_screen(enter: Callable[..., Any], films: list[Video]) -> None:
    page = enter()
    plays(page, films[0])
    for button, entered in (("Picture in picture", "pictureInPictureElement"), ("Full screen", "fullscreenElement")):
        for state in ("!==", "==="):
            page.locator(".player__more").first.click()
            page.get_by_role("button", name=button).click()
            until(page, f"document.{entered} {state} null")
    page.keyboard.press("f")
    until(page, "document.fullscreenElement !== null")


def test_what_a_browser_cannot_do_is_not_offered(enter: Callable[..., Any], page: Any, films: list[Video]) -> None:
    page.add_init_script("""
        Object.defineProperty(Document.prototype, "pictureInPictureEnabled", { value: false });
        Object.defineProperty(Document.prototype, "fullscreenEnabled", { value: false });
    """)
    enter()
    page.locator(".player__more").first.click()
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    for button in ("Picture in picture", "Full screen", "Captions"):
        expect(page.get_by_role("button", name=button)).to_have_count(0)


def test_sharing_copies_the_address(enter: Callable[..., Any], page: Any, films: list[Video]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    enter()
    page.locator(f"#video-{films[0].pk} share-link a").click()
    dialog = page.get_by_role("dialog", name="Share")
    with page.expect_response("**/share/") as counted:
        dialog.get_by_role("button", name="Copy link").click()
    dialog.get_by_text("Copied.").wait_for()
    assert counted.value.status == 204
    assert page.evaluate("navigator.clipboard.readText()").endswith(films[0].get_absolute_url())


@pytest.mark.parametrize("wish", ["less motion", "less data"])
def test_nothing_begins_by_itself_against_somebodys_wish(
    new_page: Callable[..., Any], enter: Callable[..., Any], films: list[Video], wish: str
) -> None:
    asked = []
    page = new_page(reduced_motion="reduce" if wish == "less motion" else "no-preference")
    page.on("request", lambda request: asked.append(request.url))
    if wish == "less data":
        page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    enter(page=page)
    page.locator("video-player[data-state=paused]").wait_for()
    assert not any(".m3u8" in url for url in asked)
    page.get_by_role("button", name="Play").first.click()
    plays(page, films[0])


@pytest.mark.console_errors(NETWORK)
def test_a_lost_connection_is_said_and_tried_again(enter: Callable[..., Any], page: Any, films: list[Video]) -> None:
    page.route("**/media/videos/**", lambda route: route.abort())
    enter()
    page.locator(".player__problem").get_by_text("The connection was lost.").first.wait_for()
    page.unroute("**/media/videos/**")
    page.locator(f"#video-{films[0].pk}").get_by_role("button", name="Try again").click()
    plays(page, films[0])


@pytest.mark.console_errors(NETWORK)
def test_offline_is_said_and_ends_by_itself(enter: Callable[..., Any], films: list[Video]) -> None:
    page = enter()
    plays(page, films[0])
    page.context.set_offline(True)
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.get_by_text("You are offline. This video is not loaded yet.").first.wait_for()
    page.context.set_offline(False)
    plays(page, films[3])


# --- Where one is ---------------------------------------------------------------------------------------------


def test_an_address_opens_in_the_feed_at_that_video(page: Any, films: list[Video]) -> None:
    page.goto(films[2].get_absolute_url())
    plays(page, films[2])
    assert page.evaluate("document.querySelector('.feed-card').getBoundingClientRect().height") == 800
    page.locator(".feed-card").nth(3).wait_for(state="attached")
    ids = page.locator(".feed-card").evaluate_all("(cards) => cards.map(({ id }) => id)")
    assert sorted(ids) == sorted(f"video-{film.pk}" for film in films)
    page.keyboard.press("ArrowDown")
    until(page, f"location.pathname !== '{films[2].get_absolute_url()}'")


def test_a_link_to_comments_opens_them(enter: Callable[..., Any], films: list[Video], mira: User) -> None:
    make_comment(mira, films[1], "First of all")
    page = enter(f"{films[1].get_absolute_url()}#comments")
    page.locator(".comments").get_by_text("First of all").wait_for()


@pytest.mark.parametrize("changed", [False, True])
def test_back_returns_to_the_same_place(
    enter: Callable[..., Any], page: Any, films: list[Video], changed: bool
) -> None:
    """Also when the slate is another one by then, and lacks the video."""
    enter("/")
    until(page, ACTIVE)
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelectorAll('.feed-card')[1].querySelector('video-player').dataset.state === 'playing'")
    here = page.locator(".feed-card").nth(1).get_attribute("id")
    above = page.locator(".feed-card").nth(0).get_attribute("id")
    page.evaluate("addEventListener('unload', () => {})")  # keeps the page out of the Back cache
    page.goto("/@mira/")
    if changed:
        cache.clear()
        Watch.objects.all().delete()
    page.go_back()
    until(page, f"{ACTIVE} === '{here}'")
    until(page, "document.querySelectorAll('.feed-card').length === 4")
    until(page, f"Math.abs(document.getElementById('{here}').getBoundingClientRect().top) < 2")
    if not changed:
        page.keyboard.press("ArrowUp")
        until(page, f"{ACTIVE} === '{above}'")


# --- What is reported, and what it costs ----------------------------------------------------------------------


def test_what_was_watched_is_reported_in_one_batch_on_leaving(
    enter: Callable[..., Any], films: list[Video], alice: User
) -> None:
    """Half of a film of four seconds is a view."""
    page = enter()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/watch/") else None)
    for film in films[:2]:
        until(page, f"document.querySelector('#video-{film.pk} video').currentTime > 2.3")
        page.keyboard.press("j")
    page.goto("/settings/")
    for _ in range(100):
        if Watch.objects.count() == 2:
            break
        page.wait_for_timeout(50)
    assert set(Watch.objects.values_list("viewer_id", "video_id")) == {(alice.pk, film.pk) for film in films[:2]}
    assert all(2000 <= ms <= 4000 for ms in Watch.objects.values_list("watched_ms", flat=True))
    assert len(sent) <= 2


def test_a_feed_page_loads_little_javascript(enter: Callable[..., Any], page: Any, films: list[Video]) -> None:
    """At most 120 KB, compressed, with all that its dialogs bring; hls.js is not among it where the browser plays HLS."""
    scripts: dict[str, bytes] = {}

    def keep(response: Any) -> None:
        if re.search(r"\.m?js$", response.url):
            scripts[response.url] = response.body()

    page.on("requestfinished", lambda request: keep(request.response()))
    enter("/")
    until(page, ACTIVE)
    page.keyboard.press("c")
    page.locator(".comments textarea").wait_for()
    assert scripts
    assert not any("hls" in url for url in scripts)
    assert sum(len(gzip.compress(body)) for body in scripts.values()) <= 120 * 1024
