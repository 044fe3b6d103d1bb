"""The feed asks for its cards by a statement that is put together once: it finds for each viewer what the rules say."""

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds.selectors.following import visible, visible_to
from follows import services as follows
from socialvideo.lib.testing import in_threads
from videos import services as videos
from videos.models import Publication
from videos.querysets import VideoQuerySet
from videos.tests.factories import make_video


def found(viewer: User, publication_ids: list[int]) -> list[tuple[object, ...]]:
    return [
        (video.pk, video.caption, video.creator.handle, video.count.views, video.publication.pk)
        for video in visible(viewer.pk, publication_ids)
    ]


@pytest.mark.django_db(transaction=True)
def test_each_viewer_finds_what_the_rules_say_on_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    mira, fan, other = make_account("mira"), make_account("fan"), make_account("other")
    follows.follow(follower=fan, followee=mira)
    for visibility in ("everyone", "followers", "everyone"):
        make_video(mira, visibility=visibility, caption=visibility)
    follows.block(blocker=mira, blocked=other)
    ids = list(Publication.objects.values_list("pk", flat=True))
    assert [len(found(viewer, ids)) for viewer in (fan, other, mira)] == [3, 0, 3]
    assert [video.pk for video in visible(fan.pk, ids)] == [video.pk for video in visible_to(fan.pk, ids)]

    def refuse(*_: object) -> None:
        raise AssertionError("it was put together anew")

    monkeypatch.setattr(VideoQuerySet, "visible_to", refuse)
    assert [len(each) for each in in_threads(*[lambda: found(fan, ids[:2])] * 4)] == [2] * 4
    monkeypatch.undo()
    videos.remove(by=mira, video=Publication.objects.get(pk=ids[0]).video)
    assert [row[-1] for row in found(fan, ids)] == ids[:0:-1]
