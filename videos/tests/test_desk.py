"""The moderators' queue in the desk."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows.services import follow
from videos.models import Case, Comment, Decision, ModerationEvent, Proposal, Report, Video
from videos.services import Refused, moderation
from videos.tests.factories import make_comment, make_reply, make_video

pytestmark = pytest.mark.django_db


def make_moderator(handle):
    account = make_account(handle, is_staff=True)
    account.groups.add(Group.objects.get(name="Moderators"))
    return User.objects.get(pk=account.pk)


@pytest.fixture
def first(db):
    return make_moderator("first")


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def reported(thing, reporter, kind, reason="spam", text=""):
    return moderation.report(reporter=reporter, kind=kind, subject_id=thing.pk, reason=reason, text=text).case


def test_the_queue_is_in_the_order_of_harm_then_reach(alice, bob, mallory, first):
    follow(follower=bob, followee=alice)
    near = reported(make_video(mallory), bob, "video")
    far = reported(make_video(alice), bob, "video")
    worst = reported(mallory, bob, "account", "child_safety")
    page = signed_in(first).get("/admin/videos/case/").content.decode()
    places = [page.index(f"/admin/videos/case/{case.pk}/change/") for case in (worst, far, near)]
    assert places == sorted(places)


def test_a_case_shows_all_that_a_decision_needs_and_no_reporter(alice, bob, first):
    follow(follower=bob, followee=alice)
    case = reported(make_video(alice, caption="Sunset"), bob, "video", "hate", "Listen to it.")
    page = signed_in(first).get(f"/admin/videos/case/{case.pk}/change/").content.decode()
    for part in ("<video", "Sunset", "Listen to it.", "Hate", 'accesskey="r"', "A moderator removed this video"):
        assert part in page
    assert "bob" not in page
    assert alice.email not in page


def test_deciding_leads_to_the_next_case(alice, bob, first):
    case, following = (reported(make_video(alice), bob, "video", reason) for reason in ("hate", "spam"))
    desk, url = signed_in(first), f"/admin/videos/case/{case.pk}/change/"
    assert "Choose the rule" in desk.post(url, {"act": "remove"}, follow=True).content.decode()
    answer = desk.post(url, {"act": "remove", "policy": "hate", "words": "Hateful."})
    assert answer["Location"] == f"/admin/videos/case/{following.pk}/change/"
    assert Video.objects.get(pk=case.subject_id).removal_reason == "Hateful."
    assert "Lift" in desk.get(url).content.decode()
    desk.post(f"/admin/videos/case/{Decision.objects.get().pk}/lift/")
    assert Video.objects.get(pk=case.subject_id).state == Video.State.PUBLISHED


def test_hands(alice, bob, first):
    case = reported(make_video(alice), bob, "video")
    url = f"/admin/videos/case/{case.pk}/hands/"
    signed_in(first).post(url, {"take": "1"})
    assert Case.objects.get().taken_by == first
    page = signed_in(make_moderator("second")).post(url, {"take": "1"}, follow=True).content.decode()
    assert "Somebody else is looking at this case" in page
    signed_in(first).post(url, {"release": "1"})
    assert Case.objects.get().taken_by is None


def test_many_at_once(alice, bob, first):
    comments = [make_comment(bob, make_video(alice), "Buy!") for _ in range(2)]
    cases = [reported(comment, alice, "comment") for comment in comments]
    other = reported(bob, alice, "account")
    desk = signed_in(first)
    chosen = {"_selected_action": [case.pk for case in [*cases, other]]}
    said = desk.post("/admin/videos/case/", {"action": "remove_spam", **chosen}, follow=True).content.decode()
    assert "2 cases decided." in said
    assert "1 case is not about a comment." in said
    assert not Comment.objects.standing().exists()
    desk.post("/admin/videos/case/", {"action": "dismiss_chosen", **chosen})
    assert dict(Case.objects.values_list("pk", "state")) == dict.fromkeys(chosen["_selected_action"], "closed")


def test_a_second_person_answers_a_proposal(alice, bob, first, settings):
    settings.SUSPEND_ALONE_FOLLOWERS = 0
    follow(follower=bob, followee=alice)
    case = reported(alice, bob, "account")
    verdict = {"act": "suspend", "policy": "hate", "words": "Hateful.", "note": "Third time."}
    said = signed_in(first).post(f"/admin/videos/case/{case.pk}/change/", verdict, follow=True).content.decode()
    assert "a second person has to confirm it" in said
    second = signed_in(make_moderator("second"))
    assert "Third time." in second.get(f"/admin/videos/case/{case.pk}/change/").content.decode()
    second.post(f"/admin/videos/case/{case.pk}/second/", shown(case) | {"confirm": "1"})
    assert not User.objects.get(pk=alice.pk).is_active
    assert not Proposal.objects.exists()


def shown(case):
    """What the page of a proposal sends with the answer to it."""
    return {"made_at": Proposal.objects.get(pk=case.pk).made_at.isoformat()}


def test_an_old_page_answers_no_other_proposal(alice, bob, first, settings):
    settings.SUSPEND_ALONE_FOLLOWERS = -1
    case = reported(alice, bob, "account")
    verdict = {"case": case, "by": first, "act": "suspend", "policy": "hate"}
    old = moderation.decide(**verdict, until=timezone.now() + timedelta(days=1))
    on_the_page = shown(case)
    moderation.turn_down(proposal=old, by=first)
    second, answer = signed_in(make_moderator("second")), f"/admin/videos/case/{case.pk}/second/"
    assert "answered already" in second.post(answer, on_the_page | {"confirm": "1"}, follow=True).content.decode()
    moderation.decide(**verdict)
    for forged in (on_the_page, {"made_at": "2026-13-01"}, {}):
        assert "answered already" in second.post(answer, forged | {"confirm": "1"}, follow=True).content.decode()
    with pytest.raises(Refused, match="answered already"):
        moderation.confirm(proposal=old, by=make_moderator("third"))
    assert User.objects.get(pk=alice.pk).is_active
    assert Proposal.objects.exists()


def test_what_was_written_is_kept_when_a_decision_is_refused(alice, bob, first):
    case = reported(make_video(alice), bob, "video")
    desk, url = signed_in(first), f"/admin/videos/case/{case.pk}/change/"
    given = {"act": "remove", "words": "A long explanation", "note": "For us alone"}
    page = desk.post(url, given).content.decode()
    for kept in ("Choose the rule", "A long explanation", "For us alone", 'value="remove" accesskey="r" checked'):
        assert kept in page
    late = desk.post(url, given | {"until_0": "2020-01-01", "until_1": "10:00", "policy": "hate"}).content.decode()
    assert "A long explanation" in late
    assert not Decision.objects.exists()
    lines = "\r\n".join(["x"] * 250)
    assert desk.post(url, given | {"words": lines, "policy": "hate"}).status_code == 302
    assert len(Decision.objects.get().words) == 499


def test_whose_time_is_over_holds_no_case(alice, bob, first):
    case = reported(make_video(alice), bob, "video")
    desk, pages = signed_in(first), ("/admin/videos/case/", f"/admin/videos/case/{case.pk}/change/")
    moderation.take(case=case, by=make_moderator("second"))
    assert all("@second" in desk.get(page).content.decode() for page in pages)
    Case.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    assert not any("@second" in desk.get(page).content.decode() for page in pages)


@pytest.mark.parametrize("answer", ["uphold", "overturn"])
def test_appeals_are_judged(alice, bob, first, answer):
    decision = moderation.act_on(make_video(alice), by=first, act="remove", policy="other", words="Not here.")
    moderation.appeal(decision=decision, account=alice, text="It is mine.")
    desk = signed_in(make_moderator("second"))
    assert f"/admin/videos/appeal/{decision.pk}/change/" in desk.get("/admin/videos/appeal/").content.decode()
    assert "It is mine." in desk.get(f"/admin/videos/appeal/{decision.pk}/change/").content.decode()
    desk.post(f"/admin/videos/appeal/{decision.pk}/change/", {answer: "1", "words": "Looked."})
    decision.appeal.refresh_from_db()
    assert decision.appeal.upheld is (answer == "uphold")


def test_what_was_not_reported_is_asked_about_before_a_case_is_opened(alice, first):
    desk, url = signed_in(first), f"/admin/videos/case/of/account/{alice.pk}/"
    assert "Open a case?" in desk.get(url).content.decode()
    assert not Case.objects.exists()
    assert desk.post(url)["Location"] == f"/admin/videos/case/{Case.objects.get().pk}/change/"


def test_acts_elsewhere_at_the_desk_are_decisions_too(alice, bob, first):
    video = make_video(alice)
    desk = signed_in(first)
    desk.post(f"/admin/videos/video/remove/?_selected_action={video.pk}", {"policy": "copyright", "words": "Stolen."})
    desk.post("/admin/videos/video/", {"action": "restore_chosen", "_selected_action": video.pk})
    standing = "/admin/accounts/user/standing"
    desk.post(f"{standing}/suspended/?_selected_action={bob.pk}", {"rule": "spam", "reason": "Spam."})
    desk.post(f"{standing}/unsuspended/?_selected_action={bob.pk}", {"reason": ""})
    acts = list(ModerationEvent.objects.exclude(act="open").order_by("pk").values_list("act", flat=True))
    assert acts == ["remove", "lift", "suspend", "lift"]
    assert list(Decision.objects.filter(undoes=None).order_by("pk").values_list("policy", flat=True)) == [
        "copyright",
        "spam",
    ]
    assert User.objects.get(pk=bob.pk).is_active
    assert Video.objects.get(pk=video.pk).state == Video.State.PUBLISHED


def test_the_log_is_read_only(alice, first):
    moderation.act_on(make_video(alice), by=first, act="warn", policy="other")
    desk, event = signed_in(first), ModerationEvent.objects.order_by("-pk").first()
    assert desk.get("/admin/videos/moderationevent/").status_code == 200
    assert desk.get(f"/admin/videos/moderationevent/{event.pk}/change/").status_code == 200
    assert desk.post(f"/admin/videos/moderationevent/{event.pk}/change/", {"act": "x"}).status_code == 403
    assert desk.get(f"/admin/videos/moderationevent/{event.pk}/delete/").status_code == 403


def test_not_for_who_may_not_decide(alice, bob):
    case = reported(make_video(alice), bob, "video")
    for account in (bob, make_account("clerk", is_staff=True)):
        desk = signed_in(account)
        for url in (f"case/{case.pk}/change/", "case/", "appeal/", "moderationevent/", f"case/of/video/{case.pk}/"):
            assert desk.get(f"/admin/videos/{url}").status_code in {302, 403}
    assert not ModerationEvent.objects.exists()


# --- What moderators do not read ------------------------------------------------------------------------------


@pytest.fixture
def secrets(alice):
    """alice's address, date of birth and password, and a video that is for her followers and nobody reported."""
    User.objects.filter(pk=alice.pk).update(email="hidden.address@example.org", birth_date="1991-02-03")
    return make_video(alice, visibility="followers", caption="Among ourselves")


