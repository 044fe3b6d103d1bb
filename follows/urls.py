"""Addresses of following."""

from django.urls import path, re_path

from accounts.models import HANDLE_PATTERN
from follows.views import button, exports, history, lists, manager, people, requests

HANDLE = rf"^@(?P<handle>(?i:{HANDLE_PATTERN}))/"

app_name = "follows"
urlpatterns = [
    re_path(rf"{HANDLE}follow/$", button.follow, name="follow"),
    re_path(rf"{HANDLE}unfollow/$", button.unfollow, name="unfollow"),
    re_path(rf"{HANDLE}restore/$", button.restore, name="restore"),
    re_path(rf"{HANDLE}relation/$", button.relation, name="relation"),
    re_path(rf"{HANDLE}bell/$", people.bell, name="bell"),
    re_path(rf"{HANDLE}mute/$", people.mute, name="mute"),
    re_path(rf"{HANDLE}unmute/$", people.unmute, name="unmute"),
    re_path(rf"{HANDLE}remove/$", people.remove, name="remove"),
    re_path(rf"{HANDLE}block/$", people.block, name="block"),
    re_path(rf"{HANDLE}unblock/$", people.unblock, name="unblock"),
    re_path(rf"{HANDLE}follow-again/$", people.follow_again, name="follow_again"),
    re_path(rf"{HANDLE}followers/$", lists.followers, name="followers"),
    re_path(rf"{HANDLE}following/$", lists.following, name="following"),
    re_path(rf"{HANDLE}approve/$", requests.approve, name="approve"),
    re_path(rf"{HANDLE}decline/$", requests.decline, name="decline"),
    path("settings/following/", manager.manager, name="manager"),
    path("settings/following/export.csv", exports.export, {"form": "csv"}, name="export_csv"),
    path("settings/following/export.json", exports.export, {"form": "json"}, name="export_json"),
    path("settings/following/history/", history.history, name="history"),
    path("settings/followers/", history.followers_stats, name="followers_stats"),
    path("settings/blocked/", people.blocked, name="blocked"),
    path("settings/muted/", people.muted, name="muted"),
    path("settings/requests/", requests.requests, name="requests"),
    path("settings/requests/approve-everyone/", requests.approve_everyone, name="approve_everyone"),
]
