"""Addresses of following."""

from django.urls import path, re_path

from accounts.models import HANDLE_PATTERN
from follows import views

HANDLE = rf"^@(?P<handle>(?i:{HANDLE_PATTERN}))/"

app_name = "follows"
urlpatterns = [
    re_path(rf"{HANDLE}follow/$", views.follow, name="follow"),
    re_path(rf"{HANDLE}unfollow/$", views.unfollow, name="unfollow"),
    re_path(rf"{HANDLE}block/$", views.block, name="block"),
    re_path(rf"{HANDLE}unblock/$", views.unblock, name="unblock"),
    re_path(rf"{HANDLE}relation/$", views.relation, name="relation"),
    re_path(rf"{HANDLE}followers/$", views.followers, name="followers"),
    re_path(rf"{HANDLE}following/$", views.following, name="following"),
    re_path(rf"{HANDLE}approve/$", views.approve, name="approve"),
    re_path(rf"{HANDLE}decline/$", views.decline, name="decline"),
    path("settings/following/", views.manager, name="manager"),
    path("settings/requests/", views.requests, name="requests"),
    path("settings/requests/approve-everyone/", views.approve_everyone, name="approve_everyone"),
]
