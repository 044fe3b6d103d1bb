"""Everything that the site says can be said in another language: its pages and mails are made in a language that puts each
translated text between ⟦ and ⟧, and nothing with letters may stand outside. And the German catalogue is whole."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings as site_settings
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import trans_real

import follows.services
import videos.services
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_account
from socialvideo.lib import languages
from videos.models import Video
from videos.tests.factories import make_comment, make_failed_video, make_reply, make_video

LOCALE = Path(site_settings.LOCALE_PATHS[0]) / "de" / "LC_MESSAGES"
DOMAINS = ["django", "djangojs"]
GERMAN = {"headers": {"Accept-Language": "de"}}


# --- A language that marks what it translates --------------------------------------------------------------------


class Marking:
    def __init__(self) -> None:
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return self._marked(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        self.asked.add(one)
        return self._marked(one if number == 1 else many)

    def _marked(self, message: str) -> str:
        text = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        return f"⟦{text}⟧" if text else ""

    def to_language(self) -> str:
        return "de"


@pytest.fixture
def marking(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Marking]:
    """German, as far as Django knows. The site's name is an operator's word."""
    settings.SITE_NAME = "∎"
    marking = Marking()
    monkeypatch.setitem(trans_real._translations, "de", marking)
    languages.script_words.cache_clear()
    yield marking
    languages.script_words.cache_clear()


class Words(HTMLParser):
    """What a page shows or says, apart from what is nobody's: code, keys, and names of languages."""

    SILENT = {"script", "style", "code", "kbd"}
    SPOKEN = {"title", "aria-label", "placeholder", "alt", "label", "aria-valuetext"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.silence: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if (
            tag in self.SILENT
            or (tag == "button" and "lang" in given)
            or (tag, given.get("name")) == ("select", "language")
        ):
            self.silence.append(tag)
        self.said += [value or "" for name, value in attrs if name in self.SPOKEN]
        if given.get("name") == "description":
            self.said.append(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.silence and self.silence[-1] == tag:
            self.silence.pop()

    def handle_data(self, data: str) -> None:
        if not self.silence:
            self.said.append(data)


# People's own words, addresses, sizes and forms of files, the zone, and dots for what is left out.
NOBODYS = re.compile(r"https?://\S+|\S+@\S+|/@\S+|@[\w.]+|#\w+|[\w-]+\.\w{2,5}\b|\bUTC\b|\b(bytes|KB|MB|GB)\b")


def marked(text: str) -> Iterator[str]:
    """The text outside ⟦ and ⟧, which may stand in one another, and around what was put into them."""
    depth = 0
    for part in re.split("([⟦⟧])", text):
        depth += {"⟦": 1, "⟧": -1}.get(part, 0)
        if not depth and part not in "⟦⟧":
            yield part


def unmarked(text: str) -> list[str]:
    outside = " ".join(marked(text))
    return re.findall(r"[^\W\d_][^⟦⟧\n]*", NOBODYS.sub(" ", outside))


def unmarked_of_page(html: str) -> list[str]:
    words = Words()
    words.feed(html)
    # A sentence with a link inside is one text in several pieces.
    return unmarked("\n".join(words.said))


# --- Every page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def alice(db: None) -> User:
    return make_account("alice", name="∎1", bio="∎")


@pytest.fixture
def video(alice: User) -> Video:
    """Among everything else that her pages list: each of their lines is there once."""
    mira, bob = make_account("mira", name="∎2"), make_account("bob", name="∎3", is_private=True)
    video = make_video(alice, caption="∎")
    theirs = make_video(mira, caption="∎")
    follows.services.follow(follower=alice, followee=mira)
    follows.services.follow(follower=alice, followee=bob)
    follows.services.follow(follower=mira, followee=alice)
    make_reply(alice, make_comment(mira, video, "∎"), "∎")
    for act in (videos.services.like, videos.services.save, videos.services.repost):
        act(account=alice, video=theirs)
    make_video(alice, caption="∎", visibility="only_me")
    make_failed_video(alice, caption="∎", reason="∎")
    return video


def patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, (*spaces, each.namespace) if each.namespace else spaces)
        elif isinstance(each, URLPattern) and each.name:
            yield ":".join((*spaces, each.name))


# The desk is unfold's, the API's pages are Swagger's, the terms an operator's.
ELSEWHERE = re.compile(r"admin\b|api|terms$|privacy$")
NAMES = sorted({name for name in patterns(get_resolver()) if not ELSEWHERE.match(name)})


def address(name: str, video: Video) -> str | None:
    known = {"handle": "alice", "video_id": video.pk, "comment_id": video.comments.first().pk, "name": "∎", "key": "x"}
    for chosen in ((), ("handle",), ("video_id",), ("handle", "video_id"), ("comment_id",), ("name",), ("key",)):
        try:
            return reverse(name, kwargs={word: known[word] for word in chosen})
        except NoReverseMatch:
            continue
    return None


@cache
def german() -> Any:
    return trans_real.DjangoTranslation("de")._catalog


def is_german(text: str) -> bool:
    """In our catalogue, or in that of Django and what else is installed."""
    return any(german().get(key) for key in (text, (text, 0), (text, 1)))


def is_html(answer: Any) -> bool:
    return answer.get("Content-Type", "").startswith("text/html") and not answer.streaming


def test_every_page_can_be_in_another_language(client: Client, marking: Marking, alice: User, video: Video) -> None:
    seen, missing = set(), {}
    visitor = Client(**GERMAN)
    client.force_login(alice)
    for name in NAMES:
        where = address(name, video)
        for who in (client, visitor) if where else ():
            answer = who.get(where, {"language": "de"}, **GERMAN)
            if is_html(answer) and answer.status_code != 405:
                seen.add(name)
                if found := unmarked_of_page(answer.content.decode()):
                    missing[f"{where} {name}"] = found
    assert not missing, "\n".join(f"{page}: {texts}" for page, texts in missing.items())
    assert len(seen) > 60
    assert not [text for text in marking.asked if re.search(r"[^\W\d_]", text) and not is_german(text)]


PAGES_OF_OTHERS = ["/@mira/", "/@bob/", "/@mira/followers/", "/search/?q=@mira", "/nowhere/", "/following/why/?of=mira"]


@pytest.mark.parametrize("where", PAGES_OF_OTHERS)
def test_what_others_show_can_be_too(client: Client, marking: Marking, alice: User, video: Video, where: str) -> None:
    client.force_login(alice)
    assert not unmarked_of_page(client.get(where, **GERMAN).content.decode())


def test_refusals_can_be_too(client: Client, marking: Marking, alice: User) -> None:
    for where in ("account_login", "account_signup", "account_reset_password"):
        assert not unmarked_of_page(client.post(reverse(where), {}, **GERMAN).content.decode())


def test_mails_of_accounts_can_be_too(client: Client, marking: Marking, alice: User) -> None:
    alice.language = "de"
    alice.save(update_fields=["language"])
    client.post(reverse("account_reset_password"), {"email": alice.email}, **GERMAN)
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, **GERMAN)
    client.force_login(alice)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "another horse"}, **GERMAN)
    assert len(mail.outbox) == 3
    for letter in mail.outbox:
        assert not unmarked(f"{letter.subject}\n{letter.body}".replace("⟦Browser: ⟧", ""))


