"""What is read about e-mail digests."""

from allauth.account.models import EmailAddress

from feeds.models import DigestPlan, SummaryPlan


def address_of(account_id: int) -> str | None:
    """Where mail may go: only to an address that its owner has confirmed."""
    confirmed = EmailAddress.objects.filter(user=account_id, primary=True, verified=True)
    return confirmed.values_list("email", flat=True).first()


def digest_plan(account_id: int) -> DigestPlan | None:
    return DigestPlan.objects.filter(account=account_id).first()


def summary_plan(account_id: int) -> SummaryPlan | None:
    return SummaryPlan.objects.filter(account=account_id).first()
