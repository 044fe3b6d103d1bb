"""Addresses of the API of accounts."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("auth/signup/", views.SignupView.as_view()),
    path("auth/token/", views.TokenView.as_view()),
    path("auth/deletion/", views.DeletionView.as_view()),
    path("auth/deletion/cancel/", views.KeepView.as_view()),
    path("me/", views.MeView.as_view()),
]
