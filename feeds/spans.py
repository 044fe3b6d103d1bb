"""For which days figures are asked for, by page and API alike: the last so many or chosen ones, by day, week or month,
beside the days before or others. What cannot be answered is refused in words."""

from datetime import date, timedelta, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socialvideo.lib.spans import Span

USUAL_DAYS = 28
MOST_DAYS = 3 * 366
MOST_PERIODS = 366
OLDEST = date(2000, 1, 1)
DAYS = [
    (7, _("The last 7 days")),
    (28, _("The last 28 days")),
    (90, _("The last 90 days")),
    (365, _("The last 365 days")),
    ("", _("Chosen days")),
]
BY = [("day", _("By day")), ("week", _("By week")), ("month", _("By month"))]
COMPARED = [
    ("", _("With nothing")),
    ("before", _("With the days before")),
    ("chosen", _("With as many days from a chosen one")),
]


class Day(forms.DateField):
    """The browser's own picker."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class SpanForm(forms.Form):
    """`span` and `other`, the one compared with, once it is valid. Sent without anything, the last 28 days."""

    days = forms.TypedChoiceField(
        label=_("Days"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=DAYS,
    )
    first = Day(_("From"))
    last = Day(_("To"))
    by = forms.ChoiceField(label=_("Shown"), required=False, choices=BY)
    compare = forms.ChoiceField(label=_("Compare"), required=False, choices=COMPARED)
    other_first = Day(_("Compare from"))

    def __init__(self, said: Any, *, zone: tzinfo) -> None:
        super().__init__(_complete(said))
        self.zone = zone
        self.today = timezone.now().astimezone(zone).date()

    @property
    def span(self) -> Span:
        said = self.cleaned_data
        if said["days"]:
            first, last = self.today - timedelta(days=said["days"] - 1), self.today
        else:
            first, last = said["first"], said["last"]
        return Span(first, last, said["by"] or "day", self.zone)

    @property
    def other(self) -> Span | None:
        span, said = self.span, self.cleaned_data
        if said["compare"] == "before":
            return span.before()
        if said["compare"] != "chosen":
            return None
        first = said["other_first"]
        return Span(first, first + timedelta(days=span.days - 1), span.by, self.zone)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            self._check_days(said)
        if not self.errors:
            self._check_other(said)
        return said

    def _check_days(self, said: dict[str, Any]) -> None:
        if said["days"]:
            return
        for name in ("first", "last"):
            if not said[name]:
                self.add_error(name, _("Choose a day."))
        if not self.errors:
            self._check_range(said["first"], said["last"])

    def _check_range(self, first: date, last: date) -> None:
        if last > self.today:
            self.add_error("last", _("That day is still to come."))
        elif first > last:
            self.add_error("first", _("The first day comes after the last."))
        elif first < OLDEST or self.span.days > MOST_DAYS:
            self.add_error("first", _("Choose three years at most."))
        elif len(self.span.beginnings) > MOST_PERIODS:
            self.add_error("by", _("Choose weeks or months for more than a year."))

    def _check_other(self, said: dict[str, Any]) -> None:
        first = said["other_first"]
        if said["compare"] == "chosen" and not first:
            self.add_error("other_first", _("Choose a day."))
        elif said["compare"] == "chosen" and not OLDEST <= first <= self.today - timedelta(days=self.span.days - 1):
            self.add_error("other_first", _("There are no figures for those days."))


def _complete(said: Any) -> dict[str, str]:
    """Days are chosen ones where they are named; where nothing is, they are the usual."""
    given = {name: said.get(name, "") for name in ("days", "first", "last", "by", "compare", "other_first")}
    if "days" not in said and not (given["first"] or given["last"]):
        given["days"] = str(USUAL_DAYS)
    return given
