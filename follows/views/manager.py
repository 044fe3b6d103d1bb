"""The Following Manager. Search, order and filters stand in its address; so does the act that was just made here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from follows import selectors
from follows.models import Batch
from follows.selectors import FILTERS, SORTS, Wanted
from follows.selectors.manager import DEFAULT_SORT
from follows.views.rows import rows_or_page

SEARCH_LENGTH = 50


@dataclass(frozen=True)
class Asked:
    """What the address, or a form of the page, asks for. What it does not know it leaves out."""

    wanted: Wanted
    sort: str

    @classmethod
    def of(cls, given: QueryDict) -> "Asked":
        search = given.get("q", "").replace("\x00", "").strip()[:SEARCH_LENGTH]
        sort = given.get("sort", "")
        return cls(
            Wanted(search, frozenset(FILTERS) & frozenset(given.getlist("only"))),
            sort if sort in SORTS else DEFAULT_SORT,
        )

    @property
    def fields(self) -> list[tuple[str, str]]:
        sort = [("sort", self.sort)] if self.sort != DEFAULT_SORT else []
        search = [("q", self.wanted.search)] if self.wanted.search else []
        return [*search, *sort, *(("only", name) for name in sorted(self.wanted.filters))]

    def address(self, **more: object) -> str:
        query = urlencode([*self.fields, *more.items()])
        return f"{reverse('follows:manager')}{'?' if query else ''}{query}"


@login_required
@require_safe
@never_cache
def manager(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    asked = Asked.of(request.GET)
    cursor, batch = request.GET.get("after", ""), _batch(me, request.GET.get("batch", ""))
    context = list_context(me, asked, cursor=cursor, batch=batch, rows_only=bool(cursor and request.htmx))  # type: ignore[attr-defined]
    again = request.htmx and request.htmx.target == "totals"  # type: ignore[attr-defined]
    template = rows_or_page(request, "follows/manager.html", "followed", "totals")
    return render(request, template, {**context, "again": again})


def list_context(
    me: User, asked: Asked, *, cursor: str = "", batch: Batch | None = None, rows_only: bool = False
) -> Mapping[str, Any]:
    page = selectors.manager_page(me.pk, wanted=asked.wanted, sort=asked.sort, cursor=cursor)
    context = {
        "page": page,
        "asked": asked,
        "more": asked.address(after=page.next_cursor) if page.next_cursor else "",
    }
    return context if rows_only else context | _around(me, asked, batch)


def _around(me: User, asked: Asked, batch: Batch | None) -> dict[str, Any]:
    counts, requested = selectors.counts(me.pk), selectors.open_requests_of(me.pk)
    total = counts.following + requested
    return {
        "counts": counts,
        "requested": requested,
        "total": total,
        "matching": total if asked.wanted.everyone else selectors.count_matching(me.pk, asked.wanted),
        "report": selectors.report(batch) if batch else None,
        "submit_key": uuid4(),
        "sorts": SORTS,
        "filters": FILTERS,
        "found": selectors.offers_count(me.pk),
    }


def _batch(me: User, pk: str) -> Batch | None:
    """The act that was just made here, to be told of and taken back."""
    return Batch.objects.filter(owner=me, pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
