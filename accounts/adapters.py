"""How allauth meets our accounts: who may come in, what it says, and that a mail server's absence is no error page."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.access import stand_at_the_door
from accounts.models import User
from socialvideo.lib.languages import remember, speaking

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "duplicate_email": _("This is your e-mail address already."),
        "email_password_mismatch": _("This e-mail address and password do not belong together."),
        "email_taken": _("There is an account with this e-mail address. Log in instead."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link is not valid any more. Ask for a new one."),
        "rate_limited": _("That was too often in a short time. Wait a few minutes and try again."),
        "too_many_login_attempts": _("That was too often in a short time. Wait a few minutes and try again."),
        "username_password_mismatch": _("This handle and password do not belong together."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP_MODE != "closed"

    def pre_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse | None:
        """Logging in takes nothing back by itself: whoever asked for deletion decides at the door."""
        services.end_suspension_if_over(account=user)
        if selectors.pending_erasure(user.pk):
            stand_at_the_door(request, user)
            return redirect("accounts:leaving")
        return super().pre_login(request, user, **login)

    def login(self, request: HttpRequest, user: User) -> None:
        """Whoever deactivated their account and logs in has come back."""
        if user.deactivated_at:
            services.reactivate(account=user)
            messages.info(request, gettext("Welcome back. Your account is active again and others can see it."))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse:
        """The language that the account chose is this browser's from now on."""
        response = super().post_login(request, user, **login)
        if user.language:
            remember(response, user.language)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        stand_at_the_door(request, user)
        context = {"account": user, "suspension": selectors.suspension(user.pk)}
        return render(request, "account/account_inactive.html", context, status=403)

    def set_password(self, user: User, password: str) -> None:
        services.change_password(account=user, password=password)

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """An account always has an address; one that waits to be confirmed can be given up."""
        return not email_address.primary

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """False when another account took the address while this one had not confirmed it."""
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:
            messages.error(request, gettext("This e-mail address cannot be confirmed. Use another one."))
            return False

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.SITE_NAME}: {subject}"

    def _language_of(self, account: User | None) -> str:
        """Who chose none, or has no account, is written to in the language of the page that made the mail."""
        return (account and account.language) or get_language() or ""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """What was asked for has happened; only the mail about it is missing, and can be asked for again."""
        try:
            with speaking(self._language_of(context.get("user"))):
                super().send_mail(template_prefix, email, {"SITE_NAME": settings.SITE_NAME} | context)
        except (OSError, SMTPException):
            logger.exception("Mail %s was not sent.", template_prefix)
            if self.request is not None:
                messages.error(self.request, gettext("We could not send mail just now. Try again in a few minutes."))
