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
    path("settings/data/", views.data, name="data"),
    path("settings/data/file/", views.archive, name="archive"),
    path("settings/data/file/<str:signed>/", views.archive_file, name="archive_file"),
    path("settings/log-ins/", views.log_ins, name="log_ins"),
    path("settings/log-ins/end-others/", views.log_ins_end_others, name="log_ins_end_others"),
    path("settings/log-ins/<slug:log_in_id>/end/", views.log_in_end, name="log_in_end"),
    path("stored/", views.stored, name="stored"),
    path("language/", views.language, name="language"),
    path("leaving/", views.leaving, name="leaving"),
    path("settings/token/", views.token, name="token"),
    path("settings/token/create/", views.token_create, name="token_create"),
    path("settings/token/revoke/", views.token_revoke, name="token_revoke"),
]
