"""What accounts are told of, by which channels, and what holds while they have not chosen."""

from django.db.models import TextChoices


class Topic(TextChoices):
    NEW_VIDEOS = "new_videos", "New videos"
    FOLLOWS = "follows", "New followers"
    REQUESTS = "requests", "Follow requests"
    LIKES = "likes", "Likes"
    COMMENTS = "comments", "Comments"
    MENTIONS = "mentions", "Mentions"
    MY_VIDEOS = "my_videos", "My videos"
    MODERATION = "moderation", "Moderation"


class Channel(TextChoices):
    SITE = "site", "On this site"
    PUSH = "push", "Push"
    MAIL = "mail", "E-mail digest"
