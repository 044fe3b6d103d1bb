"""Mails about decisions: none is lost while the mail server is away, none is sent twice, none says what is no longer so."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services, tasks
from feeds.models import Letter
from feeds.services import letters, mailing
from feeds.tests.mail_server import Handler, running
from socialvideo.lib.testing import in_threads
from tests.erasing import erase
from videos.models import Decision, Notice
from videos.services import moderation
from videos.services.retention import prune_notices

pytestmark = pytest.mark.django_db
State = Letter.State


@pytest.fixture
def moderator() -> User:
    return make_account("moderator", is_staff=True, is_superuser=True)


@pytest.fixture
def judge() -> User:
    return make_account("judge", is_staff=True, is_superuser=True)


@pytest.fixture
def server(settings: Any) -> Iterator[Handler]:
    with running(settings) as handler:
        yield handler


@pytest.fixture
def decision(alice: User, moderator: User) -> Decision:
    """A suspension that somebody without an account, who writes German, had asked for."""
    given = {"kind": "account", "subject_id": alice.pk, "reason": "hate"}
    notice = moderation.notify(name="Ada", email="ada@example.org", language="de", text="", **given)
    case = notice.report.case
    return moderation.decide(case=case, by=moderator, act="suspend", policy="hate", words="Hateful.")


def send() -> None:
    """Whatever waits, once its pause is over."""
    Letter.objects.filter(state=State.WAITING).update(due_at=timezone.now() - timedelta(seconds=1))
    services.letters_due(at_most=1)
    while services.send_letter():
        pass


def states() -> set[str]:
    return set(Letter.objects.values_list("state", flat=True))


def test_each_is_written_to_in_their_language(server: Handler, alice: User, decision: Decision) -> None:
    tasks.send_letters()
    assert sorted(server.recipients) == ["ada@example.org", alice.email]
    said = {letter["To"]: letter for letter in server.taken}
    words = said[alice.email].get_content()
    assert "Hateful." in words
    assert "The rule: " in words
    assert said["ada@example.org"]["Subject"].endswith("Zu deinem Hinweis")
    assert decision.case.all_reports.get().notice.receipt in said["ada@example.org"].get_content()
    assert len({letter["Message-ID"] for letter in server.taken}) == 2


def test_without_a_mail_server_none_is_lost(alice: User, decision: Decision, settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    send()
    paused = timedelta()
    for _ in range(letters.MOST_ATTEMPTS - 2):
        Letter.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        services.send_letter()
        paused += Letter.objects.order_by("-due_at")[0].due_at - timezone.now()
    assert states() == {State.WAITING}
    assert paused > timedelta(days=6)
    with running(settings) as server:
        send()
        send()
        assert len(server.taken) == 2
    assert states() == {State.SENT}


@pytest.mark.parametrize("which", ["to_recipient", "to_data"])
def test_refused_for_now_then_taken(server: Handler, decision: Decision, which: str) -> None:
    setattr(server, which, "451 Try again later")
    send()
    assert (len(server.taken), states()) == (0, {State.WAITING})
    setattr(server, which, "")
    send()
    assert (len(server.taken), states()) == (2, {State.SENT})


def test_killed_while_it_is_handed_over_it_is_not_sent_again(
    server: Handler, decision: Decision, monkeypatch: Any
) -> None:
    def die(*args: Any, **kwargs: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as power:
        power.setattr(mailing, "settle", die)
        for _ in range(2):
            with pytest.raises(SystemExit):
                services.send_letter()
    send()
    assert (len(server.taken), states()) == (2, {State.UNKNOWN})


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_once(server: Handler, decision: Decision) -> None:
    in_threads(*[tasks.send_letters] * 4)
    assert len(server.taken) == 2


def test_told_twice_it_is_written_once(server: Handler, decision: Decision) -> None:
    services.tell_of_decision(decision.pk)
    send()
    assert len(server.taken) == 2


def test_what_is_lifted_before_it_could_be_sent_is_told_as_lifted(
    server: Handler, alice: User, decision: Decision, judge: User
) -> None:
    appeal = moderation.appeal(decision=decision, account=alice, text="No.")
    moderation.judge(appeal=appeal, by=judge, upheld=True)
    moderation.lift(decision=decision, by=judge, note="")
    send()
    [letter] = [each for each in server.taken if each["To"] == alice.email]
    assert "is back" in letter["Subject"]
    needless = set(Letter.objects.filter(state=State.NEEDLESS).values_list("about", flat=True))
    assert needless == {"suspended", "appeal_upheld"}


@pytest.mark.parametrize("gone", ["account", "address"])
def test_nobody_left_to_write_to(server: Handler, alice: User, decision: Decision, settings: Any, gone: str) -> None:
    if gone == "account":
        erase(alice)
    else:
        Notice.objects.update(email="", name="")
    send()
    assert len(server.taken) == 1
    assert states() == {State.SENT, State.NEEDLESS}


def test_old_ones_are_forgotten_and_waiting_ones_never(server: Handler, decision: Decision) -> None:
    Letter.objects.update(created_at=timezone.now() - mailing.KEPT - timedelta(days=1))
    tasks.prune_letters()
    assert Letter.objects.count() == 2
    send()
    tasks.prune_letters()
    assert not Letter.objects.exists()


def test_an_address_that_is_forgotten_is_in_no_letter(server: Handler, decision: Decision, settings: Any) -> None:
    decision.case.__class__.objects.update(closed_at=timezone.now() - timedelta(days=settings.KEEP_NOTICES_DAYS + 1))
    prune_notices()
    send()
    assert "ada@example.org" not in server.recipients
