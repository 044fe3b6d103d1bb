"""What a creator has on its way, and what can still be brought back."""

from django.conf import settings

from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Upload, Video
from videos.selectors.profile import GRID_SIZE

MOST_UNFINISHED = 20


def drafts_page(account_id: int, *, cursor: str = "") -> Page[Video]:
    """What is not let go out yet, files on their way among it."""
    drafts = Video.objects.of_creator(account_id).drafts().with_card().select_related("upload")
    return keyset_page(drafts, order=["-id"], cursor=cursor, size=GRID_SIZE)


def unfinished_uploads(account_id: int) -> list[Upload]:
    """Files that did not come whole yet, the newest first."""
    mine = Upload.objects.filter(video__creator=account_id, video__state=Video.State.UPLOADING)
    return list(mine.select_related("video__creator").order_by("-pk")[:MOST_UNFINISHED])


def deleted_page(account_id: int, *, cursor: str = "") -> Page[Video]:
    """What its creator can still bring back, deleted last first."""
    deleted = Video.objects.of_creator(account_id).recently_deleted(settings.KEEP_DELETED_DAYS).with_card()
    return keyset_page(deleted, order=["-removed_at", "-id"], cursor=cursor, size=GRID_SIZE)
