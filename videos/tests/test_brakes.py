"""Floods of comments are slowed in words that say until when, and moderators hear of each storm once, with its number."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows
from socialvideo.lib.said import Said
from socialvideo.lib.testing import in_threads
from videos import services
from videos.models import Case, Comment, Report, Upload, Video
from videos.models.moderation import Act, Flag
from videos.services import copies, moderation, receiving, uploads
from videos.services.moderation.flagging import COUNTED
from videos.tests.factories import finish, make_comment, make_video

pytestmark = pytest.mark.django_db
WORDS = "Come and look at my page, it is new"


@pytest.fixture
def video(alice: User) -> Video:
    return make_video(alice)


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.COMMENTS_PER_MINUTE, settings.SAME_COMMENTS_PER_HOUR = 3, 2


def refusal(author: User, video: Video, text: str = "Nice") -> services.Refused | None:
    try:
        make_comment(author, video, text)
    except services.Refused as refused:
        return refused
    return None


def waits(author: User, video: Video, text: str) -> int:
    refused = refusal(author, video, text)
    return refused.wait if refused else 0


def flags() -> list[tuple[int, str]]:
    return list(Report.objects.order_by("pk").values_list("subject_id", "flag"))


def let_pass(**time: int) -> None:
    Comment.objects.update(created_at=timezone.now() - timedelta(**time))


def test_a_flood_is_slowed_and_flagged_once(bob: User, mallory: User, video: Video) -> None:
    for _ in range(3):
        assert refusal(bob, video) is None
    assert flags() == []
    for _ in range(2):
        refused = refusal(bob, video)
        assert refused
        assert (refused.code, 0 < refused.wait <= 60) == ("too_fast", True)
    assert flags() == [(bob.pk, Flag.COMMENT_FLOOD)]
    assert refusal(mallory, video) is None, "everybody has their own"
    let_pass(minutes=2)
    assert refusal(bob, video) is None
    assert Comment.objects.standing().count() == 5, "what was accepted stands"


def test_the_same_words_again_and_again_are_slowed_though_removed(bob: User, video: Video) -> None:
    first = make_comment(bob, video, WORDS)
    services.remove_comment(by=bob, comment=first)
    make_comment(bob, video, f"  {WORDS.upper()}\n")
    assert 3500 < waits(bob, video, WORDS) <= 3600
    assert not waits(bob, video, "Something else, of the same length or more")
    assert flags() == [(bob.pk, Flag.SAME_COMMENTS)]
    let_pass(minutes=61)
    for _ in range(3):
        assert not waits(bob, video, "Nice"), "short words are anybody's"
    let_pass(minutes=61)
    assert not waits(bob, video, WORDS)


@pytest.mark.parametrize(
    "dodge",
    [WORDS.replace(" ", ""), WORDS.replace(" ", "\u200b \u2060"), WORDS.replace("a", "\u00ada"), "\uff23" + WORDS[1:]],
    ids=["no spaces", "no width", "soft hyphens", "wide letters"],
)
def test_the_same_words_in_disguise_are_the_same(bob: User, video: Video, dodge: str) -> None:
    for _ in range(2):
        make_comment(bob, video, WORDS)
    assert waits(bob, video, dodge)


def test_a_high_number_of_the_same_words_holds_too(bob: User, video: Video, settings: Any) -> None:
    settings.COMMENTS_PER_MINUTE, settings.SAME_COMMENTS_PER_HOUR = 0, 61
    Comment.objects.bulk_create(
        Comment(author=bob, video=video, text=WORDS, submit_key=str(number)) for number in range(61)
    )
    assert waits(bob, video, WORDS)


@pytest.mark.django_db(transaction=True)
def test_the_same_comment_sent_several_times_at_once_is_one_and_no_flood(alice: User, bob: User, settings: Any) -> None:
    settings.COMMENTS_PER_MINUTE = 1
    sent = {"author": bob, "video": make_video(alice), "text": "Hi", "submit_key": "a"}
    assert len(set(in_threads(*[lambda: services.comment(**sent).pk] * 8))) == 1
    assert flags() == []


def test_the_same_comment_sent_again_is_no_flood(bob: User, video: Video) -> None:
    for n in range(3):
        services.comment(author=bob, video=video, text="Hi", submit_key=str(n))
    assert services.comment(author=bob, video=video, text="Hi", submit_key="2").text == "Hi"


def test_without_brakes_nothing_is_slowed(bob: User, video: Video, settings: Any) -> None:
    settings.COMMENTS_PER_MINUTE = settings.SAME_COMMENTS_PER_HOUR = 0
    assert [waits(bob, video, WORDS) for _ in range(5)] == [0] * 5


@pytest.mark.django_db(transaction=True)
def test_from_many_connections_not_one_more_gets_through(alice: User, bob: User) -> None:
    video = make_video(alice)
    refused = in_threads(*[lambda: refusal(bob, video)] * 12)
    assert sum(each is not None for each in refused) == 9
    assert Comment.objects.count() == 3
    assert flags() == [(bob.pk, Flag.COMMENT_FLOOD)]


def test_page_fragment_and_api_say_until_when(client: Client, bob: User, video: Video) -> None:
    for _ in range(3):
        make_comment(bob, video)
    client.force_login(bob)
    address = f"{video.get_absolute_url()}comments/"
    sent = {"text": "More", "submit_key": "a"}
    page, part = client.post(address, sent), client.post(address, sent, headers={"HX-Request": "true"})
    json = client.post(f"/api/v1/videos/{video.pk}/comments/", {"text": "More"}, headers={"Idempotency-Key": "b"})
    for answer in (page, part, json):
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 60
        assert "you can go on in 1 minute" in answer.content.decode()
    assert ">More</textarea>" in page.content.decode(), "what was written is kept"
    assert part["HX-Reswap"] == "none"


# --- What moderators hear -------------------------------------------------------------------------------------


@pytest.fixture
def desk(client: Client) -> Client:
    account = make_account("ines")
    User.objects.filter(pk=account.pk).update(is_staff=True, is_superuser=True)
    account.refresh_from_db()
    client.force_login(account)
    return client


def test_a_storm_of_follows_is_flagged_with_its_number(desk: Client, alice: User, bob: User, settings: Any) -> None:
    settings.FOLLOWS_PER_HOUR = 1
    follows.follow(follower=alice, followee=bob)
    for handle in ("carol", "dora"):
        with pytest.raises(follows.FollowRefused):
            follows.follow(follower=alice, followee=make_account(handle))
    report = Report.objects.get()
    case = desk.get(f"/admin/videos/case/{report.case_id}/change/").content.decode()
    assert "by the site: many follows" in case
    assert "1 accounts followed within an hour, which stand" in case
    assert (report.case.kind, report.case.subject_id, report.case.state) == ("account", alice.pk, "open")


def test_of_a_storm_that_was_decided_nothing_is_said_again_the_same_day(alice: User) -> None:
    def flag(kind: str = Flag.FOLLOW_STORM) -> int:
        moderation.flag_storm(account_id=alice.pk, flag=kind, number=200)
        return Report.objects.count()

    assert [flag(), flag(), flag(Flag.COMMENT_FLOOD)] == [1, 1, 2]
    judge = make_account("ines")
    User.objects.filter(pk=judge.pk).update(is_staff=True, is_superuser=True)
    moderation.decide(case=Case.objects.get(), by=User.objects.get(pk=judge.pk), act=Act.DISMISS)
    assert flag() == 2
    Report.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert flag() == 3
    assert Case.objects.count() == 2


def test_each_flag_says_what_it_is_and_what_was_counted_in_every_language() -> None:
    for flag, sentence in COUNTED.items():
        report = Report(flag=flag, text=Said(sentence, number=200).kept)
        english = report.flag_label, report.words
        with translation.override("de"):
            assert report.flag_label != english[0]
            assert report.words != english[1]
        assert "200" in report.words


# --- Files that come again ------------------------------------------------------------------------------------


def send(creator: User, content: bytes = b"the same", **words: Any) -> Video:
    """By a form."""
    key = f"{creator.handle} {Video.objects.count()}"
    return services.start_upload(creator=creator, upload_key=key, file=ContentFile(content), **words)


def test_whoever_sends_a_file_again_is_told_and_may_go_on(client: Client, alice: User, bob: User) -> None:
    first, other = send(alice, caption="The first"), send(alice, b"another")
    again = send(alice, is_draft=True)
    assert again.state == "processing"
    assert again.digest == first.digest == sha256(b"the same").hexdigest()
    client.force_login(alice)
    said = "You uploaded this file already"
    assert said not in client.get(first.get_absolute_url()).content.decode()
    assert said not in client.get(other.get_absolute_url()).content.decode()
    page = client.get(again.get_absolute_url()).content.decode()
    assert said in page
    assert f'<a href="{first.get_absolute_url()}" dir="auto">The first</a>' in page
    assert client.get(f"/api/v1/videos/{again.pk}/processing/").json()["uploaded_before"] == first.pk
    finish(again)
    assert said in client.get(f"{again.get_absolute_url()}edit/").content.decode()
    services.remove(by=alice, video=first)
    assert said not in client.get(again.get_absolute_url()).content.decode(), (
        "what was deleted is sent again for a reason"
    )
    client.force_login(bob)
    assert said not in client.get(send(bob).get_absolute_url()).content.decode(), "nobody learns what others sent"


def test_a_file_that_comes_in_pieces_is_known_too(client: Client, alice: User) -> None:
    send(alice)
    client.force_login(alice)
    video = uploads.begin_upload(creator=alice, upload_key="pieces", size=8)
    for at, piece in ((0, b"the "), (4, b"same")):
        upload = Upload.objects.select_related("video").get(pk=video.pk)
        receiving.receive(upload=upload, offset=at, source=BytesIO(piece))
    uploads.finish(video)
    video.refresh_from_db()
    assert "uploaded this file already" in client.get(video.get_absolute_url()).content.decode()


def test_many_files_that_are_here_already_are_flagged_once(alice: User, bob: User, settings: Any) -> None:
    settings.COPIES_PER_DAY = 2
    send(alice)
    send(bob, b"own")
    send(bob)
    assert flags() == []
    send(bob, b"own")
    send(bob, b"own")
    assert flags() == [(bob.pk, Flag.COPIES)]
    assert Report.objects.get().words == "2 files uploaded within a day that were here already."
    assert Video.objects.of_creator(bob.pk).count() == 4, "nothing is refused"


def test_what_failed_is_sent_again_without_a_word(alice: User, settings: Any) -> None:
    settings.COPIES_PER_DAY = 1
    Video.objects.filter(pk=send(alice).pk).update(state="failed", failure_reason="Damaged.")
    assert copies.earlier_copy(send(alice)) is None
    assert flags() == []
    settings.COPIES_PER_DAY = 0
    send(alice)
    assert flags() == []
