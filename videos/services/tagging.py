"""The tags of a video, kept equal to what its caption holds. Whoever writes a caption calls this in the same transaction."""

from videos import texts
from videos.models import Publication, Tag, VideoTag


def keep_tags(video_id: int, caption: str) -> None:
    """New tags are made in the order of their names, so that two captions never wait for each other in a circle."""
    names = sorted(texts.tags(caption))
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    VideoTag.objects.filter(video=video_id).exclude(tag__name__in=names).delete()
    publication = Publication.objects.filter(video=video_id).first()
    tagged = [
        VideoTag(video_id=video_id, tag=tag, publication=publication) for tag in Tag.objects.filter(name__in=names)
    ]
    VideoTag.objects.bulk_create(tagged, ignore_conflicts=True)


def tags_go_out(publication: Publication) -> None:
    """Lists by tag are in the order of publication."""
    VideoTag.objects.filter(video=publication.video_id).update(publication=publication)
