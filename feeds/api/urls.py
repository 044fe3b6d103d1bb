"""Addresses of the API of feeds."""

from django.urls import path
from django.views.generic import RedirectView

from feeds.api import delivery, following, for_you, notices, outgoing, search, studio, studio_videos, suggestions, views

urlpatterns = [
    path("feeds/following/", views.FollowingFeedView.as_view()),
    path("feeds/following/new/", following.NewVideosView.as_view()),
    path("feeds/following/why/", following.WhyView.as_view()),
    path("feeds/for-you/", views.ForYouFeedView.as_view()),
    path("feeds/for-you/interests/", for_you.InterestsView.as_view()),
    path("feeds/for-you/not-interested/", for_you.NotInterestedView.as_view()),
    path("feeds/for-you/not-interested/<int:video_id>/", for_you.InterestedAgainView.as_view()),
    path("feeds/explore/", views.ExploreFeedView.as_view()),
    path("feeds/seen/", delivery.SeenCardsView.as_view()),
    path("videos/<int:video_id>/delivery/", delivery.DeliveryView.as_view()),
    path("notifications/", notices.NotificationsView.as_view()),
    path("notifications/all-seen/", notices.AllSeenView.as_view()),
    path("notifications/choices/", notices.ChoicesView.as_view()),
    path("notifications/digest/", outgoing.DigestView.as_view()),
    path("notifications/seen/", notices.SeenView.as_view()),
    path("notifications/summary/", outgoing.SummaryView.as_view()),
    path("notifications/unread/", notices.UnreadView.as_view()),
    path("push/", outgoing.PushView.as_view()),
    path("push/<int:pk>/", outgoing.DeviceView.as_view()),
    path("push/<int:pk>/test/", outgoing.DeviceTestView.as_view()),
    path("search/people/", search.PeopleFoundView.as_view()),
    path("search/tags/", search.TagsFoundView.as_view()),
    path("search/videos/", search.VideosFoundView.as_view()),
    path("studio/followers/", studio.FollowersView.as_view(), name="api_followers"),
    path("studio/followers/retention/", studio.RetentionView.as_view()),
    path("studio/followers/videos/", studio.AroundVideosView.as_view()),
    path("studio/videos/", studio_videos.VideosView.as_view(), name="api_videos"),
    path("studio/videos/<int:video_id>/", studio_videos.VideoFiguresView.as_view(), name="api_video_figures"),
    path("me/growth/", RedirectView.as_view(pattern_name="api_followers", query_string=True)),
    path("suggestions/", suggestions.SuggestionsView.as_view()),
    path("suggestions/<str:handle>/", suggestions.DismissalView.as_view()),
    path("status/", views.StatusView.as_view()),
]
