"""Deleting an account. Whoever asks for it has `DELETE_AFTER_DAYS` to change their mind, hidden but whole. Then it is
final: the account's row stays as an empty mark, so that its id and handle never mean anybody else, and every app erases
its part and confirms it. The rows say how far that has come; whoever is killed on the way is followed by the sweep."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from secrets import token_hex

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import (
    ERASED_ADDRESS,
    ERASED_NAME,
    Archive,
    Erasure,
    ErasureStep,
    Invitation,
    LogIn,
    StandingEvent,
    User,
    archives_folder,
)
from accounts.services.entering import revoke_token
from accounts.services.refusals import AccountRefused
from accounts.services.standing import DELETED
from accounts.signals import erasure_due, standing_changed
from socialvideo.lib.files import remove_folder
from socialvideo.lib.languages import speaking

logger = logging.getLogger(__name__)

AT_ONCE = 500  # rows in one statement
CHUNKS_A_TURN = 20  # then others get their turn
BEGUN_AT_ONCE = 100  # in one sweep
REMIND_BEFORE = timedelta(days=3)

# What removes some of an account's rows, or files, and returns how many; 0 when nothing is left.
Eraser = Callable[[int], int]


class NotYet(Exception):
    """Something goes on that has to end first. Nothing is confirmed; the sweep comes again."""


# --- Changing one's mind --------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_deletion(*, account: User) -> Erasure:
    """Deactivates the account at once and says when its deletion becomes final. Twice is once: the first day stands.
    A suspended account may ask too. `standing.reactivate` takes it back. Raises AccountRefused."""
    lock_account(account.pk)
    current = User.objects.get(pk=account.pk)
    if current.erased_at:
        raise AccountRefused(DELETED)
    if current.is_superuser:
        raise AccountRefused(_("An administrator’s account cannot be deleted. Hand over your role first."))
    due_at = timezone.now() + timedelta(days=settings.DELETE_AFTER_DAYS)
    erasure, is_new = Erasure.objects.get_or_create(account_id=account.pk, defaults={"due_at": due_at})
    if is_new:
        revoke_token(account=account)
        User.objects.filter(pk=account.pk, deactivated_at=None).update(deactivated_at=timezone.now())
        _record(account.pk, StandingEvent.Act.DELETION_ASKED)
        _mail("deletion_asked", current, due_at)
    account.refresh_from_db(fields=["deactivated_at"])
    return erasure


def _record(account_id: int, act: StandingEvent.Act) -> None:
    StandingEvent.objects.create(account_id=account_id, actor_id=account_id, act=act)
    standing_changed.send(sender=User, account_id=account_id)


def _mail(template: str, account: User, due_at: datetime) -> None:
    """To the address that the account has now, once what it says is committed; in its language, or else the page's."""
    language = account.language or get_language() or ""
    email, context = account.email, {"handle": account.handle, "due_at": due_at}

    def send() -> None:
        with speaking(language):
            get_adapter().send_mail(f"account/email/{template}", email, context)

    transaction.on_commit(send, robust=True)


# --- Becoming final -------------------------------------------------------------------------------------------


def sweep() -> None:
    """Reminds of what is near, begins what is due, hints at what is not confirmed, and closes what every app has
    confirmed."""
    for account_id in Erasure.objects.to_be_reminded(REMIND_BEFORE).values_list("pk", flat=True)[:BEGUN_AT_ONCE]:
        remind(account_id)
    for account_id in Erasure.objects.due().values_list("pk", flat=True)[:BEGUN_AT_ONCE]:
        try:
            begin(account_id)
        except Exception:
            logger.exception("The deletion of account %s did not begin", account_id)  # and holds nobody else back
    Erasure.objects.begun().confirmed().update(finished_at=Now())
    for account_id in Erasure.objects.begun().values_list("pk", flat=True):
        with transaction.atomic():
            erasure_due.send(Erasure, account_id=account_id)


@transaction.atomic
def remind(account_id: int) -> bool:
    """The last word before it is final, once. False when it was taken back, or said by somebody else."""
    waiting = Erasure.objects.to_be_reminded(REMIND_BEFORE).select_related("account")
    erasure = waiting.select_for_update(of=("self",), skip_locked=True).filter(pk=account_id).first()
    if erasure is None:
        return False
    Erasure.objects.filter(pk=account_id).update(reminded_at=Now())
    _mail("deletion_near", erasure.account, erasure.due_at)
    return True


@transaction.atomic
def begin(account_id: int) -> bool:
    """The moment after which nothing brings the account back. False when it was taken back, or begun by somebody else:
    whoever logs in at the same moment waits for the account's lock, or is waited for."""
    lock_account(account_id)
    if not Erasure.objects.due().filter(pk=account_id).exists():
        return False
    erasure = Erasure.objects.select_related("account").get(pk=account_id)
    _mail("account_deleted", erasure.account, erasure.due_at)
    _blank(account_id)
    Erasure.objects.filter(pk=account_id).update(begun_at=Now())
    _record(account_id, StandingEvent.Act.ERASED)
    erasure_due.send(Erasure, account_id=account_id)
    return True


