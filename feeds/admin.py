"""The desk's view of audits: what each found, with the examples that nobody else sees."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from feeds.models import AuditRun
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
