"""Addresses of following."""

from django.urls import path, re_path

from accounts.models import HANDLE_PATTERN
from follows.views import button, lists, manager, requests

HANDLE = rf"^@(?P<handle>(?i:{HANDLE_PATTERN}))/"

app_name = "follows"
urlpatterns = [
    re_path(rf"{HANDLE}follow/$", button.follow, name="follow"),
    re_path(rf"{HANDLE}unfollow/$", button.unfollow, name="unfollow"),
    re_path(rf"{HANDLE}block/$", button.block, name="block"),
    re_path(rf"{HANDLE}unblock/$", button.unblock, name="unblock"),
    re_path(rf"{HANDLE}relation/$", button.relation, name="relation"),
    re_path(rf"{HANDLE}followers/$", lists.followers, name="followers"),
    re_path(rf"{HANDLE}following/$", lists.following, name="following"),
    re_path(rf"{HANDLE}approve/$", requests.approve, name="approve"),
    re_path(rf"{HANDLE}decline/$", requests.decline, name="decline"),
    path("settings/following/", manager.manager, name="manager"),
    path("settings/requests/", requests.requests, name="requests"),
    path("settings/requests/approve-everyone/", requests.approve_everyone, name="approve_everyone"),
]
