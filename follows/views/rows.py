"""Lists that grow by htmx."""

from django.http import HttpRequest


def rows_or_page(request: HttpRequest, template: str) -> str:
    """htmx asks for the next rows; everybody else for the page."""
    asked_for_more = request.htmx and request.GET.get("after")  # type: ignore[attr-defined]
    return f"{template}#rows" if asked_for_more else template
