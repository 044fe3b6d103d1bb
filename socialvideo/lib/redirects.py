"""Where somebody is led: back to the page that a form stood on, if that is ours, and from a login to a page that can be
opened."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


def way_back(request: HttpRequest, fallback: str) -> str:
    """The form's `next`, never another host."""
    wanted = request.POST.get("next", "")
    return wanted if _is_ours(request, wanted) else fallback


def redirect_back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    return redirect(way_back(request, fallback))


class LoginMiddleware:
    """Who must log in first, and comes from a page's form or from htmx, is led to the login as a whole page, and afterwards
    to the page of the act: the act's own address can only be posted to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseRedirect) or not _is_login(response.url):
            return response
        if response.url == redirect_to_login(request.get_full_path()).url:
            response["Location"] = redirect_to_login(_page_of(request)).url
        return HttpResponseClientRedirect(response.url) if request.htmx else response  # type: ignore[attr-defined]


def _is_login(url: str) -> bool:
    return urlsplit(url).path in {resolve_url(settings.LOGIN_URL), reverse("admin:login")}


def _page_of(request: HttpRequest) -> str:
    """What somebody looked at when they asked for this."""
    if request.method in {"GET", "HEAD"} and not request.htmx:  # type: ignore[attr-defined]
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL" if request.htmx else "Referer", "")  # type: ignore[attr-defined]
    path = urlsplit(page if _is_ours(request, page) else "/")._replace(scheme="", netloc="").geturl()
    return way_back(request, path if _is_ours(request, path) else "/")  # "//elsewhere" is a path here, and a host there


def _is_ours(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
