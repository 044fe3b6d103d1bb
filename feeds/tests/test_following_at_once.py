"""The Following feed under real concurrency: read while videos are published, told of, and backfilled, on connections of
their own."""

import random
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.tests.crowds import make_followers
from feeds.tests.worlds import feed_of
from follows import services as follows
from socialvideo.lib.testing import in_threads
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)


def read_while(viewer: User, over: threading.Event, due: Callable[[], list[int]]) -> int:
    """`due`: videos that the feed holds by now, in any order. Whatever is due before a read begins is in it, once, and
    pages keep the order of publishing."""
    reads = 0
    while not over.is_set() or reads == 0:
        before = set(due())
        found = feed_of(viewer, size=random.randint(2, 7))
        order = list(Publication.objects.filter(video__in=found).order_by("-pk").values_list("video", flat=True))
        assert before <= set(found), f"missing: {before - set(found)}"
        assert found == order
        reads += 1
    return reads


def until_over(over: threading.Event, act: Callable[[], object]) -> int:
    try:
        act()
    finally:
        over.set()
    return 0


def test_what_is_published_is_missing_from_no_read_while_it_is_told(settings: Any) -> None:
    """G#3568: gaps around what the cache was being filled with."""
    settings.FANOUT_CHUNK = 5
    viewer, mira = make_account("viewer"), make_account("mira")
    make_followers(mira, 30)
    follows.follow(follower=viewer, followee=mira)
    make_followers(mira, 30)
    published: list[int] = []
    over, told = threading.Event(), threading.Event()

    def publish() -> None:
        for _ in range(12):
            video = make_video(mira)
            published.append(video.pk)

    def tell() -> None:
        while not over.is_set() or selectors.unfinished_fan_outs():
            for publication_id in selectors.unfinished_fan_outs():
                services.fan_out_chunk(publication_id)

    read = partial(read_while, viewer, told, lambda: list(published))
    in_threads(partial(until_over, over, publish), partial(until_over, told, tell), read, read)
    assert not Publication.objects.exclude(fanout_state="done").exists()
    assert feed_of(viewer) == published[::-1]


def test_what_a_new_follow_brings_is_missing_from_no_read_while_it_is_brought() -> None:
    """M#16152: the first follow left an empty feed until a worker had come to it."""
    viewer = make_account("viewer")
    creators = [make_account(f"creator{number}") for number in range(6)]
    made = {creator.pk: [make_video(creator).pk for _ in range(3)] for creator in creators}
    for publication in Publication.objects.all():
        services.run_fan_out(publication.pk)
    due: list[int] = []
    over = threading.Event()

    def follow() -> None:
        for creator in creators:
            follows.follow(follower=viewer, followee=creator)
            due.extend(made[creator.pk])

    def consume() -> int:
        while not over.is_set():
            services.consume_outbox(at_most=1)
        return services.consume_outbox()

    read = partial(read_while, viewer, over, lambda: list(due))
    in_threads(partial(until_over, over, follow), consume, read, read)
    assert sorted(feed_of(viewer)) == sorted(due)
