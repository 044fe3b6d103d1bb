"""The moderators' queue in the desk."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows.services import follow
from videos.models import Case, Comment, Decision, ModerationEvent, Proposal, Video
from videos.services import Refused, moderation
from videos.tests.factories import make_comment, make_video

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
