"""The desk's view of audits: what each found, with the examples that nobody else sees; and of what left the site or could
not."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from feeds.models import AuditRun, Digest, Push
from socialvideo.lib.desk import ReadOnlyAdmin


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "finished_at", "verdict")
    ordering = ("-id",)
    fields = ("started_at", "finished_at", "verdict", "found")
    readonly_fields = fields

    @admin.display
    def verdict(self, run: AuditRun) -> str:
        if run.finished_at is None:
            return "did not come to its end"
        broken = sum(bool(check["broken_since"]) for check in run.checks)
        return f"{broken} broken" if broken else "kept"

    @admin.display(description="Checks")
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
