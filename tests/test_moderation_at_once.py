"""Everything that people and moderators do about the same few things at the same moment, on real connections. Afterwards
the log is read from its beginning: what it says is how things stand, nothing is lost, nothing was done twice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Erasure, User
from accounts.services.erasure import begin as begin_erasure
from accounts.tests.factories import make_account
from feeds.audit import CHECKS as FEEDS
from feeds.models import Notification
from follows import services as follows
from follows.audit import CHECKS as FOLLOWS
from follows.tests.clients import Clients, clients
from socialvideo.lib.testing import broken
from videos import services as videos
from videos.audit import CHECKS as VIDEOS
from videos.models import Appeal, Case, Comment, Decision, ModerationEvent, Notice, Proposal, Report, Video
from videos.models.moderation import Act, Kind
from videos.services import Refused, erasure, moderation
from videos.services.moderation.rules import ACTS
from videos.services.moderation.things import account_of, things
from videos.tests.factories import finish, make_comment, make_video, upload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("two_decide_about_the_followed")]

Dice = random.Random


@pytest.fixture
def two_decide_about_the_followed(settings: Any) -> None:
    settings.SUSPEND_ALONE_FOLLOWERS = 0


def make_moderator(handle: str) -> User:
    account = make_account(handle)
    User.objects.filter(pk=account.pk).update(is_staff=True, is_superuser=True)
    return User.objects.get(pk=account.pk)


class Court:
    """alice, who is followed, and bob, who report each other; carla, who leaves; fans; three moderators."""

    def __init__(self) -> None:
        self.alice, self.bob, self.carla = (make_account(name) for name in ("alice", "bob", "carla"))
        self.fans = [make_account(f"fan{n}") for n in range(3)]
        follows.follow(follower=self.fans[0], followee=self.alice)
        self.moderators = [make_moderator(f"moderator{n}") for n in range(3)]
        self.things: list[Any] = []
        for account in (self.alice, self.bob, self.carla):
            video = make_video(account)
            self.things += [account, video, make_comment(account, video)]

    # --- Who does something, and what about ---

    def anybody(self, dice: Dice) -> User:
        return dice.choice([*self.fans, self.alice, self.bob])

    def a_moderator(self, dice: Dice) -> User:
        return User.objects.get(pk=dice.choice(self.moderators).pk)

    def a_thing(self, dice: Dice) -> tuple[str, int]:
        thing = dice.choice(self.things)
        return {User: Kind.ACCOUNT, Video: Kind.VIDEO, Comment: Kind.COMMENT}[type(thing)], thing.pk

    def a_video(self, dice: Dice) -> Video:
        return Video.objects.select_related("creator").get(pk=dice.choice([self.things[1], self.things[4]]).pk)

    # --- What they do ---

    def report(self, dice: Dice) -> Any:
        kind, pk = self.a_thing(dice)
        return moderation.report(reporter=self.anybody(dice), kind=kind, subject_id=pk, reason="hate")

    def notify(self, dice: Dice) -> Any:
        kind, pk = self.a_thing(dice)
        given = {"name": "Ada", "email": "ada@example.org", "reason": "hate", "text": str(dice.random())}
        return moderation.notify(kind=kind, subject_id=pk, **given)

    def open_case(self, dice: Dice) -> Any:
        kind, pk = self.a_thing(dice)
        return moderation.open_case(by=self.a_moderator(dice), kind=kind, subject_id=pk)

    def take(self, dice: Dice) -> Any:
        return (case := some(Case, dice)) and moderation.take(case=case, by=self.a_moderator(dice))

    def release(self, dice: Dice) -> Any:
        return (case := some(Case, dice)) and moderation.release(case=case, by=self.a_moderator(dice))

    def decide(self, dice: Dice) -> Any:
        case = some(Case, dice, state=Case.State.OPEN)
        if case is None:
            return None
        act = dice.choice(ACTS[case.kind])
        for_a_time = act in {Act.SUSPEND, Act.LIMIT, Act.RESTRICT} and dice.random() < 0.5
        until = timezone.now() + timedelta(milliseconds=100) if for_a_time else None
        return moderation.decide(case=case, by=self.a_moderator(dice), act=act, policy="hate", words="No", until=until)

    def confirm(self, dice: Dice) -> Any:
        return (one := some(Proposal, dice)) and moderation.confirm(proposal=one, by=self.a_moderator(dice))

    def turn_down(self, dice: Dice) -> Any:
        return (one := some(Proposal, dice)) and moderation.turn_down(proposal=one, by=self.a_moderator(dice))

    def lift(self, dice: Dice) -> Any:
        return (one := some(Decision, dice)) and moderation.lift(decision=one, by=self.a_moderator(dice))

    def appeal(self, dice: Dice) -> Any:
        if (one := some(Decision, dice)) is None:
            return None
        return moderation.appeal(decision=one, account=User.objects.get(pk=one.account_id), text="I did not")

    def judge(self, dice: Dice) -> Any:
        upheld = dice.random() < 0.5
        return (one := some(Appeal, dice)) and moderation.judge(appeal=one, by=self.a_moderator(dice), upheld=upheld)

    def act_on(self, dice: Dice) -> Any:
        kind, pk = self.a_thing(dice)
        thing = things(kind).filter(pk=pk).first()
        act = Act.SUSPEND if kind == Kind.ACCOUNT else Act.REMOVE
        return thing and moderation.act_on(thing, by=self.a_moderator(dice), act=act, policy="other")

    def put_back(self, dice: Dice) -> Any:
        kind, pk = self.a_thing(dice)
        thing = things(kind).filter(pk=pk).first()
        return thing and moderation.put_back(thing, by=self.a_moderator(dice))

    def lift_due(self, dice: Dice) -> int:
        return moderation.lift_due()

    def delete(self, dice: Dice) -> Any:
        video = self.a_video(dice)
        return videos.remove(by=video.creator, video=video)

    def restore(self, dice: Dice) -> Any:
        video = self.a_video(dice)
        return videos.restore(by=video.creator, video=video)

    def turn(self, dice: Dice) -> Any:
        video = self.a_video(dice)
        visibility = dice.choice(["everyone", "followers", "only_me"])
        return videos.edit(creator=video.creator, video=video, visibility=visibility)

    def go_and_come(self, dice: Dice) -> Any:
        account = User.objects.get(pk=dice.choice([self.alice, self.bob]).pk)
        return accounts.deactivate(account=account) and accounts.reactivate(account=account)

    def bring(self, dice: Dice) -> Any:
        """Reported, as soon as it is out."""
        video = upload(dice.choice([self.alice, self.bob]))
        self.things.append(video)
        return finish(video)

    def leave(self) -> None:
        """carla is erased, with everything that was reported of her."""
        accounts.ask_for_deletion(account=User.objects.get(pk=self.carla.pk))
        Erasure.objects.filter(pk=self.carla.pk).update(due_at=timezone.now())
        begin_erasure(self.carla.pk)
        while erasure.erase(self.carla.pk):
            pass

    OFTEN = (report, report, decide, decide, lift, appeal, judge, act_on, put_back)
    SELDOM = (notify, open_case, take, release, confirm, turn_down, lift_due, delete, restore, turn, go_and_come, bring)

    def storm(self, people: Clients, seed: str, acts: int) -> None:
        dice = Dice(seed)
        for _ in range(acts):
            people.ask(partial(dice.choice(self.OFTEN + self.SELDOM), self, dice))


def some(model: Any, dice: Dice, **which: Any) -> Any:
    """One of the newest, so that many go for the same."""
    return dice.choice([*model.objects.filter(**which).order_by("-pk")[:3]] or [None])


def rage(*, seed: int, number: int, acts: int) -> Court:
    court = Court()
    with clients(number, seed=seed, allowed=(Refused,)) as people:
        storms = [partial(court.storm, people, f"{seed} {client}", acts) for client in range(number - 1)]
        people.at_once(*storms, court.leave)
    return court


# --- What has to be so afterwards -----------------------------------------------------------------------------


def assert_all_is_so() -> None:
    assert_the_log_is_how_things_stand()
    for video in Video.objects.filter(creator__erased_at=None):
        assert_stands(video, Kind.VIDEO, video.pk, Act.REMOVE, removed_by_others(video))
        assert_stands(video, Kind.VIDEO, video.pk, Act.RESTRICT, video.for_adults)
        assert_stands(video, Kind.VIDEO, video.pk, Act.LIMIT, video.is_limited)
    for comment in Comment.objects.filter(author__erased_at=None).exclude(author=None):
        assert_stands(comment, Kind.COMMENT, comment.pk, Act.REMOVE, comment.removed_at is not None)
    for account in User.objects.filter(erased_at=None):
        assert_stands(account, Kind.ACCOUNT, account.pk, Act.LIMIT, account.is_limited)
        standing = Decision.objects.filter(account_id=account.pk, act=Act.SUSPEND, undone_by=None)
        assert standing.exists() == bool(account.suspended_at), f"{account}: {list(standing)}"
    assert_each_case_is_whole()
    assert_everything_is_told_once()
    assert broken([*FEEDS, *VIDEOS, *FOLLOWS]) == {}


def removed_by_others(video: Video) -> bool:
    return video.state == Video.State.REMOVED and video.removed_by_id != video.creator_id


def assert_stands(thing: Any, kind: str, pk: int, act: str, is_so: bool) -> None:
    standing = Decision.objects.filter(case__kind=kind, case__subject_id=pk, act=act, undone_by=None)
    assert standing.exists() == is_so, f"{thing} {act}: {list(standing)}"


MODERATED = {"account": ("suspended_at", "suspended_until", "is_limited"), "video": ("is_limited", "for_adults")}


def assert_the_log_is_how_things_stand() -> None:
    """Each act found what the one before had left, and the last left what there is."""
    left: dict[tuple[str, int], dict[str, Any]] = {}
    for event in ModerationEvent.objects.order_by("pk"):
        for of, fields in MODERATED.items():
            thing = (of, event.subject_id if of != "account" else _account_of(event))
            if of in event.before and of in event.after:
                before, after = ({name: part[of].get(name) for name in fields} for part in (event.before, event.after))
                assert left.get(thing, before) == before, f"{event}: something happened that is not in the log"
                left[thing] = after
    for (of, pk), said in left.items():
        row = {"account": User, "video": Video}[of].objects.filter(pk=pk).values(*MODERATED[of]).first()
        if row is not None:
            assert {name: bool(value) for name, value in row.items()} == {n: bool(value) for n, value in said.items()}


def _account_of(event: ModerationEvent) -> int:
    if event.case_id:
        return Case.objects.get(pk=event.case_id).account_id
    return account_of(things(event.kind).get(pk=event.subject_id)) or 0


def assert_each_case_is_whole() -> None:
    reports = Counter(Report.objects.values_list("case_id", flat=True))
    decided = Counter(Decision.objects.exclude(act=Act.LIFT).values_list("case_id", flat=True))
    events = ModerationEvent.objects.filter(act__in=Act.values, after__has_key="decision")
    written = Counter(event.after["decision"] for event in events)
    proposed = set(Proposal.objects.values_list("pk", flat=True))
    for case in Case.objects.all():
        assert case.reports == reports[case.pk], f"{case} lost a report"
        assert decided[case.pk] == (case.state == Case.State.CLOSED), f"{case} was decided {decided[case.pk]} times"
        assert (case.pk in proposed) == (case.state == Case.State.SECOND)
    for decision in Decision.objects.exclude(act=Act.LIFT):
        assert written[decision.pk] == 1, f"{decision} is in the log {written[decision.pk]} times"
    for appeal in Appeal.objects.filter(upheld=False):
        assert Decision.objects.filter(undoes=appeal.decision_id).exists()


def assert_everything_is_told_once() -> None:
    told = Counter(Notification.objects.values_list("event_key", flat=True))
    for decision in Decision.objects.exclude(act__in=[Act.DISMISS, Act.LIFT]).select_related("case"):
        if (decision.act, decision.case.kind) == (Act.REMOVE, Kind.VIDEO):
            continue  # its removal tells
        if not User.objects.filter(pk=decision.account_id, erased_at=None).exists():
            continue
        assert told[f"decision:{decision.pk}"] == 1
        assert told[f"lift:{decision.pk}"] == Decision.objects.filter(undoes=decision).count()


def test_whatever_happens_at_once_is_as_the_log_says() -> None:
    rage(seed=1, number=8, acts=30)
    while moderation.lift_due():
        pass
    assert_all_is_so()
    acts = set(ModerationEvent.objects.values_list("act", flat=True))
    assert acts >= {"remove", "suspend", "lift", "propose"}, "the storm was none"


# --- Two at once ----------------------------------------------------------------------------------------------


class Duel:
    """One account, its video with an open case, and two moderators."""

    def __init__(self, people: Clients) -> None:
        name = f"duel{User.objects.count()}"
        self.people = people
        self.creator, self.fan = make_account(name), make_account(f"fan_{name}")
        self.first, self.second, self.third = (make_moderator(f"{name}_{n}") for n in range(3))
        self.video = make_video(self.creator)
        self.case = moderation.report(reporter=self.fan, **self.about(self.video)).case

    @staticmethod
    def about(video: Video) -> dict[str, Any]:
        return {"kind": Kind.VIDEO, "subject_id": video.pk, "reason": "hate"}

    def at_once(self, *acts: Callable[[], Any]) -> list[Any]:
        return self.people.at_once(*acts)

    def deciding(self, by: User, act: str, **more: Any) -> Callable[[], Any]:
        return lambda: moderation.decide(case=Case.objects.get(pk=self.case.pk), by=by, act=act, policy="hate", **more)

    @property
    def decisions(self) -> list[str]:
        return list(Decision.objects.filter(account_id=self.creator.pk).order_by("pk").values_list("act", flat=True))


def refused(replies: list[Any]) -> list[str]:
    return sorted(reply.code for reply in replies if isinstance(reply, Refused))


def one_click_twice(duel: Duel) -> None:
    one, other = duel.at_once(*[duel.deciding(duel.first, Act.REMOVE)] * 2)
    assert one == other
    assert duel.decisions == ["remove"]


def two_decide(duel: Duel) -> None:
    replies = duel.at_once(duel.deciding(duel.first, Act.REMOVE), duel.deciding(duel.second, Act.DISMISS))
    assert refused(replies) == ["decided"]
    assert len(duel.decisions) == 1


def taking_and_deciding(duel: Duel) -> None:
    taking = partial(moderation.take, case=duel.case, by=duel.second)
    replies = duel.at_once(taking, duel.deciding(duel.first, Act.DISMISS))
    assert refused(replies) in (["taken"], ["decided"])


def reporting_and_deciding(duel: Duel) -> None:
    reporter = make_account(f"late{duel.creator.pk}")
    report = partial(moderation.report, reporter=reporter, **duel.about(duel.video))
    said, _ = duel.at_once(report, duel.deciding(duel.first, Act.WARN))
    cases = Case.objects.filter(account_id=duel.creator.pk)
    assert said.case in cases
    assert sum(cases.values_list("reports", flat=True)) == 2
    assert cases.filter(state=Case.State.OPEN).exists() == (said.case != duel.case)


def one_report_twice(duel: Duel) -> None:
    video = make_video(duel.creator)
    saying = partial(moderation.report, reporter=duel.fan, **duel.about(video))
    given = {"name": "Ada", "email": "ada@example.org", "text": "Mine"}
    writing = partial(moderation.notify, **duel.about(video), **given)
    one, other, first, second = duel.at_once(saying, saying, writing, writing)
    assert (one, first) == (other, second)
    assert Case.objects.get(subject_id=video.pk, kind=Kind.VIDEO).reports == 2
    assert Notice.objects.filter(report__subject_id=video.pk).count() == 1


def proposed(duel: Duel) -> Proposal:
    follows.follow(follower=duel.fan, followee=duel.creator)
    return moderation.decide(case=duel.case, by=duel.first, act=Act.SUSPEND, policy="hate")  # type: ignore[return-value]


def confirming_and_turning_down(duel: Duel) -> None:
    proposal = proposed(duel)
    yes, no = moderation.confirm, moderation.turn_down
    replies = duel.at_once(
        *(partial(act, proposal=proposal, by=by) for act, by in [(yes, duel.second), (no, duel.third)])
    )
    assert len(refused(replies)) == 1
    assert bool(duel.decisions) == bool(User.objects.get(pk=duel.creator.pk).suspended_at)


def two_confirm(duel: Duel) -> None:
    proposal = proposed(duel)
    duel.at_once(*(partial(moderation.confirm, proposal=proposal, by=by) for by in (duel.second, duel.third)))
    assert duel.decisions == ["suspend"]


def everybody_lifts(duel: Duel) -> None:
    soon = timezone.now() + timedelta(hours=1)
    decision = duel.deciding(duel.first, Act.RESTRICT, until=soon)()
    appealing = partial(moderation.appeal, decision=decision, account=duel.creator, text="No")
    assert len(set(duel.at_once(appealing, appealing))) == 1
    judging = partial(moderation.judge, appeal=decision.appeal, by=duel.third, upheld=False)
    with patch("videos.services.moderation.lifting.Now", lambda: soon):
        duel.at_once(partial(moderation.lift, decision=decision, by=duel.second), judging, moderation.lift_due)
    assert duel.decisions == ["restrict", "lift"]
    assert Appeal.objects.get(pk=decision.pk).upheld is False


def two_judge(duel: Duel) -> None:
    decision = duel.deciding(duel.first, Act.REMOVE)()
    appeal = moderation.appeal(decision=decision, account=duel.creator, text="No")
    judges = [(duel.second, True), (duel.third, False)]
    replies = duel.at_once(*(partial(moderation.judge, appeal=appeal, by=by, upheld=upheld) for by, upheld in judges))
    assert refused(replies) == ["judged"]
    assert Appeal.objects.get(pk=appeal.pk).upheld == ("lift" not in duel.decisions)


def two_remove_at_the_desk(duel: Duel) -> None:
    video = make_video(duel.creator)
    acts = [
        partial(moderation.act_on, video, by=by, act=Act.REMOVE, policy="other") for by in (duel.first, duel.second)
    ]
    duel.at_once(*acts, partial(moderation.report, reporter=duel.fan, **duel.about(video)))
    assert Decision.objects.filter(case__subject_id=video.pk, case__kind=Kind.VIDEO, act=Act.REMOVE).count() == 1


def its_creator_deletes_it(duel: Duel) -> None:
    """Whichever came first: it is the moderator's removal that stands; lifted, the creator's does, if it was made."""
    video = Video.objects.get(pk=duel.video.pk)
    duel.at_once(duel.deciding(duel.first, Act.REMOVE), partial(videos.remove, by=duel.creator, video=video))
    assert removed_by_others(Video.objects.get(pk=duel.video.pk))
    moderation.put_back(duel.video, by=duel.second)
    was_deleted = ModerationEvent.objects.get(case_id=duel.case.pk, act="remove").before["video"]["state"] == "removed"
    assert (Video.objects.get(pk=duel.video.pk).state == Video.State.REMOVED) == was_deleted


DUELS = [
    one_click_twice,
    two_decide,
    taking_and_deciding,
    reporting_and_deciding,
    one_report_twice,
    confirming_and_turning_down,
    two_confirm,
    everybody_lifts,
    two_judge,
    two_remove_at_the_desk,
    its_creator_deletes_it,
]


@contextmanager
def duelling() -> Iterator[Clients]:
    with clients(4, allowed=(Refused,)) as people:
        yield people


def test_of_two_at_once_one_comes_first() -> None:
    with duelling() as people:
        for duel in DUELS:
            duel(Duel(people))
    assert_all_is_so()
