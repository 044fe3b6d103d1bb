"""Addresses of following."""

from django.urls import path, re_path

from accounts.models import HANDLE_PATTERN
from follows.views import batches, button, exports, history, imports, lists, manager, offers, people, requests

HANDLE = rf"^@(?P<handle>(?i:{HANDLE_PATTERN}))/"

app_name = "follows"
urlpatterns = [
    re_path(rf"{HANDLE}follow/$", button.follow, name="follow"),
    re_path(rf"{HANDLE}unfollow/$", button.unfollow, name="unfollow"),
    re_path(rf"{HANDLE}restore/$", button.restore, name="restore"),
    re_path(rf"{HANDLE}relation/$", button.relation, name="relation"),
    re_path(rf"{HANDLE}bell/$", people.bell, name="bell"),
    re_path(rf"{HANDLE}mute/$", people.mute, name="mute"),
    re_path(rf"{HANDLE}unmute/$", people.unmute, name="unmute"),
    re_path(rf"{HANDLE}remove/$", people.remove, name="remove"),
    re_path(rf"{HANDLE}block/$", people.block, name="block"),
    re_path(rf"{HANDLE}unblock/$", people.unblock, name="unblock"),
    re_path(rf"{HANDLE}follow-again/$", people.follow_again, name="follow_again"),
    re_path(rf"{HANDLE}followers/$", lists.followers, name="followers"),
    re_path(rf"{HANDLE}following/$", lists.following, name="following"),
    re_path(rf"{HANDLE}approve/$", requests.approve, name="approve"),
    re_path(rf"{HANDLE}decline/$", requests.decline, name="decline"),
    path("settings/following/", manager.manager, name="manager"),
    path("settings/following/act/", batches.act, name="act"),
    path("settings/following/batches/", batches.batches, name="batches"),
    path("settings/following/batches/<int:pk>/", batches.batch, name="batch"),
    path("settings/following/batches/<int:pk>/confirm/", batches.confirm, name="confirm_batch"),
    path("settings/following/batches/<int:pk>/cancel/", batches.cancel, name="cancel_batch"),
    path("settings/following/batches/<int:pk>/undo/", batches.undo, name="undo_batch"),
    path("settings/following/export.csv", exports.export, {"form": "csv"}, name="export_csv"),
    path("settings/following/export.json", exports.export, {"form": "json"}, name="export_json"),
    path("settings/following/import/", imports.imports, name="imports"),
    path("settings/following/import/<int:pk>/", imports.preview, name="import_preview"),
    path("settings/following/import/<int:pk>/rows/<int:position>/", imports.leave_out, name="import_row"),
    path("settings/following/import/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("settings/following/import/<int:pk>/discard/", imports.discard, name="import_discard"),
    path("settings/following/found/", offers.offers, name="offers"),
    path("settings/following/found/<str:handle>/follow/", offers.accept, name="offer_accept"),
    path("settings/following/found/<str:handle>/dismiss/", offers.dismiss, name="offer_dismiss"),
    path("settings/following/history/", history.history, name="history"),
    path("settings/blocked/", people.blocked, name="blocked"),
    path("settings/muted/", people.muted, name="muted"),
    path("settings/requests/", requests.requests, name="requests"),
    path("settings/requests/approve-everyone/", requests.approve_everyone, name="approve_everyone"),
]
