"""Captions: read strictly, written anew, shown to whoever may watch."""

import pytest
from django.core.files.base import ContentFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from videos import selectors, services, subtitles
from videos.models import Captions, Video
from videos.subtitles import Cue, Unreadable, parse, written
from videos.tests.factories import make_video, upload

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.500 align:start\nHello <b>you</b> &amp; me\n\nend\n00:03.000 --> 00:04.000\nBye\n"
SRT = (
    "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\nHallo\r\nWelt\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nTschüß\r\n"
).encode()


def put(creator, video, content=VTT, language="en"):
    return services.put_captions(creator=creator, video=video, language=language, file=ContentFile(content))


def test_webvtt_is_read():
    assert parse(VTT) == [Cue(1000, 2500, "Hello you & me"), Cue(3000, 4000, "Bye")]


def test_srt_is_read():
    assert parse(SRT) == [Cue(1000, 2500, "Hallo\nWelt"), Cue(3000, 4000, "Tschüß")]
    assert parse(SRT.decode().encode("utf-16")) == parse(SRT)


@pytest.mark.parametrize(
    "content",
    [
        b"WEBVTT\n\n01:02:03.004 --> 01:02:04.000\na --> b <script>alert(1)</script> &lt;i&gt;\n",
        b"WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE nothing\n\n00:00.000 --> 00:01.000 position:10%\nx\n",
        SRT,
    ],
)
def test_what_is_written_says_the_same_and_nothing_else(content):
    ours = written(parse(content))
    assert parse(ours.encode()) == parse(content)
    assert ours.startswith("WEBVTT\n\n")
    assert "<" not in ours
    assert "STYLE" not in ours
    assert "position" not in ours
    assert ours.count("-->") == len(parse(content))


def test_a_line_stays_a_line():
    """However its end is spelt: no lines beyond the limit, no block of its own."""
    content = b"WEBVTT\n\n00:00.000 --> 00:01.000\na&#10;&#10;STYLE&#10;::cue{color:red}\n"
    assert parse(content) == [Cue(0, 1000, "a  STYLE ::cue{color:red}")]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "no captions"),
        (b"WEBVTT\n", "no captions"),
        (b"\xff\x00\x80", "UTF-8"),
        (b"just some words\n", "times of a caption"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nback\n", "ends before"),
        (b"WEBVTT\n\n00:00.000 --> 99:99.000\nx\n", "times of a caption"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"x" * 401, "longer than"),
        (b"x" * (subtitles.MOST_BYTES + 1), "larger than"),
        (b"WEBVTT\n\n" + b"00:00.000 --> 00:01.000\nx\n\n" * 3001, "more than"),
    ],
)
def test_what_is_no_captions_file_is_refused_in_words(content, word):
    with pytest.raises(Unreadable, match=word):
        parse(content)


@pytest.mark.django_db
def test_put_replaced_and_removed(alice):
    video = make_video(alice)
    for content in (VTT, SRT, SRT):
        put(alice, video, content)
    put(alice, video, language="pt-br")
    assert [(track.language, track.label) for track in selectors.captions_of(video)] == [
        ("en", "English"),
        ("pt-br", "Português Brasileiro"),
    ]
    assert "Hallo" in Captions.objects.get(video=video, language="en").text
    for _ in range(2):
        services.remove_captions(creator=alice, video=video, language="en")
    video.refresh_from_db()
    assert video.captions_in == "pt-br"


@pytest.mark.django_db
def test_what_is_refused_changes_nothing(alice, bob):
    video = make_video(alice, duration_ms=2000)
    late = b"WEBVTT\n\n00:03.000 --> 00:04.000\nlate\n"
    for creator, content, language in [
        (bob, VTT, "en"),
        (alice, VTT, "xx-yy"),
        (alice, b"no", "en"),
        (alice, late, "en"),
    ]:
        with pytest.raises(services.Refused):
            put(creator, video, content, language)
    assert not Captions.objects.exists()
    put(alice, video)
    assert "Bye" not in Captions.objects.get().text
    services.remove(by=alice, video=video)
    with pytest.raises(services.Refused):
        put(alice, video, SRT)


@pytest.mark.django_db
@pytest.mark.parametrize(("visibility", "status"), [("everyone", 200), ("followers", 404), ("only_me", 404)])
def test_who_may_watch_may_read(client, alice, bob, visibility, status):
    video = put(alice, make_video(alice, visibility=visibility))
    (track,) = selectors.captions_of(video)
    client.force_login(bob)
    assert client.get(track.url).status_code == status
    client.force_login(alice)
    answer = client.get(track.url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/vtt; charset=utf-8")
    assert answer.content.startswith(b"WEBVTT")
    assert client.get(track.url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    services.remove(by=alice, video=video)
    assert client.get(track.url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 404


@pytest.mark.django_db
def test_on_the_edit_page(client, alice, bob):
    video = make_video(alice)
    address = f"/@alice/video/{video.pk}/captions/"
    client.force_login(bob)
    assert client.post(address, {"language": "en", "file": ContentFile(VTT, name="a.vtt")}).status_code == 404
    client.force_login(alice)
    answer = client.post(address, {"language": "en", "file": ContentFile(VTT, name="a.vtt")}, follow=True)
    assert "Captions added: English." in answer.content.decode()
    assert 'href="/media/videos/' in answer.content.decode()
    answer = client.post(address, {"language": "en", "file": ContentFile(b"no", name="a.vtt")}, follow=True)
    assert "times of a caption" in answer.content.decode()
    answer = client.post(address, {"language": "en"}, follow=True)
    assert "Choose a captions file." in answer.content.decode()
    client.post(f"{address}delete/", {"language": "en"})
    assert Video.objects.get(pk=video.pk).captions_in == ""


@pytest.mark.django_db
def test_over_the_api(client, alice):
    video = upload(alice)
    client.force_login(alice)
    address = f"/api/v1/videos/{video.pk}/captions/"
    body = encode_multipart(BOUNDARY, {"file": ContentFile(SRT, name="a.srt")})
    answer = client.put(f"{address}de/", body, content_type=MULTIPART_CONTENT)
    assert [track["label"] for track in answer.json()] == ["Deutsch"]
    assert client.get(address).json() == answer.json()
    assert client.delete(f"{address}de/").status_code == 204
    assert client.get(address).json() == []
