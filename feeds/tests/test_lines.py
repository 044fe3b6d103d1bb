"""Events become lines: each in exactly one line of one page, in the order of its stream."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.models import Notification
from feeds.selectors.lines import MOST_EVENTS, NEW_VIDEO, Event, Section, Taken, section_of, take
from feeds.selectors.notices import FILTERS
from feeds.topics import TOPIC_OF

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KINDS = sorted(Notification.Kind.values)


def event(kind: str, key: int, hours_ago: float, actor_id: int, video_id: int, *, is_new: bool) -> Event:
    return Event(kind, key, NOW - timedelta(hours=hours_ago), is_new, actor_id, video_id)


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """Two, each in the order of its keys; the moments only nearly are."""
    facts = st.tuples(
        st.floats(0, 300), st.integers(1, 3), st.integers(1, 3), st.booleans(), st.sampled_from(KINDS), st.booleans()
    )
    videos, others = [], []
    rows = draw(st.lists(facts, max_size=60))
    rows.sort(key=lambda row: row[0] + (5 if row[5] else 0))
    for number, (hours, actor, video, is_new, kind, is_video) in enumerate(rows):
        stream, kind_of = (videos, NEW_VIDEO) if is_video else (others, kind)
        stream.append(event(kind_of, 1000 - number, hours, actor, video, is_new=is_new))
    return videos, others


def pages(videos: list[Event], others: list[Event], size: int) -> Iterator[Taken]:
    """As the list reads them: what lies behind the last keys, from the section on where the page before ended."""
    section = Section.TODAY
    while True:
        taken = take(videos, others, size=size, now=NOW, section=section)
        yield taken
        if not taken.is_more:
            return
        section = taken.groups[-1].section
        if taken.last_video is not None:
            videos = [event for event in videos if event.key < taken.last_video]
        if taken.last_happening is not None:
            others = [event for event in others if event.key < taken.last_happening]


@given(streams(), st.integers(1, 7))
def test_each_event_is_in_one_line_of_one_page(made: tuple[list[Event], list[Event]], size: int) -> None:
    videos, others = made
    listed = [page.groups for page in pages(videos, others, size)]
    events = [event for groups in listed for group in groups for event in group.events]
    assert Counter(events) == Counter(videos + others)
    assert all(len(groups) == size for groups in listed[:-1])
    assert sum(group.new for groups in listed for group in groups) == sum(event.is_new for event in videos + others)


@given(streams(), st.integers(1, 7))
def test_lines_are_of_one_kind_and_sections_only_go_back(made: tuple[list[Event], list[Event]], size: int) -> None:
    sections = []
    for page in pages(*made, size):
        sections += [group.section for group in page.groups]
        for group in page.groups:
            assert {event.kind for event in group.events} == {group.kind}
            assert [event.key for event in group.events] == sorted((e.key for e in group.events), reverse=True)
            assert all(section_of(event.at, NOW) <= group.section for event in group.events)
    assert sections == sorted(sections)


def test_thousands_of_likes_are_one_line_with_exact_numbers() -> None:
    likes = [event("liked", key, 0.1, key, 7, is_new=key > 1000) for key in range(2900, 0, -1)]
    (group,) = take([], likes, size=30, now=NOW).groups
    assert (len(group.events), group.new, group.actor_ids[:2]) == (2900, 1900, [2900, 2899])


def test_a_page_takes_no_more_than_it_may_and_goes_on_after() -> None:
    likes = [event("liked", key, 0.1, key, 7, is_new=True) for key in range(MOST_EVENTS + 5, 0, -1)]
    first, second = pages([], likes, 30)
    assert [len(page.groups[0].events) for page in (first, second)] == [MOST_EVENTS, 5]


def test_a_quiet_day_ends_a_line() -> None:
    likes = [event("liked", 9 - n, hours, n, 7, is_new=True) for n, hours in enumerate((1, 2, 13, 30, 37, 100, 300))]
    groups = take([], likes, size=30, now=NOW).groups
    assert [(group.section.words, len(group.events)) for group in groups] == [
        ("Today", 2),
        ("Yesterday", 2),
        ("This week", 2),
        ("Earlier", 1),
    ]


def test_every_kind_has_its_tab_and_its_topic() -> None:
    tabs = Counter(kind for tab in ("videos", "people", "mine") for kind in FILTERS[tab])
    assert tabs == Counter(FILTERS["all"])
    assert set(TOPIC_OF) == set(KINDS)
