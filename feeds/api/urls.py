"""Addresses of the API of feeds."""

from django.urls import path

from feeds.api import views

urlpatterns = [
    path("feeds/following/", views.FollowingFeedView.as_view()),
    path("feeds/for-you/", views.ForYouFeedView.as_view()),
    path("feeds/explore/", views.ExploreFeedView.as_view()),
    path("notifications/", views.NotificationsView.as_view()),
    path("notifications/seen/", views.SeenView.as_view()),
    path("notifications/unread/", views.UnreadView.as_view()),
    path("status/", views.StatusView.as_view()),
]
