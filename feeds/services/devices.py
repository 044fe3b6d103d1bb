"""Browsers that show what happens though no page is open. A browser belongs to one account: whoever subscribed last."""

from contextlib import suppress

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from feeds.models import Push, PushSubscription
from feeds.webpush import are_keys, is_push_service

MOST_DEVICES = 20  # of an account; of more, the oldest is given up
TEST = "test"
THIS_DEVICE = "push_subscription"  # in a session: the subscription that was made in it


class DeviceRefused(Exception):
    """Said in words for the person who wanted to subscribe."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@transaction.atomic
def subscribe(*, account: User, endpoint: str, p256dh: str, auth: str, device: str = "") -> PushSubscription:
    """Again is the same. What waits for the browser's former account stays unsaid: a message is made for the account
    that the browser has when it is sent."""
    _check(endpoint, p256dh, auth)
    subscription, _is_new = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"account": account, "p256dh": p256dh, "auth": auth, "device": device}
    )
    for given_up in PushSubscription.objects.filter(account=account).order_by("-pk")[MOST_DEVICES:]:
        end_subscription(given_up.pk)
    return subscription


@transaction.atomic
def renew(*, former: str, endpoint: str, p256dh: str, auth: str) -> None:
    """A browser that changed its address by itself. The former one is a secret between it and us."""
    _check(endpoint, p256dh, auth)
    if not is_push_service(former):
        return
    with suppress(IntegrityError), transaction.atomic():  # it has subscribed anew meanwhile
        PushSubscription.objects.filter(endpoint=former).update(endpoint=endpoint, p256dh=p256dh, auth=auth)


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    if len(endpoint) > 1000 or not is_push_service(endpoint):
        raise DeviceRefused(_("This browser uses a push service that this site does not know."))
    if not are_keys(p256dh, auth):
        raise DeviceRefused(_("This browser sent keys that are of no use. Reload the page and try again."))


@transaction.atomic
def end_subscription(subscription_id: int) -> None:
    """What waits for it is given up."""
    PushSubscription.objects.filter(pk=subscription_id).delete()
    Push.objects.filter(subscription=subscription_id, state=Push.State.WAITING).update(state=Push.State.DEAD)


def remove_device(*, account: User, subscription_id: int) -> bool:
    """Whether it was the account's and is gone."""
    mine = PushSubscription.objects.filter(account=account, pk=subscription_id).exists()
    if mine:
        end_subscription(subscription_id)
    return mine


def end_all_subscriptions(*, account_id: int, but: int | None = None) -> None:
    for subscription in PushSubscription.objects.filter(account=account_id):
        if subscription.pk != but:
            end_subscription(subscription.pk)


def ask_for_test(*, account: User, subscription_id: int, moment: int) -> bool:
    """A message of its own for each moment at which one is asked for. Whether the device is the account's."""
    subscription = PushSubscription.objects.filter(account=account, pk=subscription_id).first()
    if subscription is not None:
        test = Push(subscription=subscription, event_key=f"{TEST}:{moment}")
        Push.objects.bulk_create([test], ignore_conflicts=True)
    return subscription is not None
