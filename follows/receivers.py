"""What following does when accounts announce something, and for the pages that show a tie."""

from typing import Any

from django.dispatch import receiver

from accounts.services import owe
from accounts.signals import erasure_due, handle_taken, privacy_changed, reach_asked
from follows import selectors, services, tasks
from follows.hints import hints_of
from follows.services import erasure
from follows.signals import batch_started, follow_changed
from socialvideo.lib import live


@receiver(privacy_changed)
def admit_those_who_asked(account_id: int, is_private: bool, **kwargs: Any) -> None:
    """An account that became public has no requests: whoever asked, follows. Runs under the account's lock."""
    if not is_private:
        services.approve_everyone(followee_id=account_id, cause=services.Cause.WENT_PUBLIC)


@receiver(reach_asked)
def say_who_would_miss_it(account_id: int, **_: Any) -> str:
    followers = selectors.counts(account_id).followers
    return f"{followers:,} {'follower' if followers == 1 else 'followers'}"


@receiver(follow_changed)
def hint_to_open_pages(follower_id: int, followee_id: int, version: int | None, alone: bool, **_: Any) -> None:
    """At once, with every worker stopped. What no service did is told by whoever consumes the outbox."""
    live.publish_each(hints_of(follower_id, followee_id, version, alone=alone))


@receiver(handle_taken)
def offer_to_those_who_wait(account_id: int, **_: Any) -> None:
    """The rows of imports that name it are the rows to work from."""
    tasks.offer.delay_on_commit(account_id)


@receiver(batch_started)
def work_through(batch_id: int, **_: Any) -> None:
    tasks.work_batch.delay_on_commit(batch_id)


@receiver(erasure_due)
def end_what_an_account_held(account_id: int, **_: Any) -> None:
    owe(account_id=account_id, part=erasure.PART)
    tasks.erase.delay_on_commit(account_id)
