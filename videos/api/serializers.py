"""Videos as JSON, and what is sent to make and change them. A serializer never saves."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import AccountBriefSerializer
from follows.api.serializers import CountsSerializer, RelationSerializer
from videos.models import Publication, Video
from videos.selectors import CommentRow
from videos.services.copies import earlier_copy
from videos.services.cutting import LATEST_MS


class VideoSerializer(serializers.Serializer):
    """Addresses are paths on this site; those of files are empty until the video is finished."""

    id = serializers.IntegerField()
    url = serializers.CharField(source="get_absolute_url")
    caption = serializers.CharField()
    creator = AccountBriefSerializer()
    visibility = serializers.ChoiceField(choices=Video.Visibility.choices)
    state = serializers.ChoiceField(choices=Video.State.choices)
    is_draft = serializers.BooleanField(help_text="Not to go out yet, finished or not.")
    allows_comments = serializers.BooleanField()
    hls_url = serializers.CharField()
    preview_url = serializers.CharField()
    poster_url = serializers.CharField()
    small_poster_url = serializers.CharField()
    duration_ms = serializers.IntegerField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    publish_at = serializers.DateTimeField(
        source="goes_out_at",
        allow_null=True,
        default_timezone=UTC,
        help_text="Not published before then. Null: published, or as soon as it is finished.",
    )
    published_at = serializers.DateTimeField(allow_null=True)
    likes = serializers.IntegerField(source="count.likes")
    comments = serializers.IntegerField(source="count.comments")
    views = serializers.IntegerField(source="count.views")
    bookmarks = serializers.IntegerField(source="count.bookmarks")
    reposts = serializers.IntegerField(source="count.reposts")


class PublishAtField(serializers.DateTimeField):
    """When a video goes out, to the second."""

    def __init__(self, **options: Any) -> None:
        said = "When it goes out, up to a year ahead; without an offset in UTC. Null or not sent: as soon as it is finished."
        super().__init__(required=False, allow_null=True, default_timezone=UTC, help_text=said, **options)

    def to_internal_value(self, value: Any) -> datetime:
        return super().to_internal_value(value).replace(microsecond=0)


class ProcessingSerializer(serializers.Serializer):
    """How far a video of mine has come."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Video.State.choices)
    progress = serializers.IntegerField(help_text="Percent.")
    awaits_more = serializers.BooleanField(
        help_text="Watchable already; further rungs or another cover are still made, which is what progress tells then."
    )
    failure_code = serializers.CharField()
    failure_reason = serializers.CharField(source="failure_words")
    uploaded_before = serializers.SerializerMethodField(
        help_text="My earlier video of the very same file. Nothing stands against another."
    )

    def get_uploaded_before(self, video: Video) -> int | None:
        earlier = earlier_copy(video)
        return earlier.pk if earlier else None


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True)
    caption = serializers.CharField(max_length=500, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(choices=Video.Visibility.choices, required=False)
    publish_at = PublishAtField()
    is_draft = serializers.BooleanField(required=False)


class MomentField(serializers.IntegerField):
    """In milliseconds of the file that was sent. Null: not chosen."""

    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=LATEST_MS, required=False, allow_null=True)


