"""Every change of an account. A rule that two people could break at the same moment (a handle, an e-mail address, the
last use of an invitation) is decided by the database inside the writing statement; `AccountRefused` says it in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts.locks import lock_account
from accounts.models import HandleClaim, Invitation, StandingEvent, User
from accounts.rules import age_on
from accounts.signals import privacy_changed, standing_changed

# A handle is taken for ever, so nobody may take many.
NEW_HANDLES = 3
NEW_HANDLES_WITHIN = timedelta(days=30)


class AccountRefused(Exception):
    """The act is not allowed. `field` names the input to correct, or is empty; `message` is in plain words."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


HANDLE_TAKEN = ("This handle is taken. Pick another.", "handle")
REFUSALS = {
    "accounts_user_handle_key": HANDLE_TAKEN,
    "accounts_handle_is_never_reused": HANDLE_TAKEN,
    "accounts_user_email_key": ("There is an account with this e-mail address. Log in instead.", "email"),
}


@contextmanager
def _refusing() -> Iterator[None]:
    """A transaction in which a name that somebody else has becomes an `AccountRefused`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        refusal = REFUSALS.get(getattr(diagnosis, "constraint_name", None) or "")
        if refusal is None:
            raise
        raise AccountRefused(*refusal) from error


# --- Coming in ------------------------------------------------------------------------------------------------


def sign_up(*, handle: str, email: str, password: str, birth_date: date, name: str = "", invitation: str = "") -> User:
    """An account for somebody at the door: what the site's mode demands holds, and the young start private."""
    if settings.SIGNUP_MODE == "closed":
        raise AccountRefused("Sign-up is closed at the moment.")
    is_private = age_on(timezone.localdate(), birth_date) < settings.PRIVATE_UNDER_AGE
    with transaction.atomic():
        if settings.SIGNUP_MODE == "invite":
            _use_invitation(invitation)
        return create_account(
            handle=handle, email=email, password=password, birth_date=birth_date, name=name, is_private=is_private
        )


def create_account(
    *,
    handle: str,
    email: str,
    password: str,
    birth_date: date | None = None,
    name: str = "",
    bio: str = "",
    is_private: bool = False,
) -> User:
    with _refusing():
        account = User.objects.create_user(
            handle, email, password, birth_date=birth_date, name=name, bio=bio, is_private=is_private
        )
        EmailAddress.objects.create(user=account, email=account.email, primary=True)
    return account


def _use_invitation(code: str) -> None:
    """Counts the use in the statement that checks it: of two people with the last use, one waits and is refused."""
    still_good = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    used = Invitation.objects.filter(still_good, code=code.strip(), uses_left__gt=0).update(
        uses_left=F("uses_left") - 1
    )
    if not used:
        raise AccountRefused("This invitation is not valid, has expired or has been used up.", "invitation")


# --- Profile --------------------------------------------------------------------------------------------------


def update_profile(
    *, account: User, handle: str | None = None, name: str | None = None, bio: str | None = None
) -> User:
    """Changes what is given. The old handle stays claimed, so that links to it lead here."""
    wanted = {"handle": handle, "name": name, "bio": bio}
    with _refusing():
        current = User.objects.select_for_update(no_key=True).get(pk=account.pk)
        changes = {
            field: value for field, value in wanted.items() if value is not None and value != getattr(current, field)
        }
        if "handle" in changes:
            _may_take_handle(account.pk, changes["handle"])
        if changes:
            User.objects.filter(pk=account.pk).update(**changes)
    account.refresh_from_db(fields=["handle", "name", "bio"])
    return account


def _may_take_handle(account_id: int, handle: str) -> None:
    claims = HandleClaim.objects.filter(account_id=account_id)
    if claims.filter(handle=handle).exists():
        return
    first = claims.order_by("claimed_at").values("pk")[:1]
    if claims.filter(claimed_at__gt=timezone.now() - NEW_HANDLES_WITHIN).exclude(pk__in=first).count() >= NEW_HANDLES:
        raise AccountRefused(
            f"You have taken {NEW_HANDLES} new handles in {NEW_HANDLES_WITHIN.days} days."
            " Wait a while, or go back to one you had.",
            "handle",
        )


