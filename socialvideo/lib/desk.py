"""The moderators' desk: pages that show and change nothing, and a content security policy that no other page shares."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator


class KeepsToItsFilters(ModelAdmin):
    """Django filters a list by whatever field of its own an address names: what a page hides could be guessed letter by
    letter (`?email__startswith=a`). Here only by what the list offers."""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        own = {name for field in self.opts.get_fields() for name in (field.name, getattr(field, "attname", None))}
        offered = {each if isinstance(each, str) else each[0] for each in self._filtered_by(request)}
        name = lookup.partition("__")[0]
        return (name not in own or name in offered) and super().lookup_allowed(lookup, value, request)

    def _filtered_by(self, request: HttpRequest) -> list[Any]:
        return [each for each in self.get_list_filter(request) if not isinstance(each, type)]


class ReadOnlyAdmin(KeepsToItsFilters):
    """Lists and shows. Never counts a table: pages say only whether there is a next one."""

    show_full_result_count = False
    paginator = InfinitePaginator

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeskPolicyMiddleware:
    """Loosens the policy for addresses below the admin. Stands after django-csp's middleware, which reads the reply."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.desk = reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(self.desk):
            response._csp_replace = settings.DESK_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # noqa: SLF001 - how django-csp is told
        return response
