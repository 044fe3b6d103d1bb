"""The moderators' desk for videos, their publications and comments. Reading, removing with a reason, restoring, and
processing again; what a video says and shows belongs to its creator. Videos for their creator only are not played here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django_htmx.http import HttpResponseClientRedirect
from unfold.dataclasses import ActionDialog
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from socialvideo.lib.desk import ReadOnlyAdmin
from videos import services, stats
from videos.models import Comment, Publication, Video

STATE_COLOURS = {"published": "success", "failed": "danger", "removed": "danger", "processing": "warning"}


class RemovalForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The creator reads it in place of the video.",
    )


def _question(title: str, description: str, answer: str) -> ActionDialog:
    """Asked before an act of one click: opening a link, which anybody may have laid out, changes nothing."""
    return {"title": title, "description": description, "form_class": None, "form_submit_text": answer}


def _to_video(request: HttpRequest, video_id: int) -> HttpResponse:
    url = reverse("admin:videos_video_change", args=[video_id])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


@admin.register(Video)
class VideoAdmin(ReadOnlyAdmin):
    list_display = ("shown", "creator", "state_label", "visibility", "likes", "comments", "views", "created_at")
    list_filter = ("state", "visibility")
    list_select_related = ("creator", "count")
    search_fields = ("caption", "creator__handle", "=id", "=media_key")
    search_help_text = "Caption, handle of the creator, or id"
    ordering = ("-id",)
    actions = ("remove_chosen", "restore_chosen", "retry_chosen")
    actions_detail = ("remove_this", "restore_this", "retry_this")
    fields = (
        "player",
        "creator",
        "caption",
        "state_label",
        "visibility",
        "removal",
        "failure_reason",
        "delivery",
        "likes",
        "comments",
        "views",
        "duration_ms",
        "uploaded_bytes",
        "attempts",
        "created_at",
        "publish_at",
        "published_at",
    )
    readonly_fields = fields

    def has_moderate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("videos.remove_video")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Video]:
        for_others = Video.objects.for_others().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_for_others=Exists(for_others))

    # --- What is shown ----------------------------------------------------------------------------------------

    @display(description="video", header=True)
    def shown(self, video: Video) -> list[Any]:
        picture = {"path": video.poster_url, "squared": True} if _may_be_shown(video) else None
        return [video.caption[:60] or "Untitled video", f"id {video.pk}", "", picture]

    @display(description="state", label=STATE_COLOURS)
    def state_label(self, video: Video) -> str:
        return video.state

    @display(description="video")
    def player(self, video: Video) -> SafeString | str:
        if not _may_be_shown(video):
            return "Only its creator can watch it."
        return format_html(
            '<video controls playsinline preload="none" height="480" poster="{}">'
            '<source src="{}" type="application/vnd.apple.mpegurl"><source src="{}" type="video/mp4"></video>',
            video.poster_url,
            video.hls_url,
            video.preview_url,
        )

    @display(description="removal")
    def removal(self, video: Video) -> str:
        if video.removed_at is None:
            return "–"
        return f"{video.removed_at:%d %B %Y %H:%M} by {video.removed_by}: {video.removal_reason or 'no reason given'}"

    @display(description="followers told")
    def delivery(self, video: Video) -> SafeString | str:
        publication = Publication.objects.filter(video=video).first()
        if publication is None:
            return "Not published"
        return _told(publication)

    @display(description="likes")
    def likes(self, video: Video) -> int:
        return video.count.likes

    @display(description="comments")
    def comments(self, video: Video) -> int:
        return video.count.comments

    @display(description="views")
    def views(self, video: Video) -> int:
        return video.count.views

    # --- Removing, restoring, processing again ----------------------------------------------------------------

    @action(description="Remove…", permissions=["moderate"])
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet[Video]) -> HttpResponse:
        return self._ask(queryset.values_list("pk", flat=True))

    @action(description="Remove", permissions=["moderate"], url_path="remove-this", icon="delete")
    def remove_this(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._ask([object_id])

    @action(description="Restore", permissions=["moderate"])
    def restore_chosen(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        self._restore(request, queryset)

    @action(
        description="Restore",
        permissions=["moderate"],
        url_path="restore-this",
        icon="undo",
        dialog=_question("Restore this video?", "It is back on every surface at once.", "Restore"),
    )
    def restore_this(self, request: HttpRequest, form: forms.Form, object_id: int) -> HttpResponse:
        self._restore(request, Video.objects.filter(pk=object_id))
        return _to_video(request, object_id)

    @action(description="Process failed ones again", permissions=["moderate"])
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        self._retry(request, queryset)

    @action(
        description="Process again",
        permissions=["moderate"],
        url_path="retry-this",
        icon="refresh",
        dialog=_question("Process this video again?", "Only a failed one is.", "Process again"),
    )
    def retry_this(self, request: HttpRequest, form: forms.Form, object_id: int) -> HttpResponse:
        self._retry(request, Video.objects.filter(pk=object_id))
        return _to_video(request, object_id)

    def _restore(self, request: HttpRequest, videos: QuerySet[Video]) -> None:
        for video in videos:
            services.restore(by=request.user, video=video)  # type: ignore[arg-type]
            messages.success(request, f"Video {video.pk} is {video.get_state_display()}.")

    def _retry(self, request: HttpRequest, videos: QuerySet[Video]) -> None:
        for video in videos:
            services.retry(creator=request.user, video=video)  # type: ignore[arg-type]
            messages.success(request, f"Video {video.pk} is {video.get_state_display()}.")

    def _ask(self, ids: Any) -> HttpResponse:
        chosen = urlencode([(ACTION_CHECKBOX_NAME, pk) for pk in ids])
        return redirect(f"{reverse('admin:videos_video_remove')}?{chosen}")

    def get_urls(self) -> list[URLPattern]:
        removal = path("remove/", self.admin_site.admin_view(self.removal_view), name="videos_video_remove")
        return [removal, *super().get_urls()]

    def removal_view(self, request: HttpRequest) -> HttpResponse:
        """Asks for the reason, then removes the chosen videos."""
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        ids = [int(pk) for pk in request.GET.getlist(ACTION_CHECKBOX_NAME) if pk.isdecimal() and len(pk) < 19]
        videos = list(Video.objects.filter(pk__in=ids[:500]).select_related("creator").order_by("pk"))
        form = RemovalForm(request.POST if request.method == "POST" else None)
        if videos and form.is_valid():
            for video in videos:
                services.remove(by=request.user, video=video, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
            messages.success(request, f"{len(videos)} removed.")
            return redirect("admin:videos_video_changelist")
        context = self.admin_site.each_context(request) | {"opts": self.opts, "title": "Remove these videos?"}
        return TemplateResponse(request, "videos/desk_removal.html", context | {"form": form, "videos": videos})


def _may_be_shown(video: Video) -> bool:
    return bool(video.poster_url) and video.is_for_others  # type: ignore[attr-defined]


def _told(publication: Publication) -> SafeString:
    context = {"publication": publication, "delivery": stats.delivery(publication)}
    return render_to_string("videos/desk_delivery.html", context)


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    fields = ("video", "creator", "published_at", "delivery", "fanout_cursor")
    readonly_fields = fields
    list_display = (
        "id",
        "video",
        "creator",
        "published_at",
        "fanout_label",
        "followers_at_publish",
        "told",
        "left_first",
    )
    list_filter = ("fanout_state",)
    list_select_related = ("creator", "video")
    search_fields = ("creator__handle", "=video__id")
    search_help_text = "Handle of the creator, or id of the video"
    ordering = ("-id",)

    @display(description="fan-out", label={"done": "success", "running": "info", "pending": "warning"})
    def fanout_label(self, publication: Publication) -> str:
        return publication.fanout_state

    @display(description="followers told")
    def delivery(self, publication: Publication) -> SafeString:
        return _told(publication)


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("text", "author", "video", "created_at", "removed_at", "removed_by")
    list_filter = (("removed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("author", "video", "removed_by")
    search_fields = ("text", "author__handle", "=video__id")
    search_help_text = "Words, handle of the author, or id of the video"
    ordering = ("-id",)
    actions = ("remove_chosen",)

    def has_moderate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("videos.remove_comment")

    @action(description="Remove", permissions=["moderate"])
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        for comment in queryset.select_related("video"):
            services.remove_comment(by=request.user, comment=comment)  # type: ignore[arg-type]
        messages.success(request, "The comments are removed.")
