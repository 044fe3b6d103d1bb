"""Hints for workers. What is to be done stands in the rows; the sweeps find what no hint names."""

from collections.abc import Callable
from time import monotonic

from celery import shared_task

from feeds import auditing, selectors, services
from feeds.services import retention

SWEEP_SECONDS = 10  # how often beat sweeps; its hints are forgotten when the next sweep comes
SWEPT_AT_ONCE = 100  # fan-outs
FIRST, LATER = 0, 9  # in the queue; Redis hands out the lowest first
SENDERS = 4  # workers that one sweep sets to one duty


@shared_task
def fan_out(publication_id: int, cursor: int = 0) -> None:
    """One turn of a fan-out, for whoever comes first with the place where it stands: however many hints there are, one
    goes on. Further turns wait until every other publication has had its first."""
    stands = services.continue_fan_out(publication_id, cursor=cursor)
    send_pushes.delay_on_commit()
    if stands is not None:
        fan_out.apply_async([publication_id, stands], priority=LATER)


@shared_task
def sweep_fan_outs() -> None:
    """Goes on with what stood still, the nearest to its end first, and no more of them than workers are busy with until
    the next sweep."""
    for publication_id, cursor in selectors.unfinished_fan_outs(at_most=SWEPT_AT_ONCE).items():
        priority = LATER if cursor else FIRST
        fan_out.apply_async([publication_id, cursor], priority=priority, expires=SWEEP_SECONDS)


@shared_task(coalesced=True)
def consume_outbox() -> None:
    while services.consume_outbox():
        pass


@shared_task
def fold_reach() -> None:
    """Keeps the backlog of deltas short, so that a delivery report stays cheap."""
    while services.fold_reach():
        pass


@shared_task(coalesced=True)
def send_pushes() -> None:
    """As long as there are any, but no longer than a sweep: then mail has its turn in the queue."""
    _work(services.send_pushes)


@shared_task
def sweep_pushes() -> None:
    """Finds whom pull-only publications alert, and starts as many workers as what is due is worth."""
    _work(services.walk_subscribers)
    for _ in range(services.batches_due(at_most=SENDERS)):
        send_pushes.apply_async(expires=SWEEP_SECONDS)


@shared_task
def prune_pushes() -> None:
    _work(services.prune_pushes)


@shared_task
def send_digests() -> None:
    _work(services.send_digest)


@shared_task
def sweep_digests() -> None:
    """Several may be at it."""
    _work(services.make_digest)
    _work(services.make_summary)
    for _ in range(services.digests_due(at_most=SENDERS)):
        send_digests.apply_async(expires=SWEEP_SECONDS)


@shared_task
def prune_digests() -> None:
    _work(services.prune_digests)


@shared_task
def send_letters() -> None:
    _work(services.send_letter)


@shared_task
def sweep_letters() -> None:
    for _ in range(services.letters_due(at_most=SENDERS)):
        send_letters.apply_async(expires=SWEEP_SECONDS)


@shared_task
def prune_letters() -> None:
    _work(services.prune_letters)


def _work(portion: Callable[[], int]) -> None:
    """Portion by portion until there is nothing left, or it is the next sweep's."""
    end = monotonic() + SWEEP_SECONDS
    while portion() and monotonic() < end:
        pass


@shared_task
def compute_heat() -> None:
    services.compute_heat()


@shared_task
def compute_tastes() -> None:
    services.compute_tastes()


@shared_task
def compute_related() -> None:
    services.compute_related()


@shared_task
def count_sources() -> None:
    services.count_sources()


@shared_task
def prune_inbox(after: int = 0) -> None:
    """One turn through recipients, then the next."""
    if (left := retention.prune_inbox(after)) is not None:
        prune_inbox.delay(left)


@shared_task
def prune_notifications() -> None:
    if retention.prune_notifications():
        prune_notifications.delay()


@shared_task
def tell_held_mentions() -> None:
    services.tell_held_mentions()


@shared_task
def prune_figures() -> None:
    services.prune_figures()


@shared_task
def erase(account_id: int) -> None:
    """One turn of an erasure."""
    if services.erase(account_id):
        erase.delay(account_id)


@shared_task
def audit() -> None:
    """Unless one is under way already."""
    auditing.run_audit()


@shared_task
def heartbeat() -> None:
    """The least that there is to take from a queue; that it is taken is noted for every task."""
