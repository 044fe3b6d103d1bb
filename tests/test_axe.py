"""Every kind of page as axe judges it (WCAG 2.2 AA), on phone and desktop, dark and light, with its menus and dialogs open;
nothing is wider than the screen; and wherever the focus comes, it shows and nothing covers it."""

import inspect
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.waiting import until
from tests.walk import WALKS, World, make_world

THOROUGH = "THOROUGH" in os.environ
HERE = Path(__file__).resolve().parent
AXE = (HERE / "vendor" / "axe-core-4.14.1.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
ALL = {"type": "tag", "values": TAGS}
LAYOUT = {  # what another size and theme may change
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
JUDGE = """async ([within, runOnly]) => {
    const rules = runOnly.type === "tag" ? {"target-size": {enabled: true}} : {};
    const given = {runOnly, rules, resultTypes: ["violations"], preload: false, iframes: false};
    const {violations} = await axe.run(within, given);
    const told = ({html, failureSummary}) => html.slice(0, 160) + " " + failureSummary.slice(0, 300);
    return violations.flatMap(({id, nodes}) => nodes.slice(0, 3).map((node) => `${id}: ${told(node)}`));
}"""
FOCUS = (HERE / "focus.js").read_text()
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['wider than the screen'] : []"
OVER = "dialog[open], details[open]"
SIZES = [{"width": 320, "height": 640}, {"width": 1280, "height": 800}]
READY = "document.readyState !== 'loading' && !document.querySelector('body :not(:defined)')"


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


class Judge:
    """One browser of one person, and what is wrong with what it shows."""

    def __init__(self, page: Any, world: World) -> None:
        self.page, self.world, self.wrong, self.pages = page, world, [], 0
        self.settings = page.context.new_cdp_session(page)

    def go(self, path: str) -> str:
        address = path.format_map(self.world.names)
        self.page.goto(address, wait_until="domcontentloaded")
        until(self.page, READY)
        return address

    def judge(self, name: str, within: str = "html") -> None:
        """All of it small and dark, the next page wide and light; with THOROUGH, then also the other way round what that
        changes. What was opened may close by another size: it is judged in one."""
        self.pages += 1
        self.page.evaluate(AXE)
        forms = [*zip(SIZES, ("dark", "light"), strict=True)][:: 1 if self.pages % 2 else -1]
        seen = forms if THOROUGH and within == "html" else forms[:1]
        for (size, theme), rules in zip(seen, (ALL, LAYOUT), strict=False):
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.page.set_viewport_size(size)
            found = self.page.evaluate(JUDGE, [within, rules]) + self.page.evaluate(FOCUS, within)
            found += self.page.evaluate(WIDER)
            if size["width"] == 320 and "/admin/" not in name:
                found += self.wider_in_large_text()
            self.wrong += [f"{name} {theme} {size['width']}: {each}" for each in found]

    def wider_in_large_text(self) -> list[str]:
        """As whoever set the browser's text to twice its size sees it."""
        self.settings.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
        assert self.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        wider = self.page.evaluate(WIDER)
        self.settings.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
        return [f"{each}, in large text" for each in wider]

    def open(self, path: str, selector: str) -> None:
        self.page.set_viewport_size(SIZES[self.pages % 2])
        address = self.go(path)
        self.page.locator(selector).first.evaluate("element => element.click()")
        until(self.page, f"document.querySelector('{OVER}') !== null")
        self.judge(f"{address} {selector}", OVER)

    def refuse(self, path: str) -> None:
        address = self.go(path)
        self.page.locator("main form.form[method=post]").last.evaluate(
            "form => { form.noValidate = true; form.submit(); }"
        )
        self.page.locator("main [aria-invalid=true], main [role=alert]").first.wait_for()
        until(self.page, READY)
        self.judge(f"{address} refused")


@pytest.mark.browser
@pytest.mark.timeout(600)  # pages by the dozen, also on a busy machine
@pytest.mark.console_errors("Failed to load resource")  # of pages that are not there, and of pictures
@pytest.mark.parametrize("name", WALKS)
def test_pages_are_for_everybody(
    new_page: Callable[..., Any], sign_in: Callable[..., None], world: World, name: str
) -> None:
    walk = WALKS[name]
    page = new_page(reduced_motion="reduce")
    if walk.handle:
        sign_in(page, world.people[walk.handle])
    judge = Judge(page, world)
    for path in walk.pages:
        judge.judge(judge.go(path))
    for path, selector in walk.opened:
        judge.open(path, selector)
    for path in walk.refused:
        judge.refuse(path)
    assert not judge.wrong, "\n".join(judge.wrong)


@pytest.mark.browser
@pytest.mark.console_errors("Failed to load resource")
def test_pages_of_what_went_wrong_are_for_everybody(new_page: Callable[..., Any], transactional_db: None) -> None:
    """Some cannot be asked for: they are as Django renders them, below an address of this site."""
    page = new_page(reduced_motion="reduce")
    judge, request = Judge(page, World({}, {})), RequestFactory().get("/")
    request.user = AnonymousUser()
    for name in ("403.html", "403_csrf.html", "404.html", "429.html", "500.html"):
        shown = render_to_string(name) if name == "500.html" else render_to_string(name, request=request)
        page.route(f"**/{name}", lambda route, _, shown=shown: route.fulfill(content_type="text/html", body=shown))
        address = judge.go(f"/{name}")
        page.wait_for_load_state()  # a page without scripts waits for nothing else
        judge.judge(address)
        assert page.locator("h1:visible").count() == 1
        assert page.locator("main a:visible").count() >= 1, "a way out"
    assert not judge.wrong, "\n".join(judge.wrong)


# --- That no page is forgotten -------------------------------------------------------------------------------------

NO_PAGES = {
    r"healthz|readyz|metrics|live$|.*:(manifest|worker|robots|sitemap|oembed|creator_feed)$": "read by machines",
    r".*_file$|.*:(file|avatar|track|export_csv|export_json|archive)$": "files",
    r"feeds:(new_cards|new_videos|search_suggestions|unread|unlisted)$|follows:relation$": "parts of pages that are walked",
    r"videos:(complete|status)$|feeds:followers_moved$": "JSON, parts, and an address that leads on",
    r"accounts:leaving$": "only for who is about to be deleted, and made of what stands on other forms",
    r"account_(confirm_login_code|set_password)$": "allauth's ways in that this site does not offer",
    r"admin:.*_(add|change|changelist|delete|history)$": "the desk's lists and forms are of one make, and some are walked",
    r"admin:.*_(this|retry)$|admin:(app_list|autocomplete|jsi18n|search|view_on_site)$": "acts and parts of the desk",
    r"admin:(login|logout|password_change|password_change_done)$": "the desk sends people to the site's own",
}


def _patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _patterns(each, (*spaces, each.namespace) if each.namespace else spaces)
        elif each.name and not hasattr(each.callback, "cls"):  # the API's
            yield ":".join((*spaces, each.name)), each


def _takes_only_posts(view: Any) -> bool:
    while view is not None:
        if inspect.isfunction(view):
            methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
            if methods is not None:
                return "GET" not in methods
        view = getattr(view, "__wrapped__", None)
    return False


def _walked() -> set[str]:
    ones = defaultdict(lambda: 1)
    paths = [path for walk in WALKS.values() for path in walk.pages]
    return {resolve(path.format_map(ones).partition("?")[0]).view_name for path in paths if path != "/nothing-here/"}


def test_every_page_is_walked() -> None:
    left = {name for name, each in _patterns(get_resolver()) if not _takes_only_posts(each.callback)} - _walked()
    assert " ".join(sorted(name for name in left if not any(re.match(pattern, name) for pattern in NO_PAGES))) == ""
