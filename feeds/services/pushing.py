"""Messages to browsers. A `Push` is written by the statement that tells its account (`sql/pushing.py`); a worker takes
some by lease, makes each message from what the account may see at that moment, and hands it to the browser's push service
until that accepts it or refuses for good.

A worker that dies between the service's answer and writing it down makes one message go twice: it has the same tag, by
which push service and browser let it replace the first one silently."""

import logging
import random
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feeds.models import Push, PushSubscription, PushWalk
from feeds.selectors.events import Event, events
from feeds.services.devices import TEST, end_subscription
from feeds.services.leases import mine, pause_after, settle
from feeds.sql.pushing import CLAIM, PRUNE, PUSH_SUBSCRIBERS
from feeds.topics import Channel
from feeds.webpush import Answer, Fate, Wire, deliver, site_key
from socialvideo.lib.languages import speaking
from videos.models import Publication

logger = logging.getLogger(__name__)

AT_ONCE = 64  # taken by one worker
CONNECTIONS = 8  # that it sends them by
LEASE = timedelta(minutes=5)  # longer than a batch takes when nobody answers
MOST_ATTEMPTS = 14  # over about 20 hours
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=3)
WALKED_AT_ONCE = 1000
KEPT = timedelta(days=14)
NO_NEWS = timedelta(days=7)  # for so long what was said is not said again
PRUNED_AT_ONCE = 5000

State = Push.State
Message = dict[str, str]


# --- Whom a pull-only publication alerts ------------------------------------------------------------------------


def owe_walk(publication_id: int) -> None:
    """In the transaction that decides that nobody gets an entry of the publication."""
    PushWalk.objects.bulk_create([PushWalk(publication_id=publication_id)], ignore_conflicts=True)


