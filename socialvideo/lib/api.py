"""Pages of the API: `{"results": […], "next_cursor": "…"}`, the cursor empty on the last page."""

from functools import lru_cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from socialvideo.lib.pagination import Page

CURSOR = OpenApiParameter("cursor", str, description="`next_cursor` of the page before; nothing for the first page.")


@lru_cache
def paged(serializer: type[serializers.BaseSerializer[Any]], **besides: Any) -> serializers.Serializer[Any]:
    """The schema of a page of these, and what else it says."""
    name = serializer.__name__.removesuffix("Serializer")
    fields = {"results": serializer(many=True), "next_cursor": serializers.CharField(allow_blank=True)}
    return inline_serializer(f"{name}Page", fields | besides)


def cursor_of(request: Request) -> str:
    return request.query_params.get("cursor", "")


def page_response(page: Page[Any], serializer: type[serializers.BaseSerializer[Any]], **context: Any) -> Response:
    results = serializer(page.items, many=True, context=context).data
    return Response({"results": results, "next_cursor": page.next_cursor})


class Refused(APIException):
    """The rules do not allow the act, or not for some seconds. `code` says which rule, `detail` what to do."""

    status_code = 409

    def __init__(self, message: str, code: str, wait: int = 0) -> None:
        super().__init__({"detail": message, "code": code}, code)
        if wait:
            self.status_code, self.wait = 429, wait  # which becomes Retry-After
