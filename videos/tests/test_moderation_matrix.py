"""Who may do what to what at the desk: of each act by each person, whether it is done; what is denied changes nothing."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account
from videos.models import Case, Decision, Proposal
from videos.models.moderation import Act, Kind
from videos.services import Refused, moderation
from videos.services.moderation.rules import ACTS
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db

TABLES = [
    "accounts_user",
    "accounts_standingevent",
    "videos_video",
    "videos_comment",
    "videos_case",
    "videos_report",
    "videos_proposal",
    "videos_decision",
    "videos_appeal",
    "videos_moderationevent",
    "feeds_notification",
]
ROLES = ["viewer", "creator", "reporter", "clerk", "proposer", "moderator", "concerned moderator", "superuser"]


def digest():
    """Of every row of what moderation may change."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} AS t")
            found[table] = cursor.fetchone()
        return found


@pytest.fixture
def cast(db):
    people = {role: make_account(role.replace(" ", "_")) for role in ROLES}
    User.objects.filter(handle__in=["clerk", "proposer", "moderator", "concerned_moderator"]).update(is_staff=True)
    User.objects.filter(handle="superuser").update(is_staff=True, is_superuser=True)
    group = Group.objects.get(name="Moderators")
    for role in ("proposer", "moderator", "concerned moderator"):
        people[role].groups.add(group)
    return {role: User.objects.get(pk=account.pk) for role, account in people.items()}


def thing_of(cast, kind, whose):
    video = make_video(cast[whose])
    return {Kind.VIDEO: video, Kind.COMMENT: make_comment(cast[whose], video), Kind.ACCOUNT: cast[whose]}[kind]


def case_of(cast, kind, whose):
    thing = thing_of(cast, kind, whose)
    return moderation.report(reporter=cast["reporter"], kind=kind, subject_id=thing.pk, reason="hate").case


def done_by(cast, act):
    """Whom the act is not refused, each tried on the same state; what is refused changes nothing."""
    before, allowed = digest(), set()
    for role in ROLES:
        point = connection.savepoint()
        try:
            act(cast[role])
        except Refused:
            assert digest() == before, f"{role} changed something"
        else:
            allowed.add(role)
            assert digest() != before
        connection.savepoint_rollback(point)
        connection.needs_rollback = False
    return allowed


DECIDERS = {"proposer", "moderator", "concerned moderator", "superuser"}


@pytest.mark.parametrize("kind", list(Kind))
def test_deciding(cast, kind):
    ordinary = case_of(cast, kind, "creator")
    for act in ACTS[kind]:
        verdict = {"act": act, "policy": "hate", "words": "No."}
        assert done_by(cast, lambda by, v=verdict: moderation.decide(case=ordinary, by=by, **v)) == DECIDERS
    of_staff = case_of(cast, kind, "concerned moderator")
    assert done_by(cast, lambda by: moderation.decide(case=of_staff, by=by, act=Act.DISMISS)) == {"superuser"}
    for act in set(Act) - set(ACTS[kind]):
        assert not done_by(cast, lambda by, a=act: moderation.decide(case=ordinary, by=by, act=a, policy="hate"))


def test_hands_and_cases(cast):
    case = case_of(cast, Kind.VIDEO, "creator")
    assert done_by(cast, lambda by: moderation.take(case=case, by=by)) == DECIDERS
    Case.objects.filter(pk=case.pk).update(state="second")
    assert not done_by(cast, lambda by: moderation.decide(case=case, by=by, act=Act.DISMISS))
    video = make_video(cast["creator"])
    assert done_by(cast, lambda by: moderation.open_case(by=by, kind=Kind.VIDEO, subject_id=video.pk)) == DECIDERS


def test_proposals(cast, settings):
    settings.SUSPEND_ALONE_FOLLOWERS = -1
    case = case_of(cast, Kind.ACCOUNT, "creator")
    moderation.decide(case=case, by=cast["proposer"], act=Act.SUSPEND, policy="hate")
    proposal = Proposal.objects.get()
    assert done_by(cast, lambda by: moderation.confirm(proposal=proposal, by=by)) == DECIDERS - {"proposer"}
    assert done_by(cast, lambda by: moderation.turn_down(proposal=proposal, by=by)) == DECIDERS


def test_lifting_and_appeals(cast):
    case = case_of(cast, Kind.VIDEO, "creator")
    decision = moderation.decide(case=case, by=cast["proposer"], act=Act.REMOVE, policy="hate")
    assert done_by(cast, lambda by: moderation.lift(decision=decision, by=by)) == DECIDERS
    appealing = {"text": "It is fine."}
    assert done_by(cast, lambda by: moderation.appeal(decision=decision, account=by, **appealing)) == {"creator"}
    appeal = moderation.appeal(decision=decision, account=cast["creator"], **appealing)
    for upheld in (True, False):
        judges = done_by(cast, lambda by, u=upheld: moderation.judge(appeal=appeal, by=by, upheld=u))
        assert judges == DECIDERS - {"proposer"}
    dismissed = moderation.decide(case=case_of(cast, Kind.ACCOUNT, "viewer"), by=cast["moderator"], act=Act.DISMISS)
    assert not done_by(cast, lambda by: moderation.lift(decision=dismissed, by=by))
    assert not done_by(cast, lambda by: moderation.appeal(decision=dismissed, account=by, text="?"))
    assert Decision.objects.count() == 2


def test_reporting(cast):
    everyone = set(ROLES)
    for kind in Kind:
        thing = thing_of(cast, kind, "creator")
        given = {"kind": kind, "subject_id": thing.pk, "reason": "spam"}
        assert done_by(cast, lambda by, g=given: moderation.report(reporter=by, **g)) == everyone - {"creator"}
    hidden = make_video(cast["creator"], visibility="only_me")
    given = {"kind": Kind.VIDEO, "subject_id": hidden.pk, "reason": "spam"}
    assert not done_by(cast, lambda by: moderation.report(reporter=by, **given))
