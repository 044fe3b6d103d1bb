"""The moderators' desk for videos, their publications and comments. Reading, removing with a reason, restoring, and
processing again; what a video says and shows belongs to its creator. Videos for their creator only are not played here."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect
from unfold.dataclasses import ActionDialog
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from socialvideo.lib.desk import ReadOnlyAdmin
from socialvideo.lib.forms import LinesField
from videos import desk, services, stats  # noqa: F401 - the queue
from videos.models import Bookmark, Comment, CommentLike, HiddenReposts, Like, Publication, Repost, Video, Watch
from videos.models.moderation import Act, Reason
from videos.services import moderation

OF_A_THREAD = 100  # comments
STATE_COLOURS = {"published": "success", "failed": "danger", "removed": "danger", "processing": "warning"}


class RemovalForm(forms.Form):
    policy = forms.ChoiceField(label=_("rule"), choices=[("", "–"), *Reason.choices], widget=UnfoldAdminSelectWidget)
    words = LinesField(
        label=_("reasons"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Whoever is concerned reads them."),
    )


def _question(title: Any, description: Any, answer: Any) -> ActionDialog:
    """Asked before an act of one click: opening a link, which anybody may have laid out, changes nothing."""
    return {"title": title, "description": description, "form_class": None, "form_submit_text": answer}


def _to(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    url = reverse(f"admin:videos_{kind}_change", args=[pk])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


class RemovingAdmin(ReadOnlyAdmin):
    """Removes what is chosen, by a rule and with reasons, which are asked for first."""

    @action(description=_("Remove…"), permissions=["moderate"])
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self._ask(queryset.values_list("pk", flat=True))

    @action(description=_("Remove…"), permissions=["moderate"], url_path="remove-this", icon="delete")
    def remove_this(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._ask([object_id])

    def _ask(self, ids: Any) -> HttpResponse:
        chosen = urlencode([(ACTION_CHECKBOX_NAME, pk) for pk in ids])
        return redirect(f"{reverse(f'admin:videos_{self.opts.model_name}_remove')}?{chosen}")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.removal_view)
        return [path("remove/", view, name=f"videos_{self.opts.model_name}_remove"), *super().get_urls()]

    def removal_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        ids = [int(pk) for pk in request.GET.getlist(ACTION_CHECKBOX_NAME) if pk.isdecimal() and len(pk) < 19]
        things = list(self.get_queryset(request).filter(pk__in=ids[:500]).order_by("pk"))
        form = RemovalForm(request.POST if request.method == "POST" else None)
        if things and form.is_valid():
            self.remove_all(request, things, partial(moderation.act_on, act=Act.REMOVE, **form.cleaned_data))
            return redirect(f"admin:videos_{self.opts.model_name}_changelist")
        context = self.admin_site.each_context(request) | {"opts": self.opts, "title": gettext("Remove?")}
        return TemplateResponse(request, "videos/desk_removal.html", context | {"form": form, "things": things})


@admin.register(Video)
class VideoAdmin(RemovingAdmin):
    list_display = ("shown", "creator", "state_label", "visibility", "likes", "comments", "views", "created_at")
    list_filter = ("state", "visibility")
    list_select_related = ("creator", "count")
    search_fields = ("creator__handle", "=id", "=media_key")  # and what it may show, by caption
    search_help_text = _("Caption, handle of the creator, or id")
    ordering = ("-id",)
    actions = ("remove_chosen", "restore_chosen", "retry_chosen")
    actions_detail = ("remove_this", "restore_this", "retry_this")
    fields = (
        "player",
        "creator",
        "words",
        "state_in_words",
        "visibility",
        "removal",
        "failure_words",
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
        for_moderators = Video.objects.for_moderators().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(may_be_shown=Exists(for_moderators))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Video], search_term: str
    ) -> tuple[QuerySet[Video], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        by_caption = queryset.filter(may_be_shown=True, caption__icontains=search_term)
        return (found | by_caption if search_term else found), may_repeat

    # --- What is shown ----------------------------------------------------------------------------------------

    @display(description=_("video"), header=True)
    def shown(self, video: Video) -> list[Any]:
        picture = {"path": video.poster_url, "squared": True} if _may_be_shown(video) else None
        return [self.words(video)[:60] or gettext("Untitled video"), f"id {video.pk}", "", picture]

    @display(description=_("caption"))
    def words(self, video: Video) -> str:
        return video.caption if video.may_be_shown else ""  # type: ignore[attr-defined]

    @display(description=_("state"), label=STATE_COLOURS)
    def state_label(self, video: Video) -> tuple[str, str]:
        return video.state, video.get_state_display()

    @display(description=_("state"))
    def state_in_words(self, video: Video) -> str:
        return video.get_state_display()

    @display(description=_("video"))
    def player(self, video: Video) -> SafeString | str:
        if not _may_be_shown(video):
            return gettext("It is not for everybody, and nobody reported it.")
        return render_to_string("videos/desk_player.html", {"video": video})

    @display(description=_("removal"))
    def removal(self, video: Video) -> str:
        if video.removed_at is None:
            return "–"
        return gettext("%(moment)s by %(who)s: %(reason)s") % {
            "moment": date_format(video.removed_at, "DATETIME_FORMAT"),
            "who": video.removed_by,
            "reason": gettext(video.removal_reason) if video.removal_reason else gettext("no reason given"),
        }

    @display(description=_("followers told"))
    def delivery(self, video: Video) -> SafeString | str:
        publication = Publication.objects.filter(video=video).first()
        if publication is None:
            return gettext("Not published")
        return _told(publication)

    @display(description=_("likes"))
    def likes(self, video: Video) -> int:
        return video.count.likes

    @display(description=_("comments"))
    def comments(self, video: Video) -> int:
        return video.count.comments

    @display(description=_("views"))
    def views(self, video: Video) -> int:
        return video.count.views

    # --- Removing, restoring, processing again ----------------------------------------------------------------

    def remove_all(self, request: HttpRequest, videos: list[Video], remove: Callable[..., Any]) -> None:
        for video in videos:
            _act(request, video, partial(_changed, act=partial(remove, by=request.user)))

    @action(description=_("Restore"), permissions=["moderate"])
    def restore_chosen(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        self._restore(request, queryset)

    @action(
        description=_("Restore"),
        permissions=["moderate"],
        url_path="restore-this",
        icon="undo",
        dialog=_question(_("Restore this video?"), _("It is back on every surface at once."), _("Restore")),
    )
    def restore_this(self, request: HttpRequest, form: forms.Form, object_id: int) -> HttpResponse:
        self._restore(request, Video.objects.filter(pk=object_id))
        return _to(request, "video", object_id)

    @action(description=_("Process failed ones again"), permissions=["moderate"])
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        self._retry(request, queryset)

    @action(
        description=_("Process again"),
        permissions=["moderate"],
        url_path="retry-this",
        icon="refresh",
        dialog=_question(_("Process this video again?"), _("Only a failed one is."), _("Process again")),
    )
    def retry_this(self, request: HttpRequest, form: forms.Form, object_id: int) -> HttpResponse:
        self._retry(request, Video.objects.filter(pk=object_id))
        return _to(request, "video", object_id)

    def _restore(self, request: HttpRequest, videos: QuerySet[Video]) -> None:
        for video in videos:
            _act(request, video, partial(_changed, act=partial(moderation.put_back, by=request.user)))

    def _retry(self, request: HttpRequest, videos: QuerySet[Video]) -> None:
        for video in videos:
            _act(request, video, partial(services.retry, creator=request.user))


def _changed(*, video: Video, act: Callable[[Video], Any]) -> None:
    act(video)
    video.refresh_from_db()


def _act(request: HttpRequest, video: Video, act: Callable[..., Any]) -> None:
    """What is refused is said, and holds up no other."""
    try:
        act(video=video)
    except services.Refused as refused:
        messages.error(request, f"{video}: {refused.message}")
    else:
        words = {"id": video.pk, "state": video.get_state_display()}
        messages.success(request, gettext("Video %(id)s is %(state)s.") % words)


def _may_be_shown(video: Video) -> bool:
    return bool(video.poster_url) and video.may_be_shown  # type: ignore[attr-defined]


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
    search_help_text = _("Handle of the creator, or id of the video")
    ordering = ("-id",)

    @display(description=_("fan-out"), label={"done": "success", "running": "info", "pending": "warning"})
    def fanout_label(self, publication: Publication) -> tuple[str, str]:
        return publication.fanout_state, publication.get_fanout_state_display()

    @display(description=_("followers told"))
    def delivery(self, publication: Publication) -> SafeString:
        return _told(publication)


@admin.register(Comment)
class CommentAdmin(RemovingAdmin):
    list_display = ("text", "author", "video", "created_at", "removed_at", "removed_by")
    list_filter = (("removed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("author", "video", "removed_by")
    search_fields = ("text", "author__handle", "=video__id")
    search_help_text = _("Words, handle of the author, or id of the video")
    ordering = ("-id",)
    actions = ("remove_chosen", "restore_chosen")
    actions_detail = ("remove_this", "restore_this")
    fields = ("text", "author", "on", "thread", "likes", "created_at", "pinned_at", "removed_at", "removed_by")
    readonly_fields = fields

    def has_moderate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("videos.remove_comment")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        return super().get_queryset(request).for_moderators()  # type: ignore[attr-defined]

    @display(description=_("video"))
    def on(self, comment: Comment) -> SafeString:
        url = reverse("admin:videos_video_change", args=[comment.video_id])
        shown = Video.objects.for_moderators().filter(pk=comment.video_id).exists()
        return format_html('<a href="{}">{}</a>', url, (shown and comment.video.caption[:60]) or comment.video)

    @display(description=_("thread"))
    def thread(self, comment: Comment) -> SafeString:
        head = comment.parent_id or comment.pk
        found = Comment.objects.filter(Q(pk=head) | Q(parent=head)).select_related("author").order_by("pk")
        thread = list(found[: OF_A_THREAD + 1])
        context = {"thread": thread[:OF_A_THREAD], "more": len(thread) > OF_A_THREAD, "shown": comment.pk}
        return render_to_string("videos/desk_thread.html", context)

    @display(description=_("likes"))
    def likes(self, comment: Comment) -> int:
        return comment.count.likes

    def remove_all(self, request: HttpRequest, comments: list[Comment], remove: Callable[..., Any]) -> None:
        self._each(request, comments, remove, gettext("The comments are removed."))

    @action(description=_("Restore"), permissions=["moderate"])
    def restore_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._each(request, queryset.select_related("video"), moderation.put_back, gettext("The comments are back."))

    @action(
        description=_("Restore"),
        permissions=["moderate"],
        url_path="restore-this",
        icon="undo",
        dialog=_question(_("Restore this comment?"), _("It stands where it stood."), _("Restore")),
    )
    def restore_this(self, request: HttpRequest, form: forms.Form, object_id: int) -> HttpResponse:
        self.restore_chosen(request, Comment.objects.filter(pk=object_id))
        return _to(request, "comment", object_id)

    def _each(self, request: HttpRequest, comments: Iterable[Comment], act: Callable[..., Any], said: str) -> None:
        for comment in comments:
            try:
                act(comment, by=request.user)
            except services.Refused as refused:
                messages.error(request, f"{comment}: {refused.message}")
                return
        messages.success(request, said)


# --- What people did to videos and comments -------------------------------------------------------------------


@admin.register(Bookmark, Like, Repost)
class _DoneAdmin(ReadOnlyAdmin):
    list_display: tuple[str, ...] = ("id", "account", "video", "created_at")
    list_select_related: tuple[str, ...] = ("account", "video")
    search_fields: tuple[str, ...] = ("account__handle", "=video__id")
    search_help_text = _("A handle, or id of the video")
    ordering = ("-id",)


@admin.register(CommentLike)
class CommentLikeAdmin(_DoneAdmin):
    list_display = ("id", "account", "comment", "created_at")
    list_select_related = ("account", "comment")
    search_fields = ("account__handle", "=comment__id")
    search_help_text = _("A handle, or id of the comment")


@admin.register(HiddenReposts)
class HiddenRepostsAdmin(_DoneAdmin):
    list_display = ("id", "account", "creator", "created_at")
    list_select_related = ("account", "creator")
    search_fields = ("account__handle", "creator__handle")
    search_help_text = _("A handle of either side")


@admin.register(Watch)
class WatchAdmin(_DoneAdmin):
    list_display = ("id", "viewer", "video", "watched_ms", "first_at", "last_at")
    list_select_related = ("viewer", "video")
    search_fields = ("viewer__handle", "=video__id")
