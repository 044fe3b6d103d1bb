"""The desk's view of following: who follows whom and everything that happened between them. Nothing here can be
changed: an edge belongs to its two people."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from follows.models import Block, Follow, FollowEvent
from socialvideo.lib.desk import ReadOnlyAdmin


@admin.register(Follow)
class FollowAdmin(ReadOnlyAdmin):
    list_display = ("follower", "followee", "state", "notify", "followed_at")
    list_filter = ("state", "notify")
    list_select_related = ("follower", "followee")
    search_fields = ("follower__handle", "followee__handle")
    search_help_text = _("A handle of either side")
    ordering = ("-id",)
    fields = ("follower", "followee", "state", "notify", "followed_at", "since", "shows_from", "history")
    readonly_fields = fields

    @admin.display(description=_("What happened between the two"))
    def history(self, edge: Follow) -> SafeString:
        events = FollowEvent.objects.filter(follower_id=edge.follower_id, followee_id=edge.followee_id).order_by("-id")
        return render_to_string("follows/desk_history.html", {"events": events[:100]})


@admin.register(FollowEvent)
class FollowEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "follower_id", "followee_id", "before", "after", "cause", "actor_id", "happened_at")
    list_filter = ("cause",)
    search_fields = ("=follower_id", "=followee_id")
    search_help_text = _("An account id of either side")
    ordering = ("-id",)


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__handle", "blocked__handle")
    ordering = ("-id",)
