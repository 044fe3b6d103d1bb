"""Addresses of the pages."""

from django.urls import path

from feeds.views import (
    choices,
    delivery,
    digests,
    feed,
    following,
    for_you,
    installed,
    notices,
    push,
    seen,
    status,
    suggestions,
)

app_name = "feeds"
urlpatterns = [
    path("", feed.home, name="home"),
    path("following/", feed.following_feed, name="following_feed"),
    path("following/new/", following.new_videos, name="new_videos"),
    path("following/new/cards/", following.new_cards, name="new_cards"),
    path("following/why/", following.why, name="why"),
    path("explore/", feed.explore, name="explore"),
    path("interests/", for_you.interests, name="interests"),
    path("for-you/not-interested/<int:video_id>/", for_you.not_interested, name="not_interested"),
    path("for-you/not-interested/<int:video_id>/undo/", for_you.interested_again, name="interested_again"),
    path("settings/not-interested/", for_you.turned_down, name="turned_down"),
    path("people/", suggestions.people, name="people"),
    path("people/<str:handle>/dismiss/", suggestions.dismiss, name="dismiss"),
    path("people/<str:handle>/dismiss/undo/", suggestions.take_back_dismissal, name="take_back_dismissal"),
    path("seen/<str:token>/", seen.seen, name="seen"),
    path("studio/delivery/", delivery.deliveries, name="deliveries"),
    path("studio/<int:video_id>/delivery/", delivery.delivery, name="delivery"),
    path("inbox/", notices.notifications, name="notifications"),
    path("inbox/unlisted/", notices.unlisted, name="unlisted"),
    path("inbox/unread/", notices.unread, name="unread"),
    path("inbox/see-everything/", notices.see_everything, name="see_everything"),
    path("settings/notifications/", choices.notification_settings, name="notification_settings"),
    path("settings/notifications/push/", push.subscribe, name="push_subscribe"),
    path("settings/notifications/push/<int:pk>/remove/", push.remove, name="push_remove"),
    path("settings/notifications/push/<int:pk>/test/", push.test, name="push_test"),
    path("settings/notifications/digest/", digests.plan, name="digest_plan"),
    path("digest/stop/<str:token>/", digests.stop, name="digest_stop"),
    path("push/renew/", push.renew, name="push_renew"),
    path("sw.js", installed.worker, name="worker"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("offline/", installed.offline, name="offline"),
    path("share/", installed.shared, name="shared"),
    path("status/", status.status, name="status"),
]