@pytest.mark.parametrize(
    "guess",
    [
        "accounts/user/?email__startswith=hidden",
        "accounts/user/?email=hidden.address@example.org",
        "accounts/user/?password__startswith=argon",
        "accounts/user/?birth_date__lt=2000-01-01",
        "accounts/user/?videos__caption__startswith=Among",
        "videos/video/?caption__startswith=Among",
        "videos/video/?caption=Among+ourselves",
        "videos/video/?creator__email__startswith=hidden",
        "videos/video/?creator_id__email__startswith=hidden",
        "videos/case/?all_reports__reporter__handle=bob",
        "videos/case/?all_reports__text__contains=secret",
        "videos/comment/?text__startswith=Hush",
        "videos/comment/?author__email__startswith=hidden",
        "accounts/standingevent/?reason__startswith=a",
        "follows/follow/?follower__email__startswith=hidden",
    ],
)
def test_nothing_hidden_is_guessed_by_a_filter(first, secrets, guess):
    answer = signed_in(first).get(f"/admin/{guess}")
    assert answer.status_code == 400 or (answer.status_code == 302 and "e=1" in answer["Location"])


@pytest.mark.parametrize(
    "filtered", ["accounts/user/?standing=present&is_private__exact=0", "videos/case/?is=all&kind__exact=video"]
)
def test_what_a_list_offers_still_filters(first, secrets, filtered):
    assert signed_in(first).get(f"/admin/{filtered}").status_code == 200


