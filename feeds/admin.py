"""The desk's view of audits: what each found, with the examples that nobody else sees; the state of the machine (`desk.py`);
what left the site or could not; and what For You is made of."""

from itertools import groupby

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from feeds import desk
from feeds.models import AuditRun, Digest, Letter, Push
from feeds.stats import source_days
from socialvideo.lib.desk import ReadOnlyAdmin

DAYS = 14  # of sources


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "finished_at", "verdict")
    ordering = ("-id",)
    fields = ("started_at", "finished_at", "verdict", "found")
    readonly_fields = fields
    actions_list = ("machine", "sources")

    def get_urls(self) -> list[URLPattern]:
        return [*desk.urls(self), *super().get_urls()]

    @action(description=_("State of the machine"), url_path="machine", icon="monitor_heart", permissions=["view"])
    def machine(self, request: HttpRequest) -> HttpResponse:
        return desk.page(request, self)

    @action(description=_("What For You’s sources bring"), url_path="sources", icon="insights", permissions=["view"])
    def sources(self, request: HttpRequest) -> HttpResponse:
        """Day by day; their table has no key that a list here could be of."""
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": gettext("What For You’s sources bring"),
        }
        days = {day: list(rows) for day, rows in groupby(source_days(days=DAYS), key=lambda row: row.day)}
        return TemplateResponse(request, "feeds/desk_sources.html", context | {"days": days})

    @admin.display(description=_("verdict"))
    def verdict(self, run: AuditRun) -> str:
        if run.finished_at is None:
            return gettext("did not come to its end")
        broken = sum(bool(check["broken_since"]) for check in run.checks)
        return (
            ngettext("%(number)s broken", "%(number)s broken", broken) % {"number": broken}
            if broken
            else gettext("kept")
        )

    @admin.display(description=_("Checks"))
    def found(self, run: AuditRun) -> SafeString:
        checks = sorted(run.checks, key=lambda check: check["broken_since"] is None)
        return render_to_string("feeds/desk_audit.html", {"checks": checks})


@admin.register(Push)
class PushAdmin(ReadOnlyAdmin):
    """What it said is nobody's business here."""

    list_display = ("event_key", "subscription_id", "state", "attempts", "answer", "created_at")
    list_filter = ("state",)
    ordering = ("-id",)
    fields = (*list_display, "due_at")


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "state", "attempts", "answer", "handed_at", "created_at")
    list_filter = ("state",)
    list_select_related = ("account",)
    ordering = ("-id",)
    fields = (*list_display, "due_at")


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """Mails about decisions. Whom they go to, the decision says."""

    list_display = ("id", "about", "decision", "state", "attempts", "answer", "handed_at", "created_at")
    list_filter = ("state", "about")
    list_select_related = ("decision",)
    ordering = ("-id",)
    fields = (*list_display, "due_at")
