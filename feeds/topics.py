"""What accounts are told of, by which channels, and what holds while they have not chosen. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Topic(TextChoices):
    NEW_VIDEOS = "new_videos", _("New videos")
    FOLLOWS = "follows", _("New followers")
    REQUESTS = "requests", _("Follow requests")
    LIKES = "likes", _("Likes")
    COMMENTS = "comments", _("Comments and replies")
    MENTIONS = "mentions", _("Mentions")
    REPOSTS = "reposts", _("Reposts of my videos")
    MY_VIDEOS = "my_videos", _("My videos")
    IMPORTS = "imports", _("Imports")
    MODERATION = "moderation", _("Moderation")


class Channel(TextChoices):
    SITE = "site", _("On this site")
    PUSH = "push", _("Push")
    MAIL = "mail", _("E-mail digest")


# Everything, for push and mail come only to those who asked for them; a push for each like or repost would be too much.
DEFAULTS = {
    Channel.SITE: frozenset(Topic),
    Channel.PUSH: frozenset(Topic) - {Topic.LIKES, Topic.REPOSTS},
    Channel.MAIL: frozenset(Topic),
}

# Not for accounts to switch off: told is listed, and the bell of each creator decides; moderation must be read.
ALWAYS = {Channel.SITE: frozenset({Topic.NEW_VIDEOS, Topic.MODERATION})}

# Of which topic a notification is, by its kind.
TOPIC_OF = {
    "followed": Topic.FOLLOWS,
    "requested": Topic.REQUESTS,
    "approved": Topic.REQUESTS,
    "imported": Topic.IMPORTS,
    "appeared": Topic.IMPORTS,
    "liked": Topic.LIKES,
    "comment_liked": Topic.LIKES,
    "commented": Topic.COMMENTS,
    "replied": Topic.COMMENTS,
    "mentioned": Topic.MENTIONS,
    "held": Topic.MODERATION,
    "reposted": Topic.REPOSTS,
    "processed": Topic.MY_VIDEOS,
    "failed": Topic.MY_VIDEOS,
    "removed": Topic.MODERATION,
    "decided": Topic.MODERATION,
    "lifted": Topic.MODERATION,
    "upheld": Topic.MODERATION,
    "outcome": Topic.MODERATION,
}


def is_fixed(topic: str, channel: str) -> bool:
    return topic in ALWAYS.get(Channel(channel), ())


def by_default(topic: str, channel: str) -> bool:
    return topic in DEFAULTS[Channel(channel)]
