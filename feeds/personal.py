"""What feeds keep about people: what they were told, how they want to be told, what For You is made of."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from feeds.models import InboxEntry
from feeds.services import mailing, pushing
from feeds.sql.figures import IMPRESSION_DAYS
from socialvideo.lib.personal import Kind, Row, Table, days_or_always, in_days, same, until_taken_back, with_account

OF_OTHERS = _("It is about what others do or were told, and theirs to know.")
TOLD = _("%(time)s; older videos of whom you follow stay in your feed.")


def entry_row(entry: InboxEntry) -> Row:
    row = {"publication_id": entry.publication_id, "account_id": entry.creator_id}
    return row | {"state": InboxEntry.State(entry.state).name.lower()}


def notification_row(notification: Any) -> Row:
    names = ("kind", "actor_id", "video_id", "created_at", "seen_at")
    return {name: getattr(notification, name) for name in names} | {"text": notification.words}


def shown(notifications: Any, account_id: int) -> Any:
    """As the list shows them."""
    return notifications.shown_to(account_id)


def push_time() -> str:
    return str(_("Until you turn it off there; messages %(time)s.")) % {"time": in_days(pushing.KEPT.days)}


def digest_time() -> str:
    return str(_("%(time)s.")) % {"time": in_days(mailing.KEPT.days)}


def shown_time() -> str:
    return str(_("%(time)s.")) % {"time": in_days(IMPRESSION_DAYS)}


def strangers_time() -> str:
    return str(_("%(time)s.")) % {"time": in_days(1)}


KINDS = [
    Kind(
        "inbox/new-videos",
        _("Of which new videos you were told, and whether you saw, opened and watched them"),
        _("To list them, and to tell creators how many of their followers were reached; never who."),
        days_or_always("KEEP_INBOX_DAYS", TOLD),
        tables=(Table("feeds.InboxEntry", "recipient_id", entry_row, order=("publication_id",)),),
        also=("feeds.EarlyEntry.recipient_id",),
    ),
    Kind(
        "inbox/notifications",
        _("Your other notifications"),
        _("To list them."),
        days_or_always("KEEP_NOTIFICATIONS_DAYS"),
        tables=(Table("feeds.Notification", "recipient_id", notification_row, narrowed=shown),),
    ),
    Kind(
        "inbox/choices",
        _("How you want to be told of what"),
        _("To keep to it."),
        with_account,
        tables=(Table("feeds.NoticeChoice", "account", same("topic", "channel", "wanted")),),
    ),
    Kind(
        "inbox/devices",
        _("Browsers that show you notices"),
        _("To send them there. The keys by which they are reached are not in the download."),
        push_time,
        tables=(Table("feeds.PushSubscription", "account", same("device", "created_at", "accepted_at")),),
    ),
    Kind(
        "inbox/digest-plan",
        _("How often you want a digest by e-mail"),
        _("To send it."),
        until_taken_back,
        tables=(Table("feeds.DigestPlan", "account", same("every", "timezone", "next_at"), order=("account_id",)),),
    ),
    Kind(
        "inbox/summary-plan",
        _("Whether you want your week in the studio by e-mail"),
        _("To send it."),
        until_taken_back,
        tables=(Table("feeds.SummaryPlan", "account", same("timezone", "next_at"), order=("account_id",)),),
    ),
    Kind(
        "inbox/digests",
        _("Digests and summaries that were sent to you, and what digests told of"),
        _("To tell you of nothing twice."),
        digest_time,
        tables=(
            Table("feeds.Digest", "account", same("id", "summary_of", "state", "created_at", "handed_at")),
            Table("feeds.DigestLine", "account_id", same("digest_id", "event_key")),
        ),
    ),
    Kind(
        "for-you/interests",
        _("What you said that you like"),
        _("To begin For You with."),
        until_taken_back,
        tables=(Table("feeds.Interest", "account", {"tag": "tag__name"}, related=("tag",)),),
    ),
    Kind(
        "for-you/turned-down",
        _("What you are not interested in"),
        _("To leave it out of For You."),
        until_taken_back,
        tables=(Table("feeds.NotInterested", "account", same("video_id", "whole_creator", "created_at")),),
    ),
    Kind(
        "for-you/dismissed",
        _("Whom you do not want suggested"),
        _("To suggest others."),
        until_taken_back,
        tables=(Table("feeds.Dismissal", "account", {"account_id": "dismissed_id", "created_at": "created_at"}),),
    ),
    Kind(
        "for-you/tastes",
        _("Which tags what you watch and like is about"),
        _("To choose what For You shows you. Computed anew from time to time."),
        with_account,
        tables=(
            Table("feeds.Taste", "account_id", {"tag": "tag__name"} | same("weight", "computed_at"), related=("tag",)),
        ),
    ),
    Kind(
        "for-you/shown",
        _("Which videos were in view, and what brought them"),
        _("To show you what is new, and to measure what brings good videos."),
        shown_time,
        tables=(Table("feeds.Impression", "viewer_id", same("video_id", "source", "at"), order=("video_id",)),),
    ),
    Kind(
        "inbox/strangers",
        _("Whom what you wrote told though they do not follow you, and who told you so"),
        _("To hold storms of mentions back."),
        strangers_time,
        also=("feeds.StrangerTold.author_id", "feeds.StrangerTold.recipient_id"),
        left_out=_("It is forgotten within a day."),
    ),
    Kind(
        "inbox/others",
        _("What others were told of you, and who does not want you suggested"),
        _("To keep to what they chose."),
        until_taken_back,
        also=("feeds.InboxEntry.creator_id", "feeds.Notification.actor_id", "feeds.Dismissal.dismissed"),
        left_out=OF_OTHERS,
        outlives=_("That others were told of a publication, as numbers."),
    ),
]
