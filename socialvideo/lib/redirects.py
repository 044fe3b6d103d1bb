"""Where a plain form returns to: the page it stood on, if that is ours."""

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, fallback: str) -> str:
    """The form's `next`, never another host."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else fallback


def redirect_back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    return redirect(way_back(request, fallback))
