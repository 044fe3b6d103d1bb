"""What people say about themselves, and who may see it."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import HandleClaim, User
from accounts.services.refusals import AccountRefused, refusing
from accounts.signals import handle_taken, privacy_changed

# A handle is taken for ever, so nobody may take many.
NEW_HANDLES = 3
NEW_HANDLES_WITHIN = timedelta(days=30)


def update_profile(
    *, account: User, handle: str | None = None, name: str | None = None, bio: str | None = None
) -> User:
    """Changes what is given. The old handle stays claimed, so that links to it lead here."""
    wanted = {"handle": handle, "name": name, "bio": bio}
    with refusing():
        current = User.objects.select_for_update(no_key=True).get(pk=account.pk)
        changes = {
            field: value for field, value in wanted.items() if value is not None and value != getattr(current, field)
        }
        if "handle" in changes:
            _may_take_handle(account.pk, changes["handle"])
        if changes:
            User.objects.filter(pk=account.pk).update(**changes)
        if "handle" in changes:
            handle_taken.send(sender=User, account_id=account.pk, handle=changes["handle"])
    account.refresh_from_db(fields=["handle", "name", "bio"])
    return account


def _may_take_handle(account_id: int, handle: str) -> None:
    claims = HandleClaim.objects.filter(account_id=account_id)
    if claims.filter(handle=handle).exists():
        return
    first = claims.order_by("claimed_at").values("pk")[:1]
    if claims.filter(claimed_at__gt=timezone.now() - NEW_HANDLES_WITHIN).exclude(pk__in=first).count() >= NEW_HANDLES:
        raise AccountRefused(
            _("You have taken %(number)s new handles in %(days)s days. Wait a while, or go back to one you had.")
            % {"number": NEW_HANDLES, "days": NEW_HANDLES_WITHIN.days},
            "handle",
        )


def set_language(*, account: User, language: str) -> None:
    """Of pages, mails and pushes. Empty: what the browser asks for."""
    User.objects.filter(pk=account.pk).update(language=language)
    account.language = language


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


@transaction.atomic
def set_privacy(*, account: User, is_private: bool) -> User:
    lock_account(account.pk)
    changed = User.objects.filter(pk=account.pk).exclude(is_private=is_private).update(is_private=is_private)
    account.is_private = is_private
    if changed:
        privacy_changed.send(sender=User, account_id=account.pk, is_private=is_private)
    return account
