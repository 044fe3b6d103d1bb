"""Pages of one's own account. Logging in, passwords and e-mail are allauth's pages in our templates; a sign-up adds
what only the database can decide."""

from pathlib import PurePath
from typing import Any

from allauth.account import views as allauth
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import links, selectors, services
from accounts.access import leave_the_door, owner
from accounts.forms import PasswordForm, PrivacyForm, ProfileForm
from accounts.models import Archive, User
from socialvideo.lib.languages import known, remember
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.serving import serve

FORM_METHODS = ["GET", "HEAD", "POST"]


class SignupView(allauth.SignupView):
    def get_initial(self) -> dict[str, Any]:
        """A link can carry the invitation."""
        return super().get_initial() | {"invitation": self.request.GET.get("code", "")[:64]}

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            return super().form_valid(form)
        except services.AccountRefused as refused:
            _mark(form, refused)
            return self.form_invalid(form)


signup = SignupView.as_view()


@login_required
@require_safe
def settings_index(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/settings.html")


@login_required
@require_safe
def manage_account(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/manage_account.html")


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def profile_edit(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(**_sent(request), account=request.user)
    if form.is_valid() and _save_profile(request, form):
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile_edit")
    return _form_page(request, "accounts/profile_edit.html", form)


def _save_profile(request: HttpRequest, form: ProfileForm) -> bool:
    picture = form.cleaned_data.pop("avatar")
    try:
        services.update_profile(account=request.user, **form.cleaned_data)
    except services.AccountRefused as refused:
        _mark(form, refused)
        return False
    if picture is not None:
        services.set_avatar(account=request.user, content=picture)
    return True


@login_required
@require_POST
def avatar_remove(request: HttpRequest) -> HttpResponse:
    services.remove_avatar(account=request.user)
    messages.success(request, _("Your picture is removed."))
    return redirect("accounts:profile_edit")


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def privacy(request: HttpRequest) -> HttpResponse:
    form = PrivacyForm(**_sent(request), initial={"is_private": request.user.is_private})
    if form.is_valid():
        account = services.set_privacy(account=request.user, **form.cleaned_data)
        messages.success(request, _("Your account is private.") if account.is_private else _("Your account is public."))
        return redirect("accounts:privacy")
    return _form_page(request, "accounts/privacy.html", form)


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
@sensitive_post_parameters("password")
def deactivate(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(**_sent(request), request=request, account=request.user)
    if form.is_valid():
        services.deactivate(account=request.user)
        logout(request)
        messages.success(request, _("Your account is deactivated. Log in whenever you want it back."))
        return redirect("feeds:home")
    return _form_page(request, "accounts/deactivate.html", form)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chosen for this browser, and by whoever is logged in for their account. Anything unknown: as the browser asks."""
    chosen = known(request.POST.get("language", ""))
    if request.user.is_authenticated:
        services.set_language(account=request.user, language=chosen)
    response = redirect_back(request, reverse("feeds:home"))
    remember(response, chosen)
    return response


@require_http_methods(FORM_METHODS)
@never_cache
def leaving(request: HttpRequest) -> HttpResponse:
    """A deletion that is under way, for its owner at the door: when it becomes final, and the way back."""
    account = owner(request)
    erasure = selectors.pending_erasure(account.pk) if account else None
    if account is None or erasure is None:
        return redirect("accounts:settings")
    if request.method == "POST":
        return _keep(request, account)
    return render(request, "accounts/leaving.html", {"account": account, "erasure": erasure})


def _keep(request: HttpRequest, account: User) -> HttpResponse:
    try:
        services.reactivate(account=account)
    except services.AccountRefused as refused:
        messages.error(request, refused.message)
        return redirect("feeds:home")
    leave_the_door(request)
    if account.is_active:
        messages.success(request, _("You keep your account. Everything is as it was."))
    return perform_login(request, account)


@login_required
@require_safe
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/token.html", {"token": selectors.token_of(request.user)})


@login_required
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    services.renew_token(account=request.user)
    return redirect("accounts:token")


@login_required
@require_POST
def token_revoke(request: HttpRequest) -> HttpResponse:
    services.revoke_token(account=request.user)
    messages.success(request, _("The token is revoked. Programs that used it have no access any more."))
    return redirect("accounts:token")


# --- One's data -----------------------------------------------------------------------------------------------


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _ask_for_archive(request)
    page = "accounts/data.html#archive" if request.htmx else "accounts/data.html"  # type: ignore[attr-defined]
    return render(request, page, {"archive": selectors.archive_of(request.user), "settings": settings})


def _ask_for_archive(request: HttpRequest) -> HttpResponse:
    try:
        services.ask_for_archive(account=request.user)
    except services.AccountRefused as refused:
        messages.error(request, refused.message)
    return redirect("accounts:data")


@login_required
@require_safe
@reauthentication_required
@never_cache
def archive(request: HttpRequest) -> HttpResponse:
    """The password again where the login is a while ago; then an address that goes on working for the whole file."""
    found = selectors.archive_of(request.user)
    if found is None or not found.is_offered:
        messages.error(request, _("There is no file any more. Ask for your data again."))
        return redirect("accounts:data")
    return redirect("accounts:archive_file", links.sign(found))


@login_required
@require_safe
def archive_file(request: HttpRequest, signed: str) -> HttpResponseBase:
    return archive_response(request, links.archive(signed, request.user.pk))


def archive_response(request: HttpRequest, found: Archive | None) -> HttpResponseBase:
    if found is None:
        raise Http404
    response = serve(request, found.name, cache_control="private, no-store")
    response["Content-Disposition"] = f'attachment; filename="{PurePath(found.name).name}"'
    return response


@login_required
@require_safe
@never_cache
def log_ins(request: HttpRequest) -> HttpResponse:
    this = request.session.session_key or ""
    page = selectors.log_ins(request.user, this=this, cursor=request.GET.get("after", ""))
    shown = {"page": page, "token": selectors.token_of(request.user)}
    part = "accounts/log_ins.html#rows" if request.htmx else "accounts/log_ins.html"  # type: ignore[attr-defined]
    return render(request, part, shown)


@login_required
@require_POST
def log_in_end(request: HttpRequest, log_in_id: str) -> HttpResponse:
    services.end_log_in(account=request.user, log_in_id=log_in_id)
    messages.success(request, _("That device is logged out."))
    return redirect("accounts:log_ins")


@login_required
@require_POST
def log_ins_end_others(request: HttpRequest) -> HttpResponse:
    services.end_other_log_ins(account=request.user, but=request.session.session_key or "")
    messages.success(request, _("All other devices and programs are logged out."))
    return redirect("accounts:log_ins")


@require_safe
def stored(request: HttpRequest) -> HttpResponse:
    """For everybody, with an account or without."""
    return render(request, "accounts/stored.html", {"parts": selectors.stored()})


def _sent(request: HttpRequest) -> dict[str, Any]:
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}


def _form_page(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


def _mark(form: Form, refused: services.AccountRefused) -> None:
    field = {"handle": "username"}.get(refused.field, refused.field) if "username" in form.fields else refused.field
    form.add_error(field if field in form.fields else None, refused.message)
