"""Comma-separated files as spreadsheets read them."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheets take UTF-8 for something else
CONTENT_TYPE = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # a spreadsheet would run what begins like this

Value = str | int | None


def csv_line(values: Sequence[Value]) -> str:
    line = StringIO()
    csv.writer(line).writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: Value) -> str:
    """On one line, and words even where they look like a formula."""
    text = " ".join(("" if value is None else str(value)).split())
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def csv_response(lines: Iterable[str], *, name: str) -> StreamingHttpResponse:
    """Nobody else's, and kept by no cache."""
    response = StreamingHttpResponse(lines, content_type=CONTENT_TYPE, headers={"Cache-Control": "private, no-store"})
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