def test_no_page_of_the_desk_says_what_moderators_need_not_know(alice, bob, first, secrets):
    """By id, by search, by the history of a row, by its links, by what completes a field."""
    case = reported(alice, bob, "account", text="She is rude")
    hidden = reported(bob, alice, "account")
    moderation.notify(
        name="Ada Lovelace", email="ada@example.org", kind="account", subject_id=alice.pk, reason="hate", text="Rude"
    )
    comment = make_comment(alice, secrets, "Hush")
    desk = signed_in(first)
    pages = [
        *[f"accounts/user/{alice.pk}/{page}" for page in ("change/", "history/")],
        *[f"accounts/user/?q={term}" for term in ("hidden", "alice")],
        *[f"videos/video/{secrets.pk}/{page}" for page in ("change/", "history/")],
        *[f"videos/video/?q={term}" for term in ("ourselves", "alice")],
        *[f"videos/case/{each.pk}/change/" for each in (case, hidden)],
        *[f"videos/comment/{comment.pk}/{page}" for page in ("change/", "history/")],
        "videos/comment/?q=Hush",
        f"videos/case/of/video/{secrets.pk}/",
        f"videos/case/of/comment/{comment.pk}/",
        f"videos/case/{case.pk}/history/",
        "videos/moderationevent/",
        f"search/?s={alice.handle}",
        "search/?s=ourselves",
        "autocomplete/?app_label=videos&model_name=case&field_name=taken_by&term=hidden",
        "autocomplete/?app_label=videos&model_name=publication&field_name=video&term=ourselves",
        "videos/notice/",
        "videos/report/",
        "account/emailaddress/",
        "accounts/login/",
        "sessions/session/",
        "authtoken/tokenproxy/",
    ]
    for page in pages:
        for answer in (desk.get(f"/admin/{page}"), desk.post(f"/admin/{page}") if "/of/" in page else None):
            text = answer.content.decode() if answer else ""
            for secret in (
                "hidden.address",
                "1991",
                "Among ourselves",
                "Hush</",
                "ada@example.org",
                "Lovelace",
                "argon2",
            ):
                assert secret not in text, f"{page} says {secret}"
        assert "@bob" not in desk.get(f"/admin/videos/case/{case.pk}/change/").content.decode(), "who reported"
    for path in (f"videos/{secrets.pk}/", f"videos/{secrets.pk}/comments/", "accounts/alice/videos/"):
        assert "Among ourselves" not in desk.get(f"/api/v1/{path}").content.decode()
    assert desk.get(secrets.hls_url).status_code == desk.get(secrets.poster_url).status_code == 404
    assert not Case.objects.filter(kind__in=["video", "comment"]).exists()


