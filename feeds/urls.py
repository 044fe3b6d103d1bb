"""Addresses of the pages."""

from django.urls import path

from feeds.views import feed, notices, status

app_name = "feeds"
urlpatterns = [
    path("", feed.home, name="home"),
    path("following/", feed.following_feed, name="following_feed"),
    path("explore/", feed.explore, name="explore"),
    path("inbox/", notices.notifications, name="notifications"),
    path("status/", status.status, name="status"),
]