def set_avatar(*, account: User, content: bytes) -> User:
    """`content` is a picture that the site itself encoded."""
    return _replace_avatar(account, content)


def remove_avatar(*, account: User) -> User:
    return _replace_avatar(account, None)


def _replace_avatar(account: User, content: bytes | None) -> User:
    """The old file goes when the new state is committed: a page never points at a missing one for long."""
    with transaction.atomic():
        current = User.objects.select_for_update(no_key=True).get(pk=account.pk)
        storage, old = current.avatar.storage, current.avatar.name
        new = (
            ""
            if content is None
            else storage.save(User.avatar.field.generate_filename(current, ""), ContentFile(content))
        )
        User.objects.filter(pk=account.pk).update(avatar=new)
        if old:
            transaction.on_commit(lambda: storage.delete(old))
    account.refresh_from_db(fields=["avatar"])
    return account


# --- Getting in -----------------------------------------------------------------------------------------------


@transaction.atomic
def change_password(*, account: User, password: str) -> None:
    """Whoever got in by the old one is out: sessions end by themselves, the token here."""
    account.set_password(password)
    account.save(update_fields=["password"])
    revoke_token(account=account)


@transaction.atomic
def ask_for_email(*, account: User, email: str) -> EmailAddress:
    """The address that the account is to have once it is confirmed; another one asked for before is forgotten."""
    EmailAddress.objects.filter(user=account, primary=False).delete()
    return EmailAddress.objects.create(user=account, email=email.lower())


def give_token(*, account: User) -> Token:
    """The account's token, made when there is none."""
    return Token.objects.get_or_create(user=account)[0]


@transaction.atomic
def renew_token(*, account: User) -> Token:
    """A new token; the one before has no access any more."""
    revoke_token(account=account)
    return give_token(account=account)


def revoke_token(*, account: User) -> None:
    Token.objects.filter(user=account).delete()


# --- Privacy and standing -------------------------------------------------------------------------------------


@transaction.atomic
def set_privacy(*, account: User, is_private: bool) -> User:
    lock_account(account.pk)
    changed = User.objects.filter(pk=account.pk).exclude(is_private=is_private).update(is_private=is_private)
    account.is_private = is_private
    if changed:
        privacy_changed.send(sender=User, account_id=account.pk, is_private=is_private)
    return account


def suspend(*, account: User, by: User, reason: str) -> User:
    """Hides the account and closes it to its owner, who can read the reason. Everything it has is kept."""
    if account.pk == by.pk:
        raise AccountRefused("You cannot suspend yourself.")
    if account.is_staff and not by.is_superuser:
        raise AccountRefused("Only an administrator can suspend a member of the staff.")
    return _stand(account, by, StandingEvent.Act.SUSPENDED, reason, suspended_at=timezone.now())


def unsuspend(*, account: User, by: User, reason: str = "") -> User:
    return _stand(account, by, StandingEvent.Act.UNSUSPENDED, reason, suspended_at=None)


def deactivate(*, account: User) -> User:
    """Hides the account until its owner logs in again. Programs lose their access; sessions end by themselves."""
    with transaction.atomic():
        revoke_token(account=account)
        return _stand(account, account, StandingEvent.Act.DEACTIVATED, "", deactivated_at=timezone.now())


def reactivate(*, account: User) -> User:
    return _stand(account, account, StandingEvent.Act.REACTIVATED, "", deactivated_at=None)


@transaction.atomic
def _stand(account: User, by: User, act: StandingEvent.Act, reason: str, **change: object) -> User:
    """Changes one of the moments that make up an account's standing and records it, or does nothing when it stands so
    already: the first suspension's moment and reason remain."""
    [(field, moment)] = change.items()
    lock_account(account.pk)
    stood_otherwise = User.objects.filter(pk=account.pk, **{f"{field}__isnull": moment is not None})
    if stood_otherwise.update(**change):
        StandingEvent.objects.create(account_id=account.pk, actor_id=by.pk, act=act, reason=reason.strip())
        standing_changed.send(sender=User, account_id=account.pk)
    account.refresh_from_db(fields=[field])
    return account
