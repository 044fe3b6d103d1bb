"""The desk's page of the machine's state, which refreshes itself while it is open, and the two acts on it: processing what
failed again, and an audit now. Each act is asked about first."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feeds import machine, status, tasks
from socialvideo.lib import queues
from socialvideo.lib.numbers import exact
from videos import services
from videos.models import Video

PAGE = "admin:feeds_auditrun_machine"
RETRIED_AT_ONCE = 200


def page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:  # type: ignore[type-arg]
    context = {
        "state": machine.state(),
        "now": timezone.now(),
        "refreshes": "still" not in request.GET,
        "days": machine.LATELY.days,
        "audit_every": timedelta(seconds=settings.AUDIT_EVERY_SECONDS),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return TemplateResponse(request, "feeds/desk_machine.html#machine", context)
    return _page(request, admin, "feeds/desk_machine.html", _("State of the machine"), context)


def urls(admin: ModelAdmin) -> list[URLPattern]:  # type: ignore[type-arg]
    def acting(name: str, view: Any) -> URLPattern:
        def allowed(request: HttpRequest) -> HttpResponse:
            if not admin.has_view_permission(request):
                raise PermissionDenied
            return view(request, admin)

        return path(f"machine/{name}/", admin.admin_site.admin_view(allowed), name=f"feeds_auditrun_machine_{name}")

    return [acting("retry", retry), acting("audit", audit)]


# --- Processing again ---------------------------------------------------------------------------------------------


def retry(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:  # type: ignore[type-arg]
    """One video (`?video=`), or all with one reason (`?reason=`), the longest failed first."""
    if not request.user.has_perm("videos.remove_video"):
        raise PermissionDenied
    failed = _failed(request)
    if request.method == "POST":
        _retry(request, failed[:RETRIED_AT_ONCE])
        return redirect(PAGE)
    number, first = failed.count(), failed.first()
    if first is None:
        messages.info(request, _("Nothing of this failed any more."))
        return redirect(PAGE)
    title = ngettext("Process %(number)s video again?", "Process %(number)s videos again?", number)
    said = [first.failure_words]
    if number > RETRIED_AT_ONCE:
        said.append(_("%(number)s at once; ask again for the others.") % {"number": exact(RETRIED_AT_ONCE)})
    context = {"said": said, "answer": _("Process again")}
    return _page(request, admin, "feeds/desk_question.html", title % {"number": exact(number)}, context)


def _failed(request: HttpRequest) -> QuerySet[Video]:
    failed = Video.objects.failed_within(machine.LATELY).order_by("failed_at", "pk")
    reason, video = request.GET.get("reason"), request.GET.get("video", "")
    if reason is not None:
        return failed.filter(failure_code=reason)
    if video.isdecimal() and len(video) < 19:
        return failed.filter(pk=video)
    raise Http404


def _retry(request: HttpRequest, videos: QuerySet[Video]) -> None:
    """What is refused is said, and holds up no other."""
    done, refusals = 0, Counter[str]()
    for video in videos:
        try:
            services.retry(creator=request.user, video=video)  # type: ignore[arg-type]
        except services.Refused as refused:
            refusals[str(refused.message)] += 1
        else:
            done += 1
    if done:
        said = ngettext("%(number)s video is processed again.", "%(number)s videos are processed again.", done)
        messages.success(request, said % {"number": exact(done)})
    for words, times in refusals.items():
        said = ngettext("%(number)s video is not: %(words)s", "%(number)s videos are not: %(words)s", times)
        messages.error(request, said % {"number": exact(times), "words": words})


# --- An audit now -------------------------------------------------------------------------------------------------


def audit(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:  # type: ignore[type-arg]
    if request.method == "POST":
        _hint(request)
        return redirect(PAGE)
    said = [
        _("It looks at all rows, beside everything else that is done, and repairs nothing. One runs at a time."),
        _("Its result is on this page as soon as it has ended: within a minute, on a large site within several."),
    ]
    context = {"said": said, "answer": _("Audit now")}
    return _page(request, admin, "feeds/desk_question.html", _("Audit now?"), context)


def _hint(request: HttpRequest) -> None:
    """To the task. Where it cannot be passed on, nobody is told that it was."""
    if queues.lengths() is None:
        messages.error(request, _("Redis does not answer, so no worker can be asked. Here it is: manage.py audit"))
        return
    tasks.audit.delay_on_commit()
    messages.success(request, _("A worker of the queue default was asked. The result is here when it has ended."))
    last = status.last_audit()
    if last and not last.is_overdue:
        due = timezone.localtime(last.at + timedelta(seconds=settings.AUDIT_EVERY_SECONDS))
        messages.info(request, _("Without asking, the next one is due at %(time)s.") % {"time": f"{due:%H:%M %Z}"})


def _page(
    request: HttpRequest,
    admin: ModelAdmin,  # type: ignore[type-arg]
    template: str,
    title: str,
    context: dict[str, Any],
) -> HttpResponse:
    frame = admin.admin_site.each_context(request) | {"opts": admin.opts, "title": title}
    return TemplateResponse(request, template, frame | context)
