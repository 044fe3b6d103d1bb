"""Addresses of the settings. Logging in, passwords and e-mail stand under /accounts/, which is allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/", views.settings_index, name="settings"),
    path("settings/profile/", views.profile_edit, name="profile_edit"),
    path("settings/profile/picture/remove/", views.avatar_remove, name="avatar_remove"),
    path("settings/privacy/", views.privacy, name="privacy"),
    path("settings/account/", views.manage_account, name="manage_account"),
    path("settings/account/deactivate/", views.deactivate, name="deactivate"),
    path("language/", views.language, name="language"),
    path("leaving/", views.leaving, name="leaving"),
    path("settings/token/", views.token, name="token"),
    path("settings/token/create/", views.token_create, name="token_create"),
    path("settings/token/revoke/", views.token_revoke, name="token_revoke"),
]
