"""The feed asks for its cards by a statement that is put together once: it finds for each viewer what the rules say."""

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds.models import Impression
from feeds.selectors.following import visible, visible_to
from follows import services as follows
from socialvideo.lib.prepared import Prepared
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


@pytest.mark.django_db
def test_every_kind_of_field_has_its_value_exchanged() -> None:
    """A field that is no key wraps its numbers: one that was not recognised stayed what stood in for it."""
    Impression.objects.bulk_create(Impression(viewer_id=7, video_id=n, source="new") for n in (1, 2, 3))
    seen = Prepared(lambda viewer_id: Impression.objects.filter(viewer_id=viewer_id).values("video_id"), viewer_id=int)
    assert [seen.count(viewer_id=7), seen.count(viewer_id=8), seen.count(viewer_id=7, most=2)] == [3, 0, 2]
    assert len(seen(viewer_id=7)) == 3


def test_none_is_a_statement_of_its_own(db: None) -> None:
    people = Prepared(lambda least: User.objects.filter(pk__gte=least) if least else User.objects.all(), least=int)
    newest = max(make_account(name).pk for name in ("mira", "fan"))
    assert [people.count(least=None), people.count(least=newest)] == [User.objects.count(), 1]


def test_a_value_that_is_no_parameter_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="viewer_id"):
        Prepared(lambda viewer_id: User.objects.all(), viewer_id=int)(viewer_id=1)
