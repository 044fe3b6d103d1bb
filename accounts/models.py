"""Accounts and what keeps their names honest. A handle belongs for ever to the account that had it first, so that a
link or an exported list can never come to mean somebody else. Ids are never reused."""

import secrets
from typing import TYPE_CHECKING, ClassVar

import pgtrigger
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.locks import account_lock_sql
from accounts.querysets import ArchiveQuerySet, ErasureQuerySet, UserQuerySet
from socialvideo.lib.triggers import Promise, Refuse, never_truncate

if TYPE_CHECKING:
    from accounts.sessions import SessionStore

HANDLE_PATTERN = r"[a-z0-9](?:[a-z0-9._]{0,28}[a-z0-9_])"
validate_handle = RegexValidator(
    rf"^{HANDLE_PATTERN}$",
    _(
        "Use 2 to 30 small letters, digits, dots and underscores; begin with a letter or digit and do not end with a dot."
    ),
)

# What is left of an erased account says nothing: a placeholder for the address, and how others read it.
ERASED_ADDRESS = "@deleted.invalid"
ERASED_NAME = gettext_noop("a deleted account")


def new_avatar_path(user: "User", filename: str) -> str:
    """The sender's file name is never used."""
    return f"avatars/{user.pk}/{secrets.token_urlsafe(12)}.webp"


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = True

    def get_by_natural_key(self, handle: str) -> "User":
        return self.get(handle=handle.lower())

    def create_user(self, handle: str, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(handle=handle.lower(), email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, handle: str, email: str, password: str | None = None, **fields: object) -> "User":
        """An administrator's e-mail counts as confirmed: nobody else could vouch for the first one."""
        user = self.create_user(handle, email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Suspension (by a moderator) and deactivation (by its owner) hide it and keep everything it has. An
    erased one keeps its row, empty, so that its id and handles never come to mean somebody else."""

    handle = models.CharField(max_length=30, unique=True, validators=[validate_handle])
    name = models.CharField(max_length=50, blank=True)
    email = models.EmailField(unique=True)
    bio = models.CharField(max_length=300, blank=True)
    avatar = models.ImageField(upload_to=new_avatar_path, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=7, blank=True, default="", db_default="")  # empty: what the browser asks for
    is_private = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True, help_text=_("Empty: for good."))
    is_limited = models.BooleanField(
        default=False, db_default=False, help_text=_("By a moderator: followers have it, nobody else is offered it.")
    )
    deactivated_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects = UserManager()

    class Meta:
        verbose_name = _("account")
        permissions: ClassVar = [("suspend_user", "Can suspend accounts")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(handle__regex=rf"^{HANDLE_PATTERN}$"), name="accounts_user_handle_is_plain"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_is_lower_case"),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    name="",
                    bio="",
                    avatar="",
                    birth_date=None,
                    last_login=None,
                    is_staff=False,
                    is_superuser=False,
                    email__endswith=ERASED_ADDRESS,
                ),
                name="accounts_user_erased_is_empty",
            ),
        ]
        indexes: ClassVar = [
            # Names of many at once, without reading a row: the Following Manager's search and order.
            models.Index(fields=["id"], include=["handle", "name"], name="accounts_user_names"),
            # Who is called exactly so.
            models.Index(Upper("name"), name="accounts_user_by_name"),
        ]
        triggers: ClassVar = [
            Promise(
                name="handle_is_never_reused",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("handle"),
                func="""
                    INSERT INTO accounts_handleclaim (handle, account_id, claimed_at)
                    VALUES (NEW.handle, NEW.id, now()) ON CONFLICT (handle) DO NOTHING;
                    IF NOT EXISTS (SELECT 1 FROM accounts_handleclaim WHERE handle = NEW.handle AND account_id = NEW.id) THEN
                        RAISE EXCEPTION 'The handle % belongs to another account.', NEW.handle
                            USING ERRCODE = 'unique_violation', CONSTRAINT = 'accounts_handle_is_never_reused';
                    END IF;
                    RETURN NULL;
                """,
            ),
            Promise(
                name="standing_changes_in_order",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("is_private", "suspended_at", "deactivated_at", "erased_at"),
                condition=pgtrigger.AnyChange("is_private", "suspended_at", "deactivated_at", "erased_at"),
                func=f"PERFORM pg_advisory_xact_lock({account_lock_sql('NEW.id')}); RETURN NEW;",
            ),
            Promise(
                name="erased_for_ever",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("erased_at"),
                condition=pgtrigger.Q(old__erased_at__isnull=False, new__erased_at__df=pgtrigger.F("old__erased_at")),
                func="""
                    RAISE EXCEPTION 'An erased account stays erased.' USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    def get_absolute_url(self) -> str:
        return reverse("videos:profile", args=[self.handle])

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return gettext(ERASED_NAME) if self.erased_at else self.name or self.handle

    @property
    def is_active(self) -> bool:
        """What Django, allauth and the API ask before anybody gets in. A deactivated account may: that brings it back."""
        return self.suspended_at is None and self.erased_at is None

    @property
    def standing(self) -> str:
        """In one word, for who lists people: nobody vanishes from a list for it."""
        moments = {"erased": self.erased_at, "suspended": self.suspended_at, "deactivated": self.deactivated_at}
        return next((name for name, moment in moments.items() if moment), "present")

    @property
    def is_present(self) -> bool:
        return self.is_active and self.deactivated_at is None


class HandleClaim(models.Model):
    """Who had a handle first. Written by a trigger; without a foreign key, because it outlives the account."""

    handle = models.CharField(max_length=30, primary_key=True)
    account_id = models.BigIntegerField(db_index=True)
    claimed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.handle


class StandingEvent(models.Model):
    """Who suspended, deactivated or deleted an account, and why, for ever. Its owner may read the reason. No foreign keys:
    the record outlives both accounts."""

    class Act(models.TextChoices):
        SUSPENDED = "suspended", _("suspended")
        UNSUSPENDED = "unsuspended", _("suspension lifted")
        DEACTIVATED = "deactivated", _("deactivated")
        REACTIVATED = "reactivated", _("reactivated")
        DELETION_ASKED = "deletion_asked", _("deletion asked for")
        ERASED = "erased", _("deleted for good")

    account_id = models.BigIntegerField()
    actor_id = models.BigIntegerField()
    act = models.CharField(max_length=16, choices=Act)
    reason = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account_id", "id"], name="accounts_standing_of_account")]
        triggers: ClassVar = [
            Refuse(
                name="standing_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                message="The record of an account's standing is only added to.",
            ),
            never_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.act}"


class Erasure(models.Model):
    """That an account is to be deleted: when this was asked, when it becomes final, how far it has come. Taking it back
    removes the row; once begun, it stays."""

    account = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="erasure")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, editable=False, help_text=_("From then on it is final."))
    reminded_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False, help_text=_("Every part is confirmed."))

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("deletion")
        indexes: ClassVar = [
            # The sweep: what is due, and what is begun and not finished.
            models.Index(fields=["due_at"], condition=Q(finished_at=None), name="accounts_erasure_unfinished"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(begun_at__isnull=False), name="accounts_erasure_begins_before_it_ends"
            ),
        ]

    def __str__(self) -> str:
        return gettext("deletion of account %(id)s") % {"id": self.pk}


