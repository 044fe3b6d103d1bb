"""Who asks to follow a private account, and its answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from follows import selectors, services
from follows.access import access_account
from follows.views.rows import rows_or_page


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    page = selectors.requests_page(me.pk, cursor=request.GET.get("after", ""))
    context = {"page": page, "counts": selectors.counts(me.pk)}
    return render(request, rows_or_page(request, "follows/requests.html"), context)


@login_required
@require_POST
def approve(request: HttpRequest, handle: str) -> HttpResponse:
    asker = access_account(handle)
    relation = services.approve(followee=request.user, follower=asker)  # type: ignore[arg-type]
    if relation.follows_me:
        messages.success(request, f"{asker.display_name} now follows you.")
    else:
        messages.info(request, f"{asker.display_name} took the request back.")
    return redirect("follows:requests")


@login_required
@require_POST
def decline(request: HttpRequest, handle: str) -> HttpResponse:
    asker = access_account(handle)
    services.decline(followee=request.user, follower=asker)  # type: ignore[arg-type]
    messages.info(request, f"You declined the request of {asker.display_name}.")
    return redirect("follows:requests")


@login_required
@require_POST
def approve_everyone(request: HttpRequest) -> HttpResponse:
    approved = services.approve_everyone(followee_id=request.user.pk)
    messages.success(request, f"You approved {approved:,} {'request' if approved == 1 else 'requests'}.")
    return redirect("follows:requests")