class VideoChangesSerializer(serializers.Serializer):
    """What is not sent stays."""

    caption = serializers.CharField(max_length=500, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(choices=Video.Visibility.choices, required=False)
    publish_at = PublishAtField()
    is_draft = serializers.BooleanField(required=False, help_text="False lets it go out.")
    allows_comments = serializers.BooleanField(required=False)
    cover_ms = MomentField()
    trim_from_ms = MomentField()
    trim_to_ms = MomentField()


class ReactionSerializer(serializers.Serializer):
    liked = serializers.BooleanField(source="is_mine")
    likes = serializers.IntegerField(source="number")


class CommentSerializer(serializers.Serializer):
    """Of a removed comment that has replies a line is left: no author, no text."""

    id = serializers.IntegerField(source="comment.pk")
    parent = serializers.IntegerField(source="comment.parent_id", allow_null=True, help_text="The thread of a reply.")
    answers = AccountBriefSerializer(
        source="answered", allow_null=True, help_text="Whom a reply to a reply speaks to, where I may know."
    )
    author = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="comment.created_at")
    removed = serializers.SerializerMethodField()
    pinned = serializers.SerializerMethodField()
    likes = serializers.IntegerField(source="comment.count.likes")
    replies = serializers.IntegerField(source="comment.count.replies")
    liked = serializers.BooleanField(help_text="By me.")

    @extend_schema_field(AccountBriefSerializer(allow_null=True))
    def get_author(self, row: CommentRow) -> Any:
        return None if row.comment.removed_at else AccountBriefSerializer(row.comment.author, context=self.context).data

    def get_text(self, row: CommentRow) -> str:
        return "" if row.comment.removed_at else row.comment.text

    def get_removed(self, row: CommentRow) -> bool:
        return row.comment.removed_at is not None

    def get_pinned(self, row: CommentRow) -> bool:
        return row.comment.pinned_at is not None and row.comment.removed_at is None


class NewCommentSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=500)
    answers = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="The comment that it answers. What answers a reply joins its thread.",
    )


class TallySerializer(serializers.Serializer):
    """Whether it stands for me, and for how many in all."""

    mine = serializers.BooleanField(source="is_mine")
    number = serializers.IntegerField()


class LostSerializer(serializers.Serializer):
    lost = serializers.IntegerField(help_text="Videos of the list that I can no longer see.")


class WatchedSerializer(serializers.Serializer):
    ms = serializers.IntegerField(min_value=1, max_value=10**9, help_text="Milliseconds watched since the last report.")


class ProfileSerializer(serializers.Serializer):
    account = AccountBriefSerializer()
    bio = serializers.SerializerMethodField()
    is_private = serializers.BooleanField(source="account.is_private")
    counts = CountsSerializer()
    videos = serializers.IntegerField(
        source="video_count", help_text="As many as the list of videos shows me, counted up to 10,000."
    )
    reposts = serializers.IntegerField(
        source="repost_count", help_text="As many as the list of reposts shows me, counted up to 10,000."
    )
    relation = RelationSerializer()
    closed = serializers.ChoiceField(
        choices=[("", "open"), ("gone", "not available"), ("blocking", "I block it"), ("private", "private")],
        help_text="Why there are no videos to see.",
    )

    def get_bio(self, profile: object) -> str:
        return "" if profile.closed == "gone" else profile.account.bio  # type: ignore[attr-defined]


class DeliverySerializer(serializers.Serializer):
    """followers = alerted + listed_quietly + muted + pull_only + left_first + still_to_come, at any moment."""

    state = serializers.ChoiceField(choices=Publication.Fanout.choices)
    followers = serializers.IntegerField(help_text="At publishing.")
    told = serializers.IntegerField(help_text="Alerted or listed quietly.")
    alerted = serializers.IntegerField()
    listed_quietly = serializers.IntegerField()
    muted = serializers.IntegerField()
    pull_only = serializers.IntegerField()
    left_first = serializers.IntegerField()
    still_to_come = serializers.IntegerField()


class VideoStatsSerializer(serializers.Serializer):
    video = VideoSerializer()
    delivery = DeliverySerializer(allow_null=True)


class DaySerializer(serializers.Serializer):
    day = serializers.DateField(source="begins", help_text="In UTC.")
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()


class StudioSerializer(serializers.Serializer):
    followers = serializers.IntegerField()
    gained = serializers.IntegerField(source="growth.gained", help_text="In the days listed.")
    lost = serializers.IntegerField(source="growth.lost", help_text="In the days listed.")
    views = serializers.IntegerField()
    likes = serializers.IntegerField()
    comments = serializers.IntegerField()
    days = DaySerializer(source="growth.periods", many=True)
