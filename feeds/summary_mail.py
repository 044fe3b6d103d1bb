"""The week in the studio as a mail."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from feeds.digest_mail import letter, stop_token
from feeds.models import Digest
from socialvideo.lib.numbers import exact
from socialvideo.lib.templatetags.words import DAY

if TYPE_CHECKING:
    from feeds.services.summaries import Week

SALT = "feeds.summary"


def compose_summary(digest: Digest, account: User, address: str, week: "Week") -> EmailMultiAlternatives:
    """The same summary is the same message, however often it is composed."""
    context = {
        "SITE_NAME": settings.SITE_NAME,
        "DAY": str(DAY),
        "site": settings.SITE_URL,
        "account": account,
        "week": week,
        "followers": week.growth.periods[-1].followers,
        "studio": settings.SITE_URL + reverse("feeds:followers"),
        "choices": settings.SITE_URL + reverse("feeds:notification_settings"),
        "stop": settings.SITE_URL + reverse("feeds:summary_stop", args=[stop_token(account.pk, salt=SALT)]),
    }
    said = {"gained": exact(week.growth.gained), "lost": exact(week.growth.lost)}
    told = _("your week: %(gained)s gained, %(lost)s lost") % said
    return letter(
        digest, address, subject=f"{settings.SITE_NAME}: {told}", template="feeds/summary_mail", context=context
    )