@transaction.atomic
def walk_subscribers() -> bool:
    """Looks through some more browsers for one publication; returns whether there may be more to do."""
    walk = PushWalk.objects.select_for_update(skip_locked=True).order_by("pk").first()
    if walk is None:
        return False
    creator_id = Publication.objects.values_list("creator_id", flat=True).get(pk=walk.pk)
    place = {"publication": walk.pk, "creator": creator_id, "cursor": walk.cursor, "size": WALKED_AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(PUSH_SUBSCRIBERS, place)
        looked_at, walk.cursor = cursor.fetchone()
    if looked_at < WALKED_AT_ONCE:
        walk.delete()
    else:
        walk.save(update_fields=["cursor"])
    return True


# --- Sending ----------------------------------------------------------------------------------------------------


def batches_due(*, at_most: int) -> int:
    """How many batches wait, not counting beyond."""
    due = Push.objects.filter(state=State.WAITING, due_at__lte=timezone.now())
    return -(-due[: at_most * AT_ONCE].count() // AT_ONCE)


def send_pushes() -> int:
    """Takes a batch and sends it; returns how many it took. Each is settled as soon as its answer is there."""
    pushes = list(Push.objects.raw(CLAIM, {"size": AT_ONCE, "lease": LEASE}))
    subscriptions = PushSubscription.objects.select_related("account").in_bulk(
        {push.subscription_id for push in pushes}
    )
    messages = _messages(pushes, subscriptions)
    if messages:
        _send(messages, subscriptions)
    return len(pushes)


def _messages(pushes: Iterable[Push], subscriptions: Mapping[int, PushSubscription]) -> list[tuple[Push, Message]]:
    """What is still to be said, now. The rest is settled here."""
    theirs: dict[User, list[Push]] = {}
    for push in pushes:
        subscription = subscriptions.get(push.subscription_id)
        if subscription is None or push.attempts > MOST_ATTEMPTS:
            settle(push, State.DEAD)
        else:
            theirs.setdefault(subscription.account, []).append(push)
    return [said for account, of_account in theirs.items() for said in _messages_to(account, of_account)]


def _messages_to(account: User, pushes: list[Push]) -> Iterator[tuple[Push, Message]]:
    try:
        with transaction.atomic(), speaking(account.language):
            found = events(account.pk, [push.event_key for push in pushes], Channel.PUSH)
    except Exception:  # whatever is wrong with one account, the others get theirs; it is tried again
        logger.exception("Pushes to account %s were not made.", account.pk)
        return
    said = _said_lately(pushes, found.values())
    for push in pushes:
        event = found.get(push.event_key)
        push.act = event.act if event else ""
        with speaking(account.language):
            message = _message(push.event_key, event) if account.is_present else None
        if message and (push.subscription_id, push.act) not in said:
            yield push, message
        else:
            settle(push, State.NEEDLESS)


def _said_lately(pushes: Iterable[Push], wanted: Iterable[Event]) -> set[tuple[int, str]]:
    """Which acts which of the browsers have heard of: who follows, unfollows and follows again is no news."""
    lately = Push.objects.filter(state=State.ACCEPTED, created_at__gt=timezone.now() - NO_NEWS)
    here = lately.filter(
        subscription__in={push.subscription_id for push in pushes}, act__in=[each.act for each in wanted]
    )
    return set(here.values_list("subscription_id", "act"))


def _message(key: str, event: Event | None) -> Message | None:
    if key.startswith(f"{TEST}:"):
        words, body, path = settings.SITE_NAME, _("Push works on this device."), reverse("feeds:notification_settings")
    elif event is not None:
        words, body, path = event.words, event.excerpt, event.path
    else:
        return None
    return {
        "title": words,
        "body": body,
        "url": path,
        "tag": event.act if event else key,
        "icon": static("icons/maskable-512.png"),
    }


def _send(messages: list[tuple[Push, Message]], subscriptions: Mapping[int, PushSubscription]) -> None:
    """Other threads wait for push services; only this one touches the database. The next message goes when an answer is
    written down: a worker that dies has no more than `CONNECTIONS` that may go twice."""
    key = site_key()
    left = iter(messages)
    sent: dict[Future[Answer], Push] = {}
    with Wire(CONNECTIONS) as wire, ThreadPoolExecutor(CONNECTIONS) as pool:

        def send_next(at_most: int) -> None:
            for push, message in islice(left, at_most):
                sent[pool.submit(deliver, wire, key, subscriptions[push.subscription_id], message)] = push

        send_next(CONNECTIONS)
        while sent:
            for done in wait(sent, return_when=FIRST_COMPLETED).done:
                _act_on(sent.pop(done), _answer(done))
                send_next(1)


def _answer(sending: Future[Answer]) -> Answer:
    """One that cannot be sent keeps no other back."""
    if error := sending.exception():
        logger.error("A push was not sent.", exc_info=error)
        return Answer(Fate.LATER, type(error).__name__)
    return sending.result()


def _act_on(push: Push, answer: Answer) -> None:
    if answer.fate is Fate.ACCEPTED:
        settle(push, State.ACCEPTED, answer.words, act=push.act)
        PushSubscription.objects.filter(pk=push.subscription_id).update(accepted_at=timezone.now())
    elif answer.fate is Fate.GONE:
        settle(push, State.DEAD, answer.words)
        end_subscription(push.subscription_id)
    elif answer.fate is Fate.REFUSED or push.attempts >= MOST_ATTEMPTS:
        settle(push, State.DEAD, answer.words)
    else:
        mine(push).update(due_at=timezone.now() + _pause(push.attempts, answer.wait), answer=answer.words)


def _pause(attempts: int, asked_for: int) -> timedelta:
    """And not all at the same moment."""
    pause = pause_after(attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
    return max(pause, timedelta(seconds=asked_for)) * random.uniform(1, 1.2)  # noqa: S311 - spreads load


def prune_pushes() -> int:
    """Forgets some of what is settled; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE, {"size": PRUNED_AT_ONCE, "before": timezone.now() - KEPT})
        return int(cursor.fetchone()[0])
