"""One's follows as a file."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from follows import exporting

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@login_required
@require_safe
def export(request: HttpRequest, form: str) -> StreamingHttpResponse:
    return export_response(request, request.user, form)  # type: ignore[arg-type]


def export_response(request: HttpRequest, account: User, form: str) -> StreamingHttpResponse:
    """Nobody else's, and kept by no cache."""
    now = timezone.now()
    response = StreamingHttpResponse(
        _lines(request, account, form),
        content_type=CONTENT_TYPES[form],
        headers={"Cache-Control": "private, no-store"},
    )
    response["Content-Disposition"] = f'attachment; filename="following-{account.handle}-{now:%Y-%m-%d}.{form}"'
    return response


def _lines(request: HttpRequest, account: User, form: str) -> Iterator[str]:
    if form == "csv":
        return exporting.as_csv(account.pk)
    return exporting.as_json(account, site=request.build_absolute_uri("/"), now=timezone.now())
