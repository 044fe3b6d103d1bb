"""Event streams over real HTTP, from a process of their own, with a Redis that loses everything."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import psutil
import pytest
from django_redis import get_redis_connection

from accounts import services as accounts
from accounts.models import LogIn, User
from accounts.tests.factories import make_account
from feeds import services as feeds
from feeds.models import InboxEntry
from feeds.tests.crowds import make_followers
from follows import services as follows
from socialvideo.lib import hub, live, streams
from socialvideo.local.folder import Folder
from socialvideo.local.live_process import LiveProcess
from socialvideo.local.servers import Redis
from tests.event_stream import EventStream, cookie_of
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)

Opener = Callable[..., EventStream]
COMPLETE = {"kind": "connected", "missed": False}
MISSED = {"kind": "connected", "missed": True}


@pytest.fixture
def cookie(alice: User) -> str:
    return cookie_of(alice)


@pytest.fixture
def listen(live_process: LiveProcess) -> Iterator[Opener]:
    opened: list[EventStream] = []

    def listen(*args: Any, **kwargs: Any) -> EventStream:
        opened.append(EventStream(live_process.port, *args, **kwargs))
        return opened[-1]

    yield listen
    for stream in opened:
        stream.close()


def hint(number: int) -> dict[str, Any]:
    return {"kind": "relation", "account": number, "version": number}


# --- What is told ---------------------------------------------------------------------------------------------


def test_every_stream_of_an_account_is_told_and_no_other(listen: Opener, cookie: str, alice: User, bob: User) -> None:
    phone, laptop, other = listen(cookie), listen(cookie), listen(cookie_of(bob))
    live.publish([alice.pk], hint(1))
    live.publish([alice.pk, bob.pk], hint(2))
    for stream in (phone, laptop):
        assert [stream.next() for _ in range(3)] == [COMPLETE, hint(1), hint(2)]
    assert [other.next() for _ in range(2)] == [COMPLETE, hint(2)]


def test_many_streams_of_many_accounts_each_hear_their_own(listen: Opener) -> None:
    """As in `make bench`, where they are a thousand."""
    people = [make_account(f"person{number}") for number in range(10)]
    opened = [(person, listen(cookie)) for person in people for cookie in [cookie_of(person)] * 5]
    everybody = [person.pk for person in people]
    for person in people:
        live.publish([person.pk], hint(person.pk))
    live.publish(everybody, hint(0))
    for person, stream in opened:
        assert [stream.next() for _ in range(3)] == [COMPLETE, hint(person.pk), hint(0)]


def test_a_hint_arrives_well_within_a_second(listen: Opener, cookie: str, alice: User) -> None:
    stream = listen(cookie)
    stream.next()
    started = monotonic()
    live.publish([alice.pk], hint(1))
    assert stream.next() == hint(1)
    assert monotonic() - started < 0.5


def test_what_was_said_while_a_page_loaded_is_told(listen: Opener, cookie: str, alice: User, bob: User) -> None:
    sleep(1)  # the process has listened for as long as the page has loaded
    live.publish([bob.pk], hint(1))
    live.publish([alice.pk], hint(2))
    stream = listen(cookie, age=0.8)
    assert [stream.next() for _ in range(2)] == [COMPLETE, hint(2)]


@pytest.mark.parametrize("age", [3600, None], ids=["long ago", "unknown"])
def test_who_comes_back_late_is_told_to_ask(listen: Opener, cookie: str, age: float | None) -> None:
    assert listen(cookie, age=age).next() == MISSED


def test_a_quiet_stream_beats(listen: Opener, cookie: str) -> None:
    stream = listen(cookie)
    stream.next()
    assert stream.next(beats=True) == {"kind": "beat"}


def test_a_page_that_reads_too_slowly_is_told_to_ask() -> None:
    stream = hub.Stream()
    for number in range(hub.BACKLOG + 2):
        stream.tell(str(number))
    assert stream._waiting == [hub.MISSED, str(hub.BACKLOG + 1)]


# --- Who is told ----------------------------------------------------------------------------------------------


def test_who_is_not_logged_in_is_sent_away_for_good(listen: Opener) -> None:
    assert listen().status == 204
    assert listen("sessionid=nonsense").status == 204


def test_logging_out_ends_the_stream(listen: Opener, cookie: str) -> None:
    stream = listen(cookie)
    LogIn.objects.all().delete()
    assert stream.seconds_until_end() < 5
    assert listen(cookie).status == 204


def test_a_suspension_ends_the_stream(listen: Opener, cookie: str, alice: User) -> None:
    stream = listen(cookie)
    accounts.suspend(account=alice, by=make_account("moderator", is_staff=True), reason="spam")
    assert stream.seconds_until_end() < 5
    assert listen(cookie).status == 204


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8000", 200),
        ("https://evil.example", 403),
        ("http://127.0.0.1.evil.example", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_only_pages_of_this_site_may_listen(listen: Opener, cookie: str, origin: str, status: int) -> None:
    stream = listen(cookie, Origin=origin)
    assert stream.status == status
    allowed = stream.answer.headers["Access-Control-Allow-Origin"]
    assert allowed == (origin if status == 200 else None)


def test_so_many_streams_an_account_then_the_oldest_makes_room(listen: Opener, cookie: str) -> None:
    opened = [listen(cookie) for _ in range(streams.STREAMS_AN_ACCOUNT)]
    until(lambda: listen(cookie).status == 200)  # once the oldest is old enough to have been lost
    assert opened[0].seconds_until_end() < 5
    assert opened[-1].next()["kind"] == "connected"


def test_streams_just_opened_do_not_push_each_other_out(alice: User, bob: User) -> None:
    here = hub.Hub()
    with ExitStack() as open_streams:
        opened = [open_streams.enter_context(here.stream(alice.pk, age=0)) for _ in range(2)]
        assert here.makes_room(bob.pk, most=2, settled_after=60)
        assert here.makes_room(alice.pk, most=3, settled_after=60)
        assert not here.makes_room(alice.pk, most=2, settled_after=60)
        assert here.makes_room(alice.pk, most=2, settled_after=0)
        assert [stream.ended for stream in opened] == [True, False]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("POST", "/live/", 405), ("GET", "/healthz", 200)]
)
def test_nothing_else_is_served_there(live_process: LiveProcess, method: str, path: str, status: int) -> None:
    connection = HTTPConnection("127.0.0.1", live_process.port, timeout=20)
    connection.request(method, path)
    assert connection.getresponse().status == status
    connection.close()


def test_without_event_streams_the_site_says_do_not_ask(client: Any) -> None:
    assert client.get("/live/").status_code == 204


# --- What concerns a multitude --------------------------------------------------------------------------------


def until(holds: Callable[[], bool]) -> None:
    over = monotonic() + 20
    while not holds():
        assert monotonic() < over, "it never came to be"
        sleep(0.05)


def test_who_has_a_page_open_is_known_to_listen(listen: Opener, cookie: str, alice: User, bob: User) -> None:
    assert alice.pk not in live.listening()
    stream = listen(cookie)
    until(lambda: live.listening() == [alice.pk])
    get_redis_connection("default").delete(live.LISTENING)
    until(lambda: live.listening() == [alice.pk])
    until(lambda: live.open_streams() == live.OpenStreams(number=1, processes=1))
    stream.close()
    get_redis_connection("default").zadd(live.LISTENING, {str(bob.pk): time() - 1})  # closed long ago
    assert bob.pk not in live.listening()


def test_a_process_has_one_number_of_open_streams(alice: User, bob: User) -> None:
    here = hub.Hub()

    def reported() -> list[str]:
        asyncio.run(report())
        said = get_redis_connection("default").zrange(live.OPEN, 0, -1)
        return [number for name, number in map(str.split, map(bytes.decode, said)) if name == here._name_of_process]

    async def report() -> None:
        async with hub._redis() as redis:
            await here._report(redis)

    assert reported() == ["0"]
    with here.stream(alice.pk, age=0), here.stream(alice.pk, age=0), here.stream(bob.pk, age=0):
        assert reported() == ["3"]
        get_redis_connection("default").flushdb()
        assert reported() == ["3"]
    assert reported() == ["0"]


def test_who_just_opens_a_page_hears_what_is_sent_to_those_who_listen(
    listen: Opener, cookie: str, alice: User, bob: User
) -> None:
    sleep(4)  # the process has listened for longer than the page has loaded
    said = monotonic()
    live.publish_each([([], hint(1))], and_arriving=True)
    sleep(0.5)
    new = listen(cookie, age=monotonic() - said + 3)  # loaded before, opened after
    assert COMPLETE in list(iter(new.next, hint(1)))
    until(lambda: alice.pk in live.listening())
    sleep(hub.UNDER_WAY + 0.5)
    live.publish_each([([bob.pk], hint(2))], and_arriving=True)
    live.publish([alice.pk], hint(3))
    assert new.next() == hint(3)


def test_followers_with_a_page_open_hear_of_a_publication_at_once(
    listen: Opener, cookie: str, alice: User, settings: Any
) -> None:
    """Whenever their own chunk comes; by the badge, if the bell is on; and who does not follow hears nothing."""
    settings.FANOUT_CHUNK = 1
    mira, quiet, stranger = make_account("mira"), make_account("quiet"), make_account("stranger")
    make_followers(mira, 5)
    for account in (quiet, alice):
        follows.follow(follower=account, followee=mira)
    follows.set_bell(follower=quiet, followee=mira, notify="none")
    streams = [listen(cookie_of(account)) for account in (alice, quiet, stranger)]
    until(lambda: len(live.listening()) == 3)
    sleep(hub.UNDER_WAY + 0.5)
    publication = make_video(mira).publication
    feeds.fan_out_chunk(publication.pk)
    assert not InboxEntry.objects.filter(recipient_id=alice.pk).exists()
    live.publish([alice.pk, quiet.pk, stranger.pk], hint(9))
    heard = [{event["kind"] for event in iter(stream.next, hint(9)) if event} for stream in streams]
    assert [kinds & {"badge", "feed"} for kinds in heard] == [{"badge", "feed"}, {"feed"}, set()]


def test_without_redis_nobody_listens(settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert live.listening() == []
    assert live.open_streams() is None


# --- What goes wrong ------------------------------------------------------------------------------------------


def test_a_flushed_redis_is_not_noticed(listen: Opener, cookie: str, alice: User) -> None:
    stream = listen(cookie)
    live.publish([alice.pk], hint(1))
    assert [stream.next(), stream.next()] == [COMPLETE, hint(1)]
    get_redis_connection().flushall()
    live.publish([alice.pk], hint(2))
    assert stream.next() == hint(2)


@pytest.fixture
def own_redis(tmp_path: Path, settings: Any) -> Iterator[Redis]:
    """One that may be stopped."""
    folder = Folder(tmp_path / "own")
    folder.create()
    server = Redis(folder, durable=False)
    server.start()
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": folder.redis_url()}}
    yield server
    server.stop()


def test_a_redis_that_was_away_is_told_of_and_goes_on(
    own_redis: Redis, live_process: LiveProcess, tmp_path: Path, cookie: str, alice: User
) -> None:
    process = LiveProcess({**live_process.env, "REDIS_URL": own_redis.folder.redis_url()}, tmp_path / "live.log")
    process.start()
    stream = EventStream(process.port, cookie)
    assert stream.next() == COMPLETE
    own_redis.stop()
    live.publish([alice.pk], hint(1))
    late = EventStream(process.port, cookie)
    assert late.next() == MISSED
    own_redis.start()
    assert stream.next() == MISSED
    live.publish([alice.pk], hint(2))
    assert stream.next() == hint(2)
    assert process.output().count("Live hints are interrupted") == 1
    for each in (stream, late):
        each.close()
    process.kill()
    process.listening.close()


def test_stopping_ends_all_streams_at_once(live_process: LiveProcess, listen: Opener, cookie: str) -> None:
    opened = [listen(cookie) for _ in range(3)]
    started = monotonic()
    assert live_process.process is not None
    live_process.process.send_signal(signal.SIGTERM)
    assert all(stream.seconds_until_end() < 2 for stream in opened)
    live_process.process.wait(5)
    assert monotonic() - started < 4
    assert "Cancel" not in live_process.output()


def test_a_killed_process_comes_back_on_its_port(live_process: LiveProcess, listen: Opener, cookie: str) -> None:
    listen(cookie).next()
    live_process.kill()
    live_process.start()
    assert listen(cookie, age=600).next() == MISSED


def test_streams_hold_neither_threads_nor_connections(live_process: LiveProcess, listen: Opener) -> None:
    process = psutil.Process(live_process.pid)
    threads, files = process.num_threads(), process.num_fds()
    for number in range(30):
        assert listen(cookie_of(make_account(f"listener{number}"))).status == 200
    assert process.num_threads() <= threads + streams.LOOKUPS
    assert process.num_fds() <= files + 30 + streams.LOOKUPS
