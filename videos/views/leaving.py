"""Deleting one's account: said with what it would lose, therefore a page of the app that knows both followers and videos."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import owner, stand_at_the_door
from accounts.forms import PasswordForm
from accounts.models import User
from accounts.selectors import pending_erasure
from accounts.services import AccountRefused, ask_for_deletion
from videos import selectors


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def delete_account(request: HttpRequest) -> HttpResponse:
    """Open to suspended people too, who come here from the door."""
    account = owner(request)
    if account is None:
        return redirect_to_login(request.get_full_path())
    if pending_erasure(account.pk):
        return redirect("accounts:leaving")
    form = PasswordForm(request.POST if request.method == "POST" else None, request=request, account=account)
    if form.is_valid() and _ask(form, account):
        logout(request)
        stand_at_the_door(request, account)
        return redirect("accounts:leaving")
    context = {
        "form": form,
        "account": account,
        "holdings": selectors.holdings(account.pk),
        "days": settings.DELETE_AFTER_DAYS,
        "due_at": timezone.now() + timedelta(days=settings.DELETE_AFTER_DAYS),
    }
    return render(request, "videos/delete_account.html", context, status=422 if form.errors else 200)


def _ask(form: PasswordForm, account: User) -> bool:
    try:
        ask_for_deletion(account=account)
    except AccountRefused as refused:
        form.add_error(None, refused.message)
        return False
    return True
