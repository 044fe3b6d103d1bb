"""Pages of which htmx asks for a part: the next rows of a list, or a part whose numbers changed."""

from django.http import HttpRequest


def rows_or_page(request: HttpRequest, template: str, *parts: str) -> str:
    """The part that htmx asks for, named as its element; the page for everybody else."""
    if request.htmx and request.GET.get("after"):  # type: ignore[attr-defined]
        return f"{template}#rows"
    if request.htmx and request.htmx.target in parts:  # type: ignore[attr-defined]
        return f"{template}#{request.htmx.target}"  # type: ignore[attr-defined]
    return template
