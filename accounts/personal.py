"""What accounts keep about people."""

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from socialvideo.lib.personal import Kind, Media, Row, Table, days, for_good, in_days, same, with_account

BY_MODERATORS = _("It belongs to the record of what moderators do, which is kept for everybody concerned.")


def session_time() -> str:
    return gettext("Until you log out, or %(time)s after you logged in.") % {
        "time": in_days(settings.SESSION_COOKIE_AGE // (24 * 3600))
    }


def profile_time() -> str:
    sentence = gettext(
        "As long as your account exists, and %(time)s after you asked to delete it, to change your mind."
    )
    return sentence % {"time": in_days(settings.DELETE_AFTER_DAYS)}


def picture(account_id: int) -> list[Media]:
    name = User.objects.values_list("avatar", flat=True).get(pk=account_id)
    return [Media("account/picture.webp", (name,))] if name else []


def roles(account: User) -> Row:
    return {"is_staff": account.is_staff, "groups": [group.name for group in account.groups.all()]}


PROFILE = ("id", "handle", "name", "bio", "email", "birth_date", "language", "is_private", "is_limited", "joined_at")
STANDING = ("last_login", "suspended_at", "suspended_until", "deactivated_at")

KINDS = [
    Kind(
        "account/profile",
        _("Your profile, e-mail address, date of birth and settings"),
        _("To be your account. The date of birth says from which age on you may take part and what you may see."),
        profile_time,
        tables=(Table("accounts.User", "pk", same(*PROFILE, *STANDING)),),
        media=picture,
        outlives=_("An empty row with the number of the account, so that it never means anybody else."),
    ),
    Kind(
        "account/addresses",
        _("E-mail addresses and whether they are confirmed"),
        _("To log in, to reach you, and to give you a new password."),
        with_account,
        tables=(Table("account.EmailAddress", "user", same("email", "verified", "primary")),),
    ),
    Kind(
        "account/handles",
        _("Handles that you have or had"),
        _("So that links to you keep leading to you and nobody else ever gets your handle."),
        for_good,
        tables=(Table("accounts.HandleClaim", "account_id", same("handle", "claimed_at")),),
        outlives=_("The handles themselves: they are given to nobody else."),
    ),
    Kind(
        "account/log-ins",
        _("Where you are logged in: device and when it was last used"),
        _("So that you stay logged in, and can end what is not you. No network address is kept."),
        session_time,
        tables=(
            Table(
                "accounts.LogIn",
                "account",
                same("device", "began_at", "seen_at", "expire_date"),
                order=("session_key",),
            ),
        ),
    ),
    Kind(
        "account/token",
        _("That you have a token for programs"),
        _("To let programs act for you. The token itself is not in the download."),
        with_account,
        tables=(Table("authtoken.Token", "user", same("created")),),
    ),
    Kind(
        "account/roles",
        _("Roles at the moderators’ desk"),
        _("To let you do what you were asked to do there."),
        with_account,
        tables=(Table("accounts.User", "pk", roles),),
        also=("accounts.User_groups.user", "accounts.User_user_permissions.user"),
    ),
    Kind(
        "account/standing",
        _("When your account was suspended, deactivated or brought back, and why"),
        _("So that you and those who judge it can read what happened."),
        for_good,
        tables=(Table("accounts.StandingEvent", "account_id", same("act", "reason", "happened_at")),),
        outlives=_("Acts and moments."),
    ),
    Kind(
        "account/deletion",
        _("That you asked for the deletion of your account"),
        _("To carry it out on its day, and to prove that it was."),
        for_good,
        tables=(Table("accounts.Erasure", "account", same("asked_at", "due_at"), order=("account_id",)),),
        outlives=_("How many rows and files were removed."),
    ),
    Kind(
        "account/downloads",
        _("Downloads of your data, like this one"),
        _("To offer you the file."),
        days("KEEP_ARCHIVES_DAYS", _("%(time)s after it was made.")),
        tables=(Table("accounts.Archive", "account", same("state", "asked_at", "made_at", "bytes")),),
    ),
    Kind(
        "account/invitations",
        _("Invitations that you made"),
        _("To know whom to ask about them."),
        with_account,
        tables=(Table("accounts.Invitation", "created_by", same("note", "uses_left", "expires_at", "created_at")),),
    ),
    Kind(
        "account/desk",
        _("What moderators did to accounts"),
        _("So that nobody acts unseen."),
        for_good,
        also=("accounts.StandingEvent.actor_id", "admin.LogEntry.user"),
        left_out=BY_MODERATORS,
        outlives=_("Acts and moments."),
    ),
]
