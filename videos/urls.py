"""Addresses of videos."""

from django.urls import path, re_path

from follows.urls import HANDLE
from videos.views import comments, files, leaving, making, profile, reactions, studio, upload, video

VIDEO = rf"{HANDLE}video/(?P<video_id>\d{{1,18}})/"

app_name = "videos"
urlpatterns = [
    re_path(rf"{HANDLE}$", profile.profile, name="profile"),
    re_path(rf"{VIDEO}$", video.detail, name="detail"),
    re_path(rf"{VIDEO}status/$", video.status, name="status"),
    re_path(rf"{VIDEO}edit/$", making.edit, name="edit"),
    re_path(rf"{VIDEO}delete/$", making.delete, name="delete"),
    re_path(rf"{VIDEO}restore/$", making.restore, name="restore"),
    re_path(rf"{VIDEO}delete-for-good/$", making.delete_for_good, name="delete_for_good"),
    re_path(rf"{VIDEO}retry/$", making.retry, name="retry"),
    re_path(rf"{VIDEO}like/$", reactions.like, name="like"),
    re_path(rf"{VIDEO}unlike/$", reactions.unlike, name="unlike"),
    re_path(rf"{VIDEO}comments/$", comments.comments, name="comments"),
    path("comments/<int:comment_id>/remove/", comments.remove_comment, name="remove_comment"),
    path("watch/", reactions.watch, name="watch"),
    path("upload/", upload.upload, name="upload"),
    path("settings/account/delete/", leaving.delete_account, name="delete_account"),
    path("upload/complete/", upload.complete, name="complete"),
    path("studio/", studio.studio, name="studio"),
    path("studio/drafts/", studio.drafts, name="drafts"),
    path("studio/deleted/", studio.deleted, name="deleted"),
    re_path(r"^media/avatars/(?P<name>[\w-]+/[\w-]+\.webp)$", files.avatar, name="avatar"),
    re_path(
        r"^media/videos/(?P<media_key>[\w-]+)/(?P<rendition_key>[\w-]+)/(?P<name>(?:\w+/)?\w+\.\w+)$",
        files.video_file,
        name="file",
    ),
]