def test_pages_of_the_desk_cost_the_same_for_one_row_as_for_ten(alice, bob, first, settings):
    """The queue, a case, appeals, the log."""
    settings.COMMENTS_PER_MINUTE = 1000

    def add(number):
        for _ in range(number):
            comment = make_comment(alice, video, f"No {Comment.objects.count()}")
            decision = moderation.decide(
                case=reported(comment, bob, "comment"), by=make_boss(), act="warn", policy="spam", words="No"
            )
            moderation.appeal(decision=decision, account=alice, text="No")
            moderation.take(
                case=reported(make_comment(alice, video, f"No {Comment.objects.count()}"), bob, "comment"), by=first
            )
        for _ in range(number):
            moderation.report(
                reporter=make_account(f"fan{Report.objects.count()}"), kind="video", subject_id=video.pk, reason="hate"
            )

    def costs():
        return [cost(desk, f"/admin/videos/{page}") for page in pages]

    video = make_video(alice)
    case = reported(video, bob, "video")
    comment = make_comment(alice, video)
    thread = reported(comment, bob, "comment")
    pages = [
        "case/?is=all",
        f"case/{case.pk}/change/",
        f"case/{thread.pk}/change/",
        "appeal/?is=all",
        "moderationevent/",
    ]
    desk = signed_in(first)
    add(1)
    costs()
    with_one = costs()
    add(9)
    for number in range(9):
        make_reply(bob, comment, f"Yes {number}")
    assert costs() == with_one


def cost(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def make_boss():
    boss = User.objects.filter(handle="boss").first() or make_account("boss", is_staff=True)
    boss.is_superuser = True
    return boss
