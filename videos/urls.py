"""Addresses of videos."""

from django.urls import path, re_path

from follows.urls import HANDLE
from videos.views import (
    atom,
    captions,
    comments,
    embed,
    files,
    kept,
    leaving,
    making,
    profile,
    reactions,
    reposts,
    sitemaps,
    studio,
    upload,
    video,
)

VIDEO = rf"{HANDLE}video/(?P<video_id>\d{{1,18}})/"

app_name = "videos"
urlpatterns = [
    re_path(rf"{HANDLE}$", profile.profile, name="profile"),
    re_path(rf"{VIDEO}$", video.detail, name="detail"),
    re_path(rf"{HANDLE}feed\.atom$", atom.creator_feed, name="creator_feed"),
    re_path(r"^embed/(?P<video_id>\d{1,18})/$", embed.embed, name="embed"),
    path("oembed", embed.oembed, name="oembed"),
    path("sitemap-<slug:name>.xml", sitemaps.section, name="sitemap"),
    path("robots.txt", sitemaps.robots, name="robots"),
    re_path(rf"{VIDEO}status/$", video.status, name="status"),
    re_path(rf"{VIDEO}edit/$", making.edit, name="edit"),
    re_path(rf"{VIDEO}delete/$", making.delete, name="delete"),
    re_path(rf"{VIDEO}restore/$", making.restore, name="restore"),
    re_path(rf"{VIDEO}delete-for-good/$", making.delete_for_good, name="delete_for_good"),
    re_path(rf"{VIDEO}captions/$", captions.put, name="put_captions"),
    re_path(rf"{VIDEO}captions/delete/$", captions.remove, name="remove_captions"),
    re_path(rf"{VIDEO}retry/$", making.retry, name="retry"),
    re_path(rf"{VIDEO}like/$", reactions.like, name="like"),
    re_path(rf"{VIDEO}unlike/$", reactions.unlike, name="unlike"),
    re_path(rf"{VIDEO}save/$", reactions.save, name="save"),
    re_path(rf"{VIDEO}unsave/$", reactions.unsave, name="unsave"),
    re_path(rf"{VIDEO}repost/$", reactions.repost, name="repost"),
    re_path(rf"{VIDEO}unrepost/$", reactions.unrepost, name="unrepost"),
    re_path(rf"{VIDEO}comments/$", comments.comments, name="comments"),
    path("comments/<int:comment_id>/replies/", comments.replies, name="replies"),
    path("comments/<int:comment_id>/like/", comments.like_comment, name="like_comment"),
    path("comments/<int:comment_id>/unlike/", comments.unlike_comment, name="unlike_comment"),
    path("comments/<int:comment_id>/pin/", comments.pin_comment, name="pin_comment"),
    path("comments/<int:comment_id>/unpin/", comments.unpin_comment, name="unpin_comment"),
    path("comments/<int:comment_id>/restore/", comments.restore_comment, name="restore_comment"),
    path("comments/<int:comment_id>/remove/", comments.remove_comment, name="remove_comment"),
    path("watch/", reactions.watch, name="watch"),
    path("saved/", kept.kept, {"liked": False}, name="saved"),
    path("saved/forget/", kept.forget_lost, {"liked": False}, name="forget_saved"),
    path("liked/", kept.kept, {"liked": True}, name="liked"),
    path("liked/forget/", kept.forget_lost, {"liked": True}, name="forget_liked"),
    re_path(rf"{HANDLE}reposts/$", profile.profile, {"tab": "reposts"}, name="reposts"),
    re_path(rf"{HANDLE}reposts/hide/$", reposts.hide_reposts, name="hide_reposts"),
    re_path(rf"{HANDLE}reposts/show/$", reposts.show_reposts, name="show_reposts"),
    path("upload/", upload.upload, name="upload"),
    path("settings/account/delete/", leaving.delete_account, name="delete_account"),
    path("upload/complete/", upload.complete, name="complete"),
    path("studio/", studio.studio, name="studio"),
    path("studio/drafts/", studio.drafts, name="drafts"),
    path("studio/deleted/", studio.deleted, name="deleted"),
    re_path(r"^media/avatars/(?P<name>[\w-]+/[\w-]+\.webp)$", files.avatar, name="avatar"),
    re_path(
        r"^media/videos/(?P<media_key>[\w-]+)/captions/(?P<language>[a-z-]{2,12})\.vtt$", captions.track, name="track"
    ),
    re_path(
        r"^media/videos/(?P<media_key>[\w-]+)/(?P<rendition_key>[\w-]+)/(?P<name>(?:\w+/)?\w+\.\w+)$",
        files.video_file,
        name="file",
    ),
]