class ErasureStep(models.Model):
    """An app's part of an erasure: what it has removed so far, and when it confirmed that nothing is left."""

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="steps", db_index=False)
    part = models.CharField(max_length=20, help_text=_("The app."))
    removed = models.JSONField(default=dict, help_text=_("How many of what."))
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("part")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["erasure", "part"], name="accounts_erasurestep_one_per_part"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of account {self.erasure_id}"


class LogIn(AbstractBaseSession):
    """A session, and whose it is: on which device it was begun and when it was last used, as its owner may see and end
    it. Without an account: somebody who is not logged in. No address is kept."""

    account = models.ForeignKey(User, null=True, on_delete=models.CASCADE, db_index=False, related_name="log_ins")
    device = models.CharField(max_length=80, blank=True, db_default="")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now, db_default=Now(), help_text="To the hour.")

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")
        indexes: ClassVar = [
            models.Index(
                fields=["account", "-seen_at", "session_key"],
                condition=Q(account__isnull=False),
                name="accounts_login_of_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.device}"

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        from accounts.sessions import SessionStore  # its module is named by a setting, which is read first

        return SessionStore


class Archive(models.Model):
    """Everything that the site keeps about an account, in one file for its owner: asked for, made by a worker, there for
    some days. A worker has it by a lease; only what is whole is ever offered."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    class Failure(models.TextChoices):
        NO_ROOM = "no_room", _("There was no room for the file. Whoever runs the site was told; try again tomorrow.")
        BROKEN = "broken", _("Something went wrong several times. Whoever runs the site was told; try again.")

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="archives")
    state = models.CharField(max_length=7, choices=State, db_default=State.WAITING)
    progress = models.PositiveSmallIntegerField(db_default=0, help_text=_("Percent."))
    attempts = models.PositiveSmallIntegerField(db_default=0)
    lease_key = models.CharField(max_length=32, blank=True, db_default="")
    lease_until = models.DateTimeField(null=True, help_text=_("A worker has it until then; afterwards it is free."))
    failure = models.CharField(max_length=7, choices=Failure, blank=True, db_default="")
    name = models.CharField(max_length=200, blank=True, db_default="", help_text=_("In the storage."))
    bytes = models.BigIntegerField(db_default=0)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    made_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("download of one’s data")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="waiting"), name="accounts_archive_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(made_at__isnull=False, expires_at__isnull=False) & ~Q(name=""),
                name="accounts_archive_ready_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure=""), name="accounts_archive_failure_has_a_reason"
            ),
        ]
        indexes: ClassVar = [
            # The sweep: what is to be made, and what is over.
            models.Index(fields=["state", "expires_at"], name="accounts_archive_by_state"),
        ]

    def __str__(self) -> str:
        return f"archive of {self.account_id} ({self.state})"

    @property
    def folder(self) -> str:
        """In the storage, of all attempts at it."""
        return f"{archives_folder(self.account_id)}/{self.pk}"

    @property
    def is_offered(self) -> bool:
        return self.state == self.State.READY and self.expires_at is not None and self.expires_at > timezone.now()


def archives_folder(account_id: int) -> str:
    return f"archives/{account_id}"


def new_invitation_code() -> str:
    return secrets.token_urlsafe(9)


class Invitation(models.Model):
    """Lets somebody sign up where sign-up is by invitation. Each use is counted in the statement that grants it."""

    code = models.CharField(max_length=32, unique=True, default=new_invitation_code)
    note = models.CharField(max_length=200, blank=True, help_text=_("Who it is for; only the desk sees it."))
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations")
    uses_left = models.PositiveIntegerField(default=1, help_text=_("How many more people may sign up with it."))
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: never."))
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.note or self.code
