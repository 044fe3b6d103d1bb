"""Getting in and one's own account, by the rules of the pages: sign-up and login go through the pages' forms."""

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts import selectors, services
from accounts.api.serializers import (
    CredentialsSerializer,
    DeletionSerializer,
    MeChangesSerializer,
    MeSerializer,
    SignedUpSerializer,
    SignupSerializer,
    TokenSerializer,
    as_form_data,
)
from accounts.forms import LoginForm, SignupForm
from accounts.models import User

FIELD_NAMES = {"username": "handle", "password1": "password", "__all__": "detail"}
CONFIRM_FIRST = _("Confirm your e-mail address first: follow the link that we sent to it.")

LEAVING = _("This account is to be deleted on %(day)s. Keep it first: POST /api/v1/auth/deletion/cancel/.")


def _as_validation_error(errors: dict[str, list[str]]) -> ValidationError:
    return ValidationError({FIELD_NAMES.get(field, field): messages for field, messages in errors.items()})


def _must_confirm(account: User) -> bool:
    mandatory = app_settings.EMAIL_VERIFICATION == app_settings.EmailVerificationMethod.MANDATORY
    return mandatory and not has_verified_email(account)


class GettingInView(APIView):
    """For anybody, a few times a minute. A session or token that comes along is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "auth"


def _whose(request: Request) -> User:
    """The account whose handle or address and password were sent."""
    serializer = CredentialsSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    form = LoginForm(serializer.validated_data, request=request._request)  # noqa: SLF001 - allauth wants Django's
    if not form.is_valid():
        raise _as_validation_error(form.errors)
    return form.user


class TokenView(GettingInView):
    def get_authenticators(self) -> list[BaseAuthentication]:
        return [scheme() for scheme in APIView.authentication_classes] if self._is_leaving() else []

    def get_permissions(self) -> list[BasePermission]:
        return [IsAuthenticated()] if self._is_leaving() else [AllowAny()]

    def _is_leaving(self) -> bool:
        return self.request is not None and self.request.method == "DELETE"

    @extend_schema(request=CredentialsSerializer, responses=TokenSerializer, operation_id="log_in", auth=[])
    def post(self, request: Request) -> Response:
        """Log in with handle or e-mail and password. Later logins answer the same token until it is revoked."""
        return Response({"token": _let_in(_whose(request))})

    @extend_schema(request=None, responses={204: None}, operation_id="log_out")
    def delete(self, request: Request) -> Response:
        """Revoke my token. Programs that used it have no access any more."""
        services.revoke_token(account=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _let_in(account: User) -> str:
    if not account.is_active:
        suspension = selectors.suspension(account.pk)
        raise PermissionDenied(_suspended(suspension.reason if suspension else ""))
    if _must_confirm(account):
        raise PermissionDenied(CONFIRM_FIRST)
    if erasure := selectors.pending_erasure(account.pk):
        raise PermissionDenied(LEAVING % {"day": f"{erasure.due_at:%Y-%m-%d}"})
    if account.deactivated_at:
        services.reactivate(account=account)
    return services.give_token(account=account).key


def _suspended(reason: str) -> str:
    if not reason:
        return gettext("This account is suspended.")
    return gettext("This account is suspended. Reason: %(reason)s") % {"reason": reason}


class DeletionView(GettingInView):
    """With handle or e-mail and password, so that suspended people can ask too."""

    @extend_schema(
        request=CredentialsSerializer, responses={202: DeletionSerializer}, operation_id="delete_account", auth=[]
    )
    def post(self, request: Request) -> Response:
        """Delete my account. It is deactivated at once and erased at `due_at`. Asking again changes nothing."""
        try:
            erasure = services.ask_for_deletion(account=_whose(request))
        except services.AccountRefused as refused:
            raise PermissionDenied(refused.message) from refused
        return Response(DeletionSerializer(erasure).data, status=status.HTTP_202_ACCEPTED)


class KeepView(GettingInView):
    @extend_schema(request=CredentialsSerializer, responses={204: None}, operation_id="keep_account", auth=[])
    def post(self, request: Request) -> Response:
        """Take the deletion of my account back. Everything is as it was; log in for a token."""
        try:
            services.reactivate(account=_whose(request))
        except services.AccountRefused as refused:
            raise PermissionDenied(refused.message) from refused
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignupView(GettingInView):
    @extend_schema(
        request=SignupSerializer,
        responses={201: SignedUpSerializer, 403: OpenApiResponse(description="Sign-up is closed.")},
        operation_id="sign_up",
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Make an account. Where addresses have to be confirmed, the answer is the same for a known address: what is
        the case stands in the mail."""
        if settings.SIGNUP_MODE == "closed":
            raise PermissionDenied(gettext("Sign-up is closed at the moment."))
        serializer = SignupSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        form = SignupForm(as_form_data(serializer.validated_data))
        if not form.is_valid():
            raise _as_validation_error(form.errors)
        return Response(_sign_up(form, request), status=status.HTTP_201_CREATED)


def _sign_up(form: SignupForm, request: Request) -> dict[str, Any]:
    if form.account_already_exists:
        get_adapter().send_account_already_exists_mail(form.cleaned_data["email"])
        return {"detail": str(CONFIRM_FIRST), "token": None}
    try:
        account = form.save(request._request)  # noqa: SLF001 - the form wants Django's
    except services.AccountRefused as refused:
        raise ValidationError({refused.field or "detail": [refused.message]}) from refused
    account.emailaddress_set.get().send_confirmation(request._request, signup=True)  # noqa: SLF001 - the same
    if _must_confirm(account):
        return {"detail": str(CONFIRM_FIRST), "token": None}
    return {"detail": gettext("Welcome."), "token": services.give_token(account=account).key}


class MeView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=MeSerializer, operation_id="me")
    def get(self, request: Request) -> Response:
        """My account."""
        return Response(MeSerializer(request.user).data)

    @extend_schema(request=MeChangesSerializer, responses=MeSerializer, operation_id="change_me")
    def patch(self, request: Request) -> Response:
        """Change what is sent, or nothing at all when one of it is not allowed."""
        serializer = MeChangesSerializer(data=request.data, partial=True, context={"account": request.user})
        serializer.is_valid(raise_exception=True)
        try:
            _change(request.user, **serializer.validated_data)
        except services.AccountRefused as refused:
            raise ValidationError({refused.field or "detail": [refused.message]}) from refused
        return Response(MeSerializer(request.user).data)


@transaction.atomic
def _change(account: User, **changes: Any) -> None:
    """Privacy first: it waits for the account's lock, and nothing may be held while waiting."""
    if "is_private" in changes:
        services.set_privacy(account=account, is_private=changes.pop("is_private"))
    picture = changes.pop("avatar", b"")
    services.update_profile(account=account, **changes)
    if picture is None:
        services.remove_avatar(account=account)
    elif picture:
        services.set_avatar(account=account, content=picture)
