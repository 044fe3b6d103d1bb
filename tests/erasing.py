"""Deleting an account in tests: made due at once, then worked off by hand instead of by workers."""

from datetime import timedelta

from django.utils import timezone

from accounts import audit as accounts_audit
from accounts import services as accounts
from accounts.models import Erasure, User
from accounts.services import erasure as accounts_erasure
from feeds import audit as feeds_audit
from feeds import services as feeds
from follows import audit as follows_audit
from follows.services import erasure as follows_erasure
from socialvideo.lib.audit import breaches
from videos import audit as videos_audit
from videos.services import erasure as videos_erasure

ERASE = [accounts_erasure.erase, follows_erasure.erase, videos_erasure.erase, feeds.erase]
CHECKS = [*accounts_audit.CHECKS, *follows_audit.CHECKS, *videos_audit.CHECKS, *feeds_audit.CHECKS]


def make_due(account: User) -> None:
    """As if it had been asked for long ago."""
    accounts.ask_for_deletion(account=account)
    Erasure.objects.filter(pk=account.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def begin(account: User) -> None:
    make_due(account)
    assert accounts_erasure.begin(account.pk)


def work_off(account: User) -> Erasure:
    for erase_part in ERASE:
        while erase_part(account.pk):
            pass
    accounts_erasure.sweep()
    return Erasure.objects.get(pk=account.pk)


def erase(account: User) -> Erasure:
    begin(account)
    return work_off(account)


def broken() -> set[str]:
    """The names of the audit's checks that find something."""
    return {check.name for check in CHECKS if breaches(check)}


def assert_every_promise_holds() -> None:
    assert broken() == set()
