"""Coming in and getting in: new accounts, passwords, addresses, tokens."""

from datetime import date

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from accounts.models import Invitation, User
from accounts.rules import age_on
from accounts.services.refusals import AccountRefused, refusing
from accounts.signals import handle_taken


def sign_up(*, handle: str, email: str, password: str, birth_date: date, name: str = "", invitation: str = "") -> User:
    """An account for somebody at the door: what the site's mode demands holds, the young start private, and mails
    will be in the language of the page that it was made on."""
    if settings.SIGNUP_MODE == "closed":
        raise AccountRefused(_("Sign-up is closed at the moment."))
    is_private = age_on(timezone.localdate(), birth_date) < settings.PRIVATE_UNDER_AGE
    with transaction.atomic():
        if settings.SIGNUP_MODE == "invite":
            _use_invitation(invitation)
        return create_account(
            handle=handle,
            email=email,
            password=password,
            birth_date=birth_date,
            name=name,
            is_private=is_private,
            language=get_language() or "",
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
    language: str = "",
) -> User:
    with refusing():
        account = User.objects.create_user(
            handle,
            email,
            password,
            birth_date=birth_date,
            name=name,
            bio=bio,
            is_private=is_private,
            language=language,
        )
        EmailAddress.objects.create(user=account, email=account.email, primary=True)
        handle_taken.send(sender=User, account_id=account.pk, handle=account.handle)
    return account


def _use_invitation(code: str) -> None:
    """Counts the use in the statement that checks it: of two people with the last use, one waits and is refused."""
    still_good = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    used = Invitation.objects.filter(still_good, code=code.strip(), uses_left__gt=0).update(
        uses_left=F("uses_left") - 1
    )
    if not used:
        raise AccountRefused(_("This invitation is not valid, has expired or has been used up."), "invitation")


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
