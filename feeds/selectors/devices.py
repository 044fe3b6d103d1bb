"""What is read about the browsers of an account."""

from feeds.models import PushSubscription


def devices(account_id: int) -> list[PushSubscription]:
    return list(PushSubscription.objects.filter(account=account_id).order_by("-pk"))
