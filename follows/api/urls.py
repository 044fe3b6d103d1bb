"""Addresses of the API of following."""

from django.urls import path

from follows.api import views

urlpatterns = [
    path("accounts/<str:handle>/relation/", views.RelationView.as_view()),
    path("accounts/<str:handle>/follow/", views.FollowView.as_view()),
    path("accounts/<str:handle>/restore/", views.RestoreView.as_view()),
    path("accounts/<str:handle>/block/", views.BlockView.as_view()),
    path("accounts/<str:handle>/mute/", views.MuteView.as_view()),
    path("accounts/<str:handle>/counts/", views.CountsView.as_view()),
    path("accounts/<str:handle>/followers/", views.FollowersView.as_view()),
    path("accounts/<str:handle>/following/", views.FollowingView.as_view()),
    path("me/following/", views.MyFollowingView.as_view()),
    path("me/blocks/", views.MyBlocksView.as_view()),
    path("me/mutes/", views.MyMutesView.as_view()),
    path("me/requests/", views.MyRequestsView.as_view()),
    path("me/requests/<str:handle>/", views.RequestView.as_view()),
    path("me/followers/<str:handle>/", views.FollowerView.as_view()),
]
