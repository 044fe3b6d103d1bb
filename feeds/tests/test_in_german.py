"""What Python says is said in the reader's language: on pages, by the API, in what is kept in rows, in what is sent."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import set_language
from accounts.tests.factories import make_account
from feeds import reasons, services
from feeds.models import Digest, DigestPlan, Notification, Push
from feeds.selectors import lines
from feeds.selectors.events import DEEDS, events
from feeds.services import digests, pushing
from feeds.topics import Channel
from feeds.why import WORDS
from follows import services as follows
from follows.services.refusals import REFUSALS
from follows.wording import SENTENCES
from socialvideo.lib.said import Said, kept, worded
from videos import services as videos
from videos.models import Video
from videos.tests.factories import make_failed_video, make_video

pytestmark = pytest.mark.django_db
TOO_LONG = Said(
    "This file is %(length)s long. The limit is %(limit)s. Trim it or pick another.", length="5:00", limit="3:00"
)
GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de"}


@pytest.fixture
def fan(fan: User) -> User:
    set_language(account=fan, language="de")
    EmailAddress.objects.filter(user=fan).update(verified=True)
    return fan


def test_a_page_answers_and_refuses(client: Client, fan: User, mira: User) -> None:
    client.force_login(fan)
    tap = reverse("follows:unfollow", args=[mira.handle])
    assert "Du folgst Mira nicht mehr." in client.post(tap, follow=True, **GERMAN).content.decode()
    myself = reverse("follows:follow", args=[fan.handle])
    assert "Du kannst dir nicht selbst folgen." in client.post(myself, follow=True, **GERMAN).content.decode()


def test_the_api_answers_in_the_language_that_is_asked_for(fan: User, mira: User) -> None:
    follows.block(blocker=mira, blocked=fan)
    api = APIClient()
    api.force_authenticate(fan)
    asked = {
        path: api.put("/api/v1/accounts/fan/block/", **path_headers)
        for path, path_headers in (("de", GERMAN), ("en", {}))
    }
    assert {language: answer.json()["detail"] for language, answer in asked.items()} == {
        "de": "Du kannst dich nicht selbst blockieren.",
        "en": "You cannot block yourself.",
    }
    assert len({answer.json()["code"] for answer in asked.values()}) == 1


def test_why_a_video_failed_is_worded_when_it_is_read(client: Client, fan: User) -> None:
    video = make_failed_video(fan, reason=TOO_LONG)
    german = "Diese Datei ist 5:00 lang. Die Grenze ist 3:00. Kürze sie, oder wähle eine andere."
    assert video.failure_words == TOO_LONG
    with translation.override("de"):
        assert video.failure_words == german
        notice = Notification.objects.get(kind="failed")
        (event,) = events(fan.pk, [f"notice:{notice.pk}"], Channel.PUSH).values()
        assert (event.words, event.text) == ("Dein Video konnte nicht verarbeitet werden", german)
    client.force_login(fan)
    Video.objects.update(is_draft=True)
    for page in ("feeds:notifications", "videos:drafts"):
        assert german in client.get(reverse(page), **GERMAN).content.decode()
    plain = make_failed_video(fan, reason="This file is empty. Pick another.")
    with translation.override("de"):
        assert plain.failure_words == "Diese Datei ist leer. Wähle eine andere."


def test_what_is_kept_reads_as_it_was_said() -> None:
    assert TOO_LONG == worded(kept(TOO_LONG)) == "This file is 5:00 long. The limit is 3:00. Trim it or pick another."
    assert worded("") == ""
    assert worded("100 % of it") == "100 % of it"


def test_sizes_are_written_as_the_reader_writes_them() -> None:
    said = kept(Said("Only %(received)s of %(size)s arrived.", sizes={"received": 1_600_000, "size": 3 << 30}))
    assert worded(said).replace("\xa0", " ") == "Only 1.5 MB of 3.0 GB arrived."
    with translation.override("de"):
        assert worded(said).replace("\xa0", " ") == "Only 1,5 MB of 3,0 GB arrived."


def test_the_history_is_in_the_readers_language(client: Client, fan: User, mira: User) -> None:
    follows.unfollow(follower=fan, followee=mira)
    client.force_login(fan)
    page = client.get(reverse("follows:history"), **GERMAN).content.decode()
    assert "Du bist " in page
    assert " entfolgt" in page


def test_one_person_who_posted_several_videos_is_still_one(client: Client, fan: User, mira: User) -> None:
    for _ in range(3):
        services.run_fan_out(make_video(mira).publication.pk)
    client.force_login(fan)
    page = client.get(reverse("feeds:notifications"), **GERMAN).content.decode()
    assert "<bdi>Mira</bdi> hat 3 Videos veröffentlicht" in page


def test_mail_and_push_are_in_their_accounts_language(fan: User, mira: User) -> None:
    """Whatever language the worker has."""
    zoe = make_account("zoe", name="Zoe")
    video = make_video(mira, caption="Am Meer")
    own = make_video(fan)
    services.run_fan_out(video.publication.pk)
    for account in (mira, zoe):
        videos.comment(author=account, video=own, text="Nice", submit_key=f"by {account.handle}")
    services.plan_digest(account=fan, every="day", zone="Europe/Berlin")
    DigestPlan.objects.update(next_at="2026-01-01T00:00Z")
    services.make_digest()
    letter = digests._letter(Digest.objects.get())
    assert letter is not None
    assert "1 neues Video und " in letter.subject
    assert "Zoe und 1 weitere Person haben dein Video kommentiert" in letter.body
    push = Push(subscription_id=1, event_key=f"video:{video.publication.pk}")
    ((_, message),) = pushing._messages_to(fan, [push])
    assert message["title"] == "Mira hat ein Video veröffentlicht"
    make_failed_video(fan, reason=TOO_LONG)
    push = Push(subscription_id=1, event_key=f"notice:{Notification.objects.get(kind='failed').pk}")
    ((_, message),) = pushing._messages_to(fan, [push])
    assert "Die Grenze ist 3:00." in message["body"]


@pytest.mark.parametrize(("people", "said"), [(1, "hat dein Video kommentiert"), (2, "haben dein Video kommentiert")])
def test_the_verb_agrees_with_how_many_they_are(people: int, said: str) -> None:
    with translation.override("de"):
        assert DEEDS["commented"] % {"people": people} == said


def test_no_table_of_words_is_left_in_english() -> None:
    """Of what is said from tables: each entry, in the other language."""
    said = [*WORDS.values(), *REFUSALS.values(), *lines.SECTIONS, *reasons.Source.labels]
    said += [words for changes in SENTENCES.values() for words in changes.values()]
    english = [str(each) for each in _flat(said)]
    with translation.override("de"):
        german = [str(each) for each in _flat(said)]
    assert [words for words, other in zip(english, german, strict=True) if words == other and " " in words] == []


def _flat(said: Any) -> list[Any]:
    if isinstance(said, dict):
        said = said.values()
    elif not isinstance(said, list | tuple):
        return [said]
    return [each for part in said for each in _flat(part)]
