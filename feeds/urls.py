"""Addresses of the pages."""

from django.urls import path

from feeds import views

app_name = "feeds"
urlpatterns = [
    path("", views.home, name="home"),
    path("following/", views.following_feed, name="following_feed"),
    path("explore/", views.explore, name="explore"),
    path("inbox/", views.notifications, name="notifications"),
    path("status/", views.status, name="status"),
]
