"""What the site's own brakes tell moderators: once per account, kind and storm, with what was counted. They never decide."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from socialvideo.lib.said import Said
from videos.models import Report
from videos.models.moderation import Flag, Kind, Reason
from videos.services.moderation.reporting import flag as say

A_STORM = timedelta(days=1)  # what goes on for longer is said again

COUNTED: dict[str, str] = {
    Flag.FOLLOW_STORM: gettext_noop("%(number)s accounts followed within an hour, which stand; more were refused."),
    Flag.COMMENT_FLOOD: gettext_noop("%(number)s comments within a minute, which stand; more were refused."),
    Flag.SAME_COMMENTS: gettext_noop("The same comment %(number)s times within an hour; more were refused."),
    Flag.MENTION_STORM: gettext_noop(
        "%(number)s people mentioned within an hour who do not follow the account; further ones are told later."
    ),
    Flag.COPIES: gettext_noop("%(number)s files uploaded within a day that were here already."),
}


@transaction.atomic
def flag_storm(*, account_id: int, flag: str, number: int) -> None:
    said = Report.objects.filter(case__kind=Kind.ACCOUNT, case__subject_id=account_id, flag=flag)
    if not said.filter(created_at__gt=Now() - A_STORM).exists():
        text = Said(COUNTED[flag], number=number).kept
        say(kind=Kind.ACCOUNT, subject_id=account_id, flag=flag, reason=Reason.SPAM, text=text)
