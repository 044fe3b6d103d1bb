"""Reports, cases, decisions, appeals: what each does, that it is done once, and that lifting brings everything back."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import StandingEvent, User
from accounts.services import end_suspension_if_over
from accounts.tests.factories import make_account
from follows.models import Follow
from follows.services import follow
from videos import services
from videos.models import Appeal, Case, Comment, Decision, ModerationEvent, Proposal, Report, Video
from videos.models.moderation import HARM, Act, Kind
from videos.selectors import moderation as selectors
from videos.services import Refused, moderation
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(db):
    account = make_account("second", is_staff=True)
    return in_the_group(account)


def in_the_group(account):
    from django.contrib.auth.models import Group

    account.groups.add(Group.objects.get(name="Moderators"))
    return User.objects.get(pk=account.pk)


@pytest.fixture
def first(db):
    return in_the_group(make_account("first", is_staff=True))


def say(reporter, thing, reason="spam", text=""):
    kind = {Video: Kind.VIDEO, Comment: Kind.COMMENT, User: Kind.ACCOUNT}[type(thing)]
    return moderation.report(reporter=reporter, kind=kind, subject_id=thing.pk, reason=reason, text=text)


def case_of(thing, reporter, reason="spam"):
    return say(reporter, thing, reason).case


def decide(case, by, act, **more):
    return moderation.decide(case=case, by=by, act=act, **({"policy": "spam", "words": "Not here."} | more))


def test_reports_join_one_case_and_move_it_up(alice, bob):
    carla = make_account("carla")
    follow(follower=bob, followee=alice)
    video = make_video(alice)
    report = say(bob, video, "spam", " Look. ")
    assert say(bob, video, "hate") == report
    other = say(carla, video, "violence")
    case = Case.objects.get()
    assert (report.case, other.case, case.reports, case.harm) == (case, case, 2, HARM["violence"])
    assert (report.text, case.reach, case.account_id) == ("Look.", 1, alice.pk)


def test_only_what_one_sees_and_nothing_of_ones_own(alice, bob):
    hidden = make_video(alice, visibility="only_me")
    for thing, by in [(hidden, bob), (make_video(alice), alice), (bob, bob)]:
        with pytest.raises(Refused):
            say(by, thing)
    with pytest.raises(Refused):
        say(bob, make_video(alice), "nonsense")
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_without_an_account(alice):
    video = make_video(alice)
    given = {"name": "Ada", "email": "ada@example.org", "reason": "copyright", "text": "Mine."}
    notice = moderation.notify(kind="video", subject_id=video.pk, **given)
    assert moderation.notify(kind="video", subject_id=video.pk, **given) == notice
    moderation.notify(kind="video", subject_id=video.pk, **given | {"text": "Mine, too."})
    assert Case.objects.get().reports == Report.objects.count() == 2
    assert len(notice.receipt) > 20
    assert notice.report.reporter is None
    with pytest.raises(Refused):
        moderation.notify(kind="video", subject_id=make_video(alice, visibility="only_me").pk, **given)


def test_a_flag_is_said_once_in_a_case(alice, bob, first):
    flags = [moderation.flag(kind="account", subject_id=alice.pk, flag="storm") for _ in range(2)]
    assert flags[0] == flags[1]
    decide(flags[0].case, first, Act.DISMISS)
    assert moderation.flag(kind="account", subject_id=alice.pk, flag="storm").case != flags[0].case


def test_a_case_is_in_one_moderators_hands(alice, bob, first, second):
    case = case_of(make_video(alice), bob)
    moderation.take(case=case, by=first)
    for act in (lambda: moderation.take(case=case, by=second), lambda: decide(case, second, Act.DISMISS)):
        with pytest.raises(Refused, match="Somebody else"):
            act()
    Case.objects.update(taken_until=Now() - timedelta(seconds=1))
    moderation.take(case=case, by=second)
    moderation.release(case=case, by=second)
    decide(case, first, Act.DISMISS)


@pytest.mark.parametrize("act", [Act.REMOVE, Act.LIMIT, Act.RESTRICT, Act.SUSPEND])
def test_lifting_brings_everything_back(alice, bob, first, act):
    follow(follower=bob, followee=alice)
    video = make_video(alice)
    before = stands(alice, video)
    decision = decide(case_of(video, bob), first, act)
    assert stands(alice, video) != before
    assert Follow.objects.active().filter(follower=bob, followee=alice).exists()
    assert moderation.lift(decision=decision, by=first) == moderation.lift(decision=decision, by=first)
    assert stands(alice, video) == before
    acts = list(ModerationEvent.objects.order_by("pk").values_list("act", flat=True))
    assert acts == [act, Act.LIFT]
    done, undone = ModerationEvent.objects.order_by("pk")
    assert done.before != done.after
    assert done.before["video"] == undone.after["video"]


def stands(account, video):
    account.refresh_from_db()
    video.refresh_from_db()
    return (
        account.is_active,
        account.suspended_until,
        video.state,
        video.removal_reason,
        video.is_limited,
        video.for_adults,
    )


def test_comments_are_removed_and_restored(alice, bob, first):
    comment = make_comment(bob, make_video(alice))
    decision = decide(case_of(comment, alice), first, Act.REMOVE)
    assert not Comment.objects.standing().exists()
    moderation.lift(decision=decision, by=first)
    assert Comment.objects.standing().exists()


def test_sent_twice_it_is_one_decision_and_another_one_is_refused(alice, bob, first, second):
    case = case_of(make_video(alice), bob)
    assert decide(case, first, Act.REMOVE) == decide(case, first, Act.REMOVE)
    with pytest.raises(Refused, match="decided already"):
        decide(case, second, Act.DISMISS)
    assert Decision.objects.count() == 1


def test_what_its_creator_deleted_before_is_handed_back_to_them(alice, bob, first):
    video = make_video(alice)
    case = case_of(video, bob)
    services.remove(by=alice, video=video)
    decision = decide(case, first, Act.REMOVE)
    with pytest.raises(Refused):
        services.restore(by=alice, video=video)
    moderation.lift(decision=decision, by=first)
    video.refresh_from_db()
    assert (video.state, video.removed_by) == (Video.State.REMOVED, alice)
    services.restore(by=alice, video=video)
    assert Video.objects.get(pk=video.pk).state == Video.State.PUBLISHED


def test_of_two_decisions_that_demand_the_same_both_have_to_be_lifted(alice, bob, first):
    carla = make_account("carla")
    video, other = make_video(alice), make_video(alice)
    for_a_week = decide(case_of(video, bob), first, Act.SUSPEND, until=timezone.now() + timedelta(days=7))
    case = moderation.open_case(by=first, kind="account", subject_id=alice.pk)
    for_good = decide(case, first, Act.SUSPEND)
    alice.refresh_from_db()
    assert alice.suspended_until is None
    moderation.lift(decision=for_good, by=first)
    alice.refresh_from_db()
    assert alice.suspended_until == for_a_week.until
    assert not alice.is_active
    moderation.lift(decision=for_a_week, by=first)
    alice.refresh_from_db()
    assert alice.is_active
    assert alice.suspended_until is None
    assert carla.is_active
    assert other.state == Video.State.PUBLISHED


def test_a_suspension_ends_at_its_hour_and_log_in_does_not_wait_for_the_sweep(alice, bob, first, monkeypatch):
    case = case_of(make_video(alice), bob)
    soon = timezone.now() + timedelta(seconds=30)
    decision = decide(case, first, Act.SUSPEND, until=soon)
    end_suspension_if_over(account=alice)
    alice.refresh_from_db()
    assert not alice.is_active
    assert moderation.lift_due() == 0
    User.objects.filter(pk=alice.pk).update(suspended_until=Now() - timedelta(seconds=1))
    end_suspension_if_over(account=alice)
    alice.refresh_from_db()
    assert alice.is_active
    monkeypatch.setattr("videos.services.moderation.lifting.Now", lambda: soon + timedelta(seconds=1))
    assert (moderation.lift_due(), moderation.lift_due()) == (1, 0)
    lift = Decision.objects.get(undoes=decision)
    assert ModerationEvent.objects.get(act=Act.LIFT).actor_id is None
    assert lift.account_id == alice.pk
    assert StandingEvent.objects.filter(account_id=alice.pk, act="unsuspended").count() == 1


def test_many_followers_take_two_moderators(alice, bob, first, second, settings):
    settings.SUSPEND_ALONE_FOLLOWERS = 0
    follow(follower=bob, followee=alice)
    case = case_of(alice, bob)
    proposal = decide(case, first, Act.SUSPEND, note="Sure.")
    assert isinstance(proposal, Proposal)
    assert proposal.reach == 1
    assert decide(case, first, Act.SUSPEND) == proposal
    alice.refresh_from_db()
    assert alice.is_active
    with pytest.raises(Refused, match="your own proposal"):
        moderation.confirm(proposal=proposal, by=first)
    decision = moderation.confirm(proposal=proposal, by=second)
    alice.refresh_from_db()
    assert (decision.by_id, decision.seconded_by_id, decision.note) == (first.pk, second.pk, "Sure.")
    assert not alice.is_active
    assert not Proposal.objects.exists()
    appeal = moderation.appeal(decision=decision, account=alice, text="No.")
    for by in (first, second):
        with pytest.raises(Refused, match="Somebody else judges"):
            moderation.judge(appeal=appeal, by=by, upheld=True)


def test_a_proposal_that_is_turned_down_opens_the_case_again(alice, bob, first, second, settings):
    settings.SUSPEND_ALONE_FOLLOWERS = 0
    follow(follower=bob, followee=alice)
    case = case_of(alice, bob)
    proposal = decide(case, first, Act.SUSPEND)
    with pytest.raises(Refused, match="second person"):
        decide(case, second, Act.DISMISS)
    moderation.turn_down(proposal=proposal, by=second)
    assert decide(case, second, Act.WARN).act == Act.WARN
    assert list(ModerationEvent.objects.order_by("pk").values_list("act", flat=True)) == [
        "propose",
        "turn_down",
        "warn",
    ]


@pytest.mark.parametrize("upheld", [True, False])
def test_one_appeal_judged_by_somebody_else(alice, bob, first, second, upheld):
    decision = decide(case_of(make_video(alice), bob), first, Act.SUSPEND)
    alice.refresh_from_db()
    appeal = moderation.appeal(decision=decision, account=alice, text=" Please look again. ")
    assert moderation.appeal(decision=decision, account=alice, text="Again.") == appeal
    judged = moderation.judge(appeal=appeal, by=second, upheld=upheld, words="We looked.")
    assert moderation.judge(appeal=appeal, by=second, upheld=upheld) == judged
    with pytest.raises(Refused):
        moderation.judge(appeal=appeal, by=second, upheld=not upheld)
    alice.refresh_from_db()
    assert alice.is_active is not upheld
    assert Appeal.objects.get().text == "Please look again."
    assert Decision.objects.filter(undoes=decision).exists() is not upheld


def test_a_decision_needs_a_rule_and_a_time_to_come(alice, bob, first):
    case = case_of(make_video(alice), bob)
    for more in (
        {"act": Act.REMOVE, "policy": ""},
        {"act": Act.SUSPEND, "until": timezone.now()},
        {"act": Act.REMOVE, "until": timezone.now() + timedelta(days=1)},
    ):
        with pytest.raises(Refused):
            decide(case, first, **more)
    assert not Decision.objects.exists()


def test_looking_at_what_not_everybody_may_see_is_written_down(alice, bob, first):
    follow(follower=bob, followee=alice)
    open_case = case_of(make_video(alice), bob)
    closed_case = case_of(make_video(alice, visibility="followers"), bob)
    for case in (open_case, closed_case, closed_case):
        moderation.look(case=case, by=first)
    assert list(ModerationEvent.objects.values_list("act", "case_id")) == [("look", closed_case.pk)]


def test_what_nobody_reported_and_is_not_for_everybody_moderators_do_not_open(alice, bob, first, client):
    """A case would open its files to them: their own wish is no reason."""
    video = make_video(alice, visibility="followers", caption="Among us")
    with pytest.raises(Refused) as refused:
        moderation.open_case(by=first, kind=Kind.VIDEO, subject_id=video.pk)
    assert refused.value.code == "private"
    client.force_login(first)
    assert client.get(video.hls_url).status_code == 404
    assert "Among us" not in client.get("/admin/videos/video/?q=Among").content.decode()
    follow(follower=bob, followee=alice)
    say(bob, video)
    assert client.get(video.hls_url).getvalue()
    assert "Among us" in client.get("/admin/videos/video/?q=Among").content.decode()


def test_lifting_takes_the_right_to_decide_so(alice, bob, first):
    decision = decide(case_of(alice, bob), first, Act.SUSPEND)
    helper = in_the_group(make_account("helper", is_staff=True))
    group = helper.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="suspend_user"))
    helper = User.objects.get(pk=helper.pk)
    for act in (lambda: moderation.lift(decision=decision, by=helper), lambda: moderation.put_back(alice, by=helper)):
        with pytest.raises(Refused):
            act()
    assert User.objects.get(pk=alice.pk).suspended_at


def test_an_appeal_against_what_was_lifted_is_not_upheld(alice, bob, first, second):
    decision = decide(case_of(make_video(alice), bob), first, Act.REMOVE)
    appeal = moderation.appeal(decision=decision, account=alice, text="No")
    moderation.lift(decision=decision, by=first)
    with pytest.raises(Refused):
        moderation.judge(appeal=appeal, by=second, upheld=True)
    assert moderation.judge(appeal=appeal, by=second, upheld=False).upheld is False


def test_the_next_case_is_not_one_that_somebody_left_lying_nor_ones_own(alice, bob, first, second):
    decided, left, own = (case_of(thing, bob) for thing in (make_video(alice), make_video(alice), second))
    moderation.take(case=left, by=first)
    assert selectors.next_case(decided, second) is None
    Case.objects.filter(pk=left.pk).update(taken_until=Now() - timedelta(seconds=1))
    assert selectors.next_case(decided, second) == left
    assert own.account_id == second.pk


def test_a_video_that_is_gone_takes_no_comment_of_its_number_along(alice, bob, first):
    video = make_video(alice)
    case = case_of(video, bob)
    comment = make_comment(bob, video)
    while Video.objects.filter(pk=comment.pk).exists():
        comment = make_comment(bob, video)
    Case.objects.filter(pk=case.pk).update(subject_id=comment.pk)
    case.refresh_from_db()
    decision = decide(case, first, Act.REMOVE)
    assert Comment.objects.standing().filter(pk=comment.pk).exists()
    services.remove_comment(by=bob, comment=comment)
    moderation.lift(decision=decision, by=first)
    assert not Comment.objects.standing().filter(pk=comment.pk).exists()


def test_of_two_removals_the_first_knew_that_its_creator_had_deleted_it(alice, bob, first, second):
    video = make_video(alice)
    cases = [case_of(video, bob), None]
    services.remove(by=alice, video=video)
    decisions = [decide(cases[0], first, Act.REMOVE)]
    cases[1] = moderation.open_case(by=second, kind=Kind.VIDEO, subject_id=video.pk)
    decisions.append(decide(cases[1], second, Act.REMOVE))
    for decision in decisions:
        moderation.lift(decision=decision, by=first)
    video.refresh_from_db()
    assert (video.state, video.removed_by) == (Video.State.REMOVED, alice)


def test_what_was_removed_at_the_desk_is_not_removed_again(alice, bob, first, second):
    for thing in (make_video(alice), make_comment(bob, make_video(alice))):
        decisions = [moderation.act_on(thing, by=by, act=Act.REMOVE, policy="other") for by in (first, first, second)]
        assert len({decision.pk for decision in decisions}) == 1
    moderation.act_on(alice, by=first, act=Act.SUSPEND, policy="other")
    moderation.put_back(alice, by=first)
    again = moderation.act_on(alice, by=first, act=Act.SUSPEND, policy="other")
    assert User.objects.get(pk=alice.pk).suspended_at
    assert moderation.act_on(alice, by=second, act=Act.SUSPEND, policy="other") == again
    assert not Case.objects.exclude(state=Case.State.CLOSED).exists()
    assert moderation.act_on(alice, by=first, act=Act.WARN, policy="other") != moderation.act_on(
        alice, by=first, act=Act.WARN, policy="other"
    )


def test_moderators_bring_nothing_of_their_own_back(alice, first, second):
    """The staff is decided about by administrators, who are staff themselves."""
    User.objects.filter(pk=second.pk).update(is_superuser=True)
    boss = User.objects.get(pk=second.pk)
    video = make_video(first)
    comment = make_comment(first, make_video(alice))
    for thing in (video, comment):
        moderation.act_on(thing, by=boss, act=Act.REMOVE, policy="other")
    for act in (
        lambda: services.restore(by=first, video=video),
        lambda: services.restore_comment(by=first, comment=comment),
    ):
        with pytest.raises(Refused):
            act()


def test_a_comment_under_a_private_video_is_opened_when_it_was_reported(alice, bob, first, client):
    follow(follower=bob, followee=alice)
    comment = make_comment(bob, make_video(alice, visibility="followers", caption="Among us"), "Hush")
    with pytest.raises(Refused) as refused:
        moderation.open_case(by=first, kind=Kind.COMMENT, subject_id=comment.pk)
    assert refused.value.code == "private"
    case = case_of(comment, alice)
    client.force_login(first)
    assert "Hush" in client.get(f"/admin/videos/case/{case.pk}/change/").content.decode()
    assert ModerationEvent.objects.get(act="look").case_id == case.pk
    page = client.get(f"/admin/videos/comment/{comment.pk}/change/").content.decode()
    assert "Hush" in page
    assert "Among us" not in page


def test_nobody_shuts_the_door_on_moderators_after_a_report(alice, bob, first, client):
    video = make_video(alice)
    case = case_of(video, bob)
    services.edit(creator=alice, video=video, visibility="only_me")
    client.force_login(first)
    assert video.hls_url in client.get(f"/admin/videos/case/{case.pk}/change/").content.decode()
    assert client.get(video.hls_url).getvalue()
    assert ModerationEvent.objects.get(act="look").case_id == case.pk


def test_the_next_case_is_one_that_one_may_decide(alice, bob, first, second):
    decided, of_staff = case_of(make_video(alice), bob), case_of(second, bob)
    assert selectors.next_case(decided, first) is None
    first.is_superuser = True
    assert selectors.next_case(decided, first) == of_staff
