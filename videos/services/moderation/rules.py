"""Who may do what at the desk. Each raises Refused, before anything is changed."""

from django.utils.translation import gettext as _

from accounts.models import User
from videos.models import Case
from videos.models.moderation import Act, Kind
from videos.services.refusals import Refused

ACTS: dict[str, tuple[Act, ...]] = {
    Kind.VIDEO: (Act.DISMISS, Act.REMOVE, Act.LIMIT, Act.RESTRICT, Act.WARN, Act.SUSPEND),
    Kind.COMMENT: (Act.DISMISS, Act.REMOVE, Act.WARN, Act.SUSPEND),
    Kind.ACCOUNT: (Act.DISMISS, Act.LIMIT, Act.WARN, Act.SUSPEND),
}
PERMISSION = {
    (Kind.VIDEO, Act.REMOVE): "videos.remove_video",
    (Kind.COMMENT, Act.REMOVE): "videos.remove_comment",
}


def must_moderate(by: User, permission: str = "videos.decide_case") -> None:
    if not by.is_present or not by.is_staff or not by.has_perm(permission):
        raise Refused("not_allowed", _("Only moderators can do this."))


def must_act_on(by: User, account_id: int) -> None:
    """Nobody decides about themselves, and only administrators about the staff."""
    if account_id == by.pk:
        raise Refused("own", _("This is about you. Somebody else decides it."))
    if not by.is_superuser and User.objects.filter(pk=account_id, is_staff=True).exists():
        raise Refused("staff", _("Only an administrator can decide about a member of the staff."))


def must_decide(by: User, case: Case, act: str) -> None:
    must_moderate(by)
    must_act_on(by, case.account_id)
    if act not in ACTS[case.kind]:
        raise Refused("act", _("This cannot be decided here."))
    if act == Act.SUSPEND:
        must_moderate(by, "accounts.suspend_user")
    if permission := PERMISSION.get((Kind(case.kind), Act(act))):
        must_moderate(by, permission)
