"""Addresses of the API of videos."""

from django.urls import path

from videos.api import captions, comments, keeping, multipart, reporting, resumable, views

urlpatterns = [
    path("accounts/<str:handle>/", views.ProfileView.as_view()),
    path("accounts/<str:handle>/videos/", views.AccountVideosView.as_view()),
    path("uploads/", resumable.UploadsView.as_view(), name="uploads"),
    path("uploads/multipart/", multipart.MultipartsView.as_view(), name="multiparts"),
    path("uploads/<int:video_id>/multipart/", multipart.MultipartView.as_view()),
    path("uploads/<int:video_id>/multipart/complete/", multipart.CompleteView.as_view()),
    path("uploads/<int:video_id>/", resumable.UploadPartsView.as_view(), name="upload"),
    path("videos/", views.UploadView.as_view()),
    path("videos/<int:video_id>/", views.VideoView.as_view()),
    path("videos/<int:video_id>/restore/", views.RestoreView.as_view()),
    path("videos/<int:video_id>/processing/", views.ProcessingView.as_view()),
    path("videos/<int:video_id>/captions/", captions.CaptionsView.as_view()),
    path("videos/<int:video_id>/captions/<str:language>/", captions.CaptionsInView.as_view()),
    path("videos/<int:video_id>/like/", views.LikeView.as_view()),
    path("videos/<int:video_id>/comments/", comments.CommentsView.as_view()),
    path("videos/<int:video_id>/watch/", views.WatchView.as_view()),
    path("videos/<int:video_id>/share/", views.ShareView.as_view()),
    path("videos/<int:video_id>/bookmark/", keeping.BookmarkView.as_view()),
    path("videos/<int:video_id>/repost/", keeping.RepostView.as_view()),
    path("comments/<int:comment_id>/", comments.CommentView.as_view()),
    path("comments/<int:comment_id>/restore/", comments.RestoreCommentView.as_view()),
    path("comments/<int:comment_id>/replies/", comments.RepliesView.as_view()),
    path("comments/<int:comment_id>/like/", comments.CommentLikeView.as_view()),
    path("comments/<int:comment_id>/pin/", comments.PinView.as_view()),
    path("me/saved/", keeping.SavedView.as_view()),
    path("me/saved/lost/", keeping.LostView.as_view()),
    path("me/liked/", keeping.LikedView.as_view()),
    path("me/liked/lost/", keeping.LostLikedView.as_view()),
    path("accounts/<str:handle>/reposts/", keeping.RepostsView.as_view()),
    path("accounts/<str:handle>/reposts/hidden/", keeping.HiddenRepostsView.as_view()),
    path("me/reports/", reporting.ReportsView.as_view()),
    path("me/decisions/", reporting.DecisionsView.as_view()),
    path("me/decisions/<int:decision_id>/appeal/", reporting.AppealView.as_view()),
    path("me/studio/", views.StudioView.as_view()),
    path("me/studio/videos/", views.StudioVideosView.as_view()),
]
