"""People report what they see and hear what becomes of it; whoever a decision concerns reads why, and answers once."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows
from videos.models import Appeal, Case, Decision, Notice, Report, Video
from videos.models.moderation import Act, Reason
from videos.services import moderation
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator() -> User:
    account = make_account("ines")
    User.objects.filter(pk=account.pk).update(is_staff=True, is_superuser=True)
    account.refresh_from_db()
    return account


@pytest.fixture
def video(mira: User) -> Video:
    return make_video(mira, caption="On the pier")


def decide(moderator: User, act: str = Act.REMOVE, **fields: Any) -> Decision:
    given = {"policy": Reason.HARASSMENT, "words": "It shows somebody against their will."} | fields
    decision = moderation.decide(case=Case.objects.latest("pk"), by=moderator, act=act, **given)
    assert isinstance(decision, Decision)
    return decision


def send(client: Client, video: Video, **fields: str) -> Any:
    return client.post(
        f"/report/video/{video.pk}/", {"reason": "harassment", "text": "Look at 0:04"} | fields, follow=True
    )


def test_each_kind_of_thing_is_reported_once_and_its_outcome_read(
    client: Client, alice: User, video: Video, moderator: User
) -> None:
    comment = make_comment(video.creator, video)
    client.force_login(alice)
    for number, thing in enumerate((video, comment, video.creator)):
        address = f"/report/{['video', 'comment', 'account'][number]}/{thing.pk}/"
        assert client.get(address).status_code == 200
        for _ in range(2):
            answer = client.post(address, {"reason": "harassment"}, follow=True)
            assert "Waits for a moderator" in answer.content.decode()
        assert Report.objects.count() == number + 1
        decide(moderator, Act.WARN)
        assert "Waits for a moderator" not in client.get("/settings/reports/").content.decode()


def test_nothing_found_and_a_second_look_are_told_too(
    client: Client, alice: User, video: Video, moderator: User
) -> None:
    client.force_login(alice)
    send(client, video)
    decide(moderator, Act.DISMISS, policy="")
    assert "nothing against the rules" in client.get("/settings/reports/").content.decode()
    Report.objects.all().delete()
    send(client, video)
    moderation.lift(decision=decide(moderator), by=moderator)
    assert "took it back" in client.get("/settings/reports/").content.decode()


@pytest.mark.parametrize("fields", [{"visibility": "only_me"}, {"visibility": "followers"}])
def test_what_somebody_does_not_see_is_not_there_for_a_report(
    client: Client, alice: User, mira: User, fields: dict[str, str]
) -> None:
    video = make_video(mira, **fields)
    client.force_login(alice)
    assert send(client, video).status_code == 404
    client.logout()
    assert send(client, video).status_code == 404
    assert not Case.objects.exists()


def test_across_a_block_nothing_is_reported(client: Client, alice: User, mira: User, video: Video) -> None:
    follows.block(blocker=mira, blocked=alice)
    client.force_login(alice)
    assert client.get(f"/report/video/{video.pk}/").status_code == 404


def test_ones_own_is_refused_in_words_and_a_form_without_a_reason_stays(
    client: Client, mira: User, alice: User, video: Video
) -> None:
    client.force_login(mira)
    answer = send(client, video)
    assert answer.status_code == 422
    assert "This is yours." in answer.content.decode()
    client.force_login(alice)
    answer = client.post(f"/report/video/{video.pk}/", {"reason": "because", "text": "kept <b>"})
    assert answer.status_code == 422
    assert "kept &lt;b&gt;" in answer.content.decode()
    assert not Report.objects.exists()


def test_somebody_without_an_account_gets_a_receipt(client: Client, video: Video, moderator: User) -> None:
    assert send(client, video).status_code == 422, "a name and an address are wanted"
    answer = send(client, video, name="Ada", email="ada@example.org")
    [(address, _)] = answer.redirect_chain
    assert Notice.objects.get().receipt in address
    assert "Waits for a moderator" in answer.content.decode()
    assert "ada@example.org" not in answer.content.decode()
    decide(moderator)
    assert "We acted." in client.get(address).content.decode()
    assert client.get("/report/receipt/another/").status_code == 404


def test_what_harms_children_is_reported_without_a_name(client: Client, video: Video) -> None:
    answer = send(client, video, reason="child_safety")
    assert answer.redirect_chain
    assert Case.objects.get().harm == 100


def test_reports_are_slowed_in_words(client: Client, alice: User, video: Video, monkeypatch: Any) -> None:
    cache.clear()
    monkeypatch.setattr("videos.access.ReportRate.rate", "1/hour", raising=False)
    client.force_login(alice)
    send(client, video)
    assert send(client, video).status_code == 429


def test_the_one_concerned_reads_why_and_appeals_once(
    client: Client, alice: User, mira: User, video: Video, moderator: User
) -> None:
    moderation.report(reporter=alice, kind="video", subject_id=video.pk, reason="harassment")
    decision = decide(moderator, note="Only moderators read this.")
    client.force_login(mira)
    page = client.get("/settings/decisions/").content.decode()
    for said in ("On the pier", "Bullying or harassment", "against their will", "a person, no program"):
        assert said in page
    for hidden in ("Only moderators", "@alice", "@ines"):
        assert hidden not in page
    for text in ("It was a play.", "Again"):
        client.post(f"/settings/decisions/{decision.pk}/appeal/", {"text": text})
    assert Appeal.objects.get().text == "It was a play."
    assert "Waits for somebody else" in client.get("/settings/decisions/").content.decode()
    judge = make_account("jude")
    User.objects.filter(pk=judge.pk).update(is_staff=True, is_superuser=True)
    judge.refresh_from_db()
    moderation.judge(appeal=Appeal.objects.get(), by=judge, upheld=False, words="We looked again.")
    page = client.get("/settings/decisions/").content.decode()
    assert "You were right." in page
    assert "everything is as before" in page
    assert client.get(video.get_absolute_url()).status_code == 200


def test_nobody_reads_or_answers_what_concerns_others(
    client: Client, alice: User, bob: User, video: Video, moderator: User
) -> None:
    moderation.report(reporter=alice, kind="video", subject_id=video.pk, reason="harassment")
    decision = decide(moderator)
    for someone in (alice, bob):
        client.force_login(someone)
        assert "On the pier" not in client.get("/settings/decisions/").content.decode()
        assert client.post(f"/settings/decisions/{decision.pk}/appeal/", {"text": "No"}).status_code == 404
    client.logout()
    assert "login" in client.post(f"/settings/decisions/{decision.pk}/appeal/", {"text": "No"})["Location"]
    assert not Appeal.objects.exists()


def test_who_is_suspended_appeals_from_the_door(client: Client, alice: User, mira: User, moderator: User) -> None:
    moderation.report(reporter=alice, kind="account", subject_id=mira.pk, reason="spam")
    decision = decide(moderator, Act.SUSPEND, policy=Reason.SPAM)
    answer = client.post("/accounts/login/", {"login": "mira", "password": "correct horse"}, follow=True)
    assert "Read why, and appeal" in answer.content.decode()
    assert "Your account was suspended." in client.get("/settings/decisions/").content.decode()
    client.post(f"/settings/decisions/{decision.pk}/appeal/", {"text": "It was not me."})
    assert Appeal.objects.get().account_id == mira.pk


def test_lists_cost_the_same_for_one_row_as_for_six(client: Client, alice: User, video: Video, moderator: User) -> None:
    def add() -> None:
        comment = make_comment(video.creator, video)
        moderation.report(reporter=alice, kind="comment", subject_id=comment.pk, reason="spam")
        decide(moderator, Act.WARN)

    def costs() -> list[int]:
        return [
            cost(client, user, f"{place}{name}/") for name, user in lists for place in ("/settings/", "/api/v1/me/")
        ]

    lists = [("reports", alice), ("decisions", video.creator)]
    add()
    costs()
    with_one = costs()
    for _ in range(5):
        add()
    assert costs() == with_one


def cost(client: Client, user: User, address: str) -> int:
    client.force_login(user)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_by_api(client: Client, alice: User, mira: User, video: Video, moderator: User) -> None:
    client.force_login(alice)
    said = {"kind": "video", "id": video.pk, "reason": "harassment", "text": "Look"}
    for _ in range(2):
        assert client.post("/api/v1/me/reports/", said, content_type="application/json").status_code == 201
    assert client.get("/api/v1/me/reports/").json()["results"][0]["outcome"] == "waiting"
    decision = decide(moderator)
    client.force_login(mira)
    [statement] = client.get("/api/v1/me/decisions/").json()["results"]
    assert (statement["act"], statement["may_appeal"], statement["appeal"]) == ("remove", True, None)
    address = f"/api/v1/me/decisions/{decision.pk}/appeal/"
    assert client.post(address, {"text": "No"}, content_type="application/json").status_code == 201
    client.force_login(alice)
    assert client.post(address, {"text": "No"}, content_type="application/json").status_code == 404


def test_what_is_for_adults_is_reported_unseen(client: Client, alice: User, video: Video) -> None:
    """By whoever is not logged in, who may name it; for who is not of age it is not there."""
    comment = make_comment(video.creator, video, "On the rocks")
    Video.objects.filter(pk=video.pk).update(for_adults=True)
    for address in (f"/report/video/{video.pk}/", f"/report/comment/{comment.pk}/"):
        page = client.get(address).content.decode()
        assert "It is for adults." in page
        assert "On the" not in page
    assert send(client, video, name="Ada", email="ada@example.org").redirect_chain
    client.force_login(alice)
    assert client.get(f"/report/video/{video.pk}/").status_code == 404


def test_an_appeal_that_is_too_long_is_kept_in_its_field(
    client: Client, alice: User, mira: User, video: Video, moderator: User
) -> None:
    moderation.report(reporter=alice, kind="video", subject_id=video.pk, reason="harassment")
    address = f"/settings/decisions/{decide(moderator).pk}/appeal/"
    client.force_login(mira)
    answer = client.post(address, {"text": "y" * 1001})
    assert answer.status_code == 422
    assert "y" * 1001 in answer.content.decode()
    assert not Appeal.objects.exists()
    client.post(address, {"text": "\r\n".join(["y"] * 500)})
    assert len(Appeal.objects.get().text) == 999