def _blank(account_id: int) -> None:
    """Leaves a row that is nobody: its id keeps meaning this account, its handles stay claimed."""
    name = token_hex(10)  # cannot be guessed, so nobody can stand in its way
    User.objects.filter(pk=account_id).update(
        erased_at=Now(),
        handle=f"deleted_{name}",
        email=f"{name}{ERASED_ADDRESS}",
        password=make_password(None),
        name="",
        bio="",
        language="",
        avatar="",
        birth_date=None,
        last_login=None,
        is_staff=False,
        is_superuser=False,
    )
    EmailAddress.objects.filter(user=account_id).delete()
    for roles in (User.groups.through, User.user_permissions.through):
        roles.objects.filter(user=account_id).delete()


# --- An app's part --------------------------------------------------------------------------------------------


def owe(*, account_id: int, part: str) -> None:
    """Writes down that an app has something to erase. Twice is once."""
    ErasureStep.objects.bulk_create([ErasureStep(erasure_id=account_id, part=part)], ignore_conflicts=True)


def carry_out(*, account_id: int, part: str, erasers: Mapping[str, Eraser], after: str = "") -> bool:
    """Runs an app's erasers for some chunks, a transaction each, and confirms when none finds anything any more; returns
    whether there is more to do. Killed anywhere, it goes on where it stood; a second one at the same time leaves.
    `after` names the part that has to be confirmed first, so that nothing comes back behind this one."""
    try:
        return all(_carry_out_chunk(account_id, part, erasers, after) for _ in range(CHUNKS_A_TURN))
    except NotYet as reason:
        logger.info("Erasure of account %s, %s: not yet, %s", account_id, part, reason)
        return False


@transaction.atomic
def _carry_out_chunk(account_id: int, part: str, erasers: Mapping[str, Eraser], after: str) -> bool:
    open_steps = ErasureStep.objects.filter(erasure=account_id, part=part, confirmed_at=None)
    step = open_steps.select_for_update(skip_locked=True, no_key=True).first()
    if step is None:
        return False
    if after and not _is_over(account_id, after):
        raise NotYet(f"{after} comes first")
    for name, erase in erasers.items():
        if removed := erase(account_id):
            step.removed[name] = step.removed.get(name, 0) + removed
            step.save(update_fields=["removed"])
            return True
    open_steps.update(confirmed_at=Now())
    return False


_IS_OVER = """
    SELECT EXISTS (
        SELECT 1 FROM accounts_erasurestep WHERE erasure_id = %s AND part = %s AND NOT EXISTS (
            SELECT 1 FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
              AND xact_start < confirmed_at)
          AND confirmed_at IS NOT NULL)
"""


def _is_over(account_id: int, part: str) -> bool:
    """Whether the part is confirmed, and every transaction too that may still see what it removed."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_OVER, [account_id, part])
        return bool(cursor.fetchone()[0])


# --- What accounts themselves keep ----------------------------------------------------------------------------


def _end_sessions(account_id: int) -> int:
    some = LogIn.objects.filter(account=account_id).values("pk")[:AT_ONCE]
    return LogIn.objects.filter(pk__in=some).delete()[0]


def _remove_archives(account_id: int) -> int:
    """Files, then rows. Raises NotYet while a worker writes one."""
    mine = Archive.objects.select_for_update().filter(account=account_id)
    if any(archive.lease_until and archive.lease_until > timezone.now() for archive in mine):
        raise NotYet("a worker has an archive")
    return remove_folder(archives_folder(account_id)) or mine.delete()[0]


def _remove_pictures(account_id: int) -> int:
    return remove_folder(f"avatars/{account_id}")


def _forget_maker(account_id: int) -> int:
    made = Invitation.objects.filter(created_by=account_id).values("pk")[:AT_ONCE]
    return Invitation.objects.filter(pk__in=made).update(created_by=None)


def _unname_in_log(account_id: int) -> int:
    """The desk's log keeps what was done, without the name that the account had."""
    about = LogEntry.objects.filter(object_id=str(account_id), content_type__app_label=PART, content_type__model="user")
    named = about.exclude(object_repr=ERASED_NAME).values("pk")[:AT_ONCE]
    return LogEntry.objects.filter(pk__in=named).update(object_repr=ERASED_NAME)


PART = "accounts"
ERASERS: dict[str, Eraser] = {
    "sessions": _end_sessions,
    "archives": _remove_archives,
    "pictures": _remove_pictures,
    "invitations": _forget_maker,
    "log entries": _unname_in_log,
}


def erase(account_id: int) -> bool:
    return carry_out(account_id=account_id, part=PART, erasers=ERASERS)