def test_the_marks_find_what_is_not_marked() -> None:
    page = '<p title="Raw">⟦Said <b>∎</b>⟧ and not</p><code>x</code><input placeholder="⟦Yes⟧">'
    assert unmarked_of_page(page) == ["Raw", "and not"]


TEMPLATES = Path(site_settings.BASE_DIR) / "templates"
NOT_SAID = re.compile(
    r"{%\s*comment\b.*?endcomment\s*%}|{#.*?#}|{%\s*blocktranslate\b.*?endblocktranslate\s*%}"
    r"|{%\s*block (?:layout|skin)\s*%}.*?{%\s*endblock\b.*?%}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)


def test_no_template_says_anything_that_is_not_marked() -> None:
    """In whatever state a page is: the text between the tags has no letters."""
    found = {}
    for path in sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]):
        written = path.read_text().replace("<{{", "<li{{")  # an element whose name is a variable
        if texts := unmarked_of_page(NOT_SAID.sub("", written)):
            found[str(path.relative_to(TEMPLATES))] = texts
    assert not found, found


# --- Which language --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_browser_asks_and_the_page_says_its_language(client: Client) -> None:
    page = client.get("/explore/", **GERMAN)
    assert '<html lang="de" dir="ltr"' in page.content.decode()
    assert page["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))
    assert '<html lang="en"' in client.get("/explore/", headers={"Accept-Language": "xx"}).content.decode()


@pytest.mark.django_db
def test_a_language_that_was_chosen_is_kept_for_its_browser_alone(client: Client) -> None:
    """Also where no session says so: what stands between must not hand it to others."""
    assert "Cookie" not in client.get(reverse("feeds:manifest"), **GERMAN).get("Vary", "")
    client.cookies[site_settings.LANGUAGE_COOKIE_NAME] = "de"
    assert "Cookie" in client.get(reverse("feeds:manifest"))["Vary"]


@pytest.mark.django_db
def test_a_visitor_chooses(client: Client) -> None:
    answer = client.post("/language/", {"language": "de", "next": "/explore/"})
    assert answer.url == "/explore/"
    assert '<html lang="de"' in client.get("/explore/", headers={"Accept-Language": "en"}).content.decode()
    client.post("/language/", {"language": ""})
    assert '<html lang="en"' in client.get("/explore/").content.decode()


@pytest.mark.parametrize("wanted", ["xx", "", "../de", "de-at"])
def test_an_unknown_language_is_the_browsers(client: Client, alice: User, wanted: str) -> None:
    client.force_login(alice)
    client.post("/language/", {"language": wanted, "next": "https://elsewhere.example/"})
    alice.refresh_from_db()
    assert alice.language == ""
    assert not client.cookies[site_settings.LANGUAGE_COOKIE_NAME].value


def test_an_account_keeps_its_language_and_brings_it_along(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/language/", {"language": "de"})
    elsewhere = Client()
    elsewhere.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    assert '<html lang="de"' in elsewhere.get("/settings/").content.decode()


def test_the_language_costs_no_query(
    client: Client, alice: User, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    with django_assert_max_num_queries(100) as english:
        client.get("/settings/")
    number = len(english)
    client.post("/language/", {"language": "de"})
    with django_assert_num_queries(number):
        client.get("/settings/")


@pytest.mark.django_db
def test_the_worker_keeps_the_offline_page_in_its_language(client: Client) -> None:
    english = client.get("/sw.js").content
    script = client.get("/sw.js", **GERMAN).content
    assert script != english
    assert b"/offline/?language=de" in script
    page = client.get("/offline/?language=de", headers={"Accept-Language": "en"})
    assert '<html lang="de"' in page.content.decode()


def test_words_of_scripts_come_with_the_page_in_other_languages_only() -> None:
    assert languages.script_words("en") == ""
    assert '"Try again":' in languages.script_words("de")


# --- The catalogue ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS)
def test_everything_is_translated_and_compiled(domain: str) -> None:
    catalogue, compiled = polib.pofile(LOCALE / f"{domain}.po"), polib.mofile(LOCALE / f"{domain}.mo")
    assert not [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy or entry.obsolete]
    for entry in catalogue:
        if entry.msgid_plural:
            assert all(entry.msgstr_plural.get(form) for form in (0, 1)), entry.msgid
    assert said(catalogue) == said(compiled), "make messages compiles"


def said(catalogue: Any) -> dict[Any, Any]:
    return {(entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr for entry in catalogue}


PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%(?:\d\$)?s|%%|\{\w*\}|</?\w+")


@pytest.mark.parametrize("domain", DOMAINS)
def test_placeholders_and_elements_are_the_originals(domain: str) -> None:
    """Of one, the number may be in words, where it is in the original too."""
    for entry in polib.pofile(LOCALE / f"{domain}.po"):
        for form, text in (entry.msgstr_plural or {1: entry.msgstr}).items():
            originals = [entry.msgid_plural or entry.msgid, *([entry.msgid] if form == 0 else [])]
            assert sorted(PLACEHOLDER.findall(text)) in [sorted(PLACEHOLDER.findall(each)) for each in originals]


@pytest.mark.parametrize("domain", DOMAINS)
def test_german_is_calm(domain: str) -> None:
    for entry in polib.pofile(LOCALE / f"{domain}.po"):
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert "!" not in text
            assert not re.search(r"[a-zäöü,] (Sie|Ihnen|Ihre?[nmrs]?)\b", text), text
