"""Addresses of the API of accounts."""

from django.urls import path

from accounts.api import personal, views

urlpatterns = [
    path("auth/signup/", views.SignupView.as_view()),
    path("auth/token/", views.TokenView.as_view()),
    path("auth/deletion/", views.DeletionView.as_view()),
    path("auth/deletion/cancel/", views.KeepView.as_view()),
    path("me/", views.MeView.as_view()),
    path("me/data/", personal.ArchiveView.as_view()),
    path("me/data/link/", personal.ArchiveLinkView.as_view()),
    path("me/data/file/<str:signed>/", personal.ArchiveFileView.as_view(), name="api_archive_file"),
    path("me/log-ins/", personal.LogInsView.as_view()),
    path("me/log-ins/<slug:log_in_id>/", personal.LogInView.as_view()),
]
