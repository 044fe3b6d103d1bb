"""What captions and comments mention and which tags they hold, and how that is drawn."""

import re

import pytest
from django.core.files.base import ContentFile

from videos import services, texts
from videos.models import Tag, Video, VideoTag
from videos.services import erasure
from videos.templatetags.videos import linked
from videos.tests.factories import make_video, upload


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("", []),
        ("hello @mira", ["mira"]),
        ("@mira, @zoe and @Mira.", ["mira", "zoe"]),
        ("(@mira)", ["mira"]),
        ("“@mira’s” cat", ["mira"]),
        ("@a.b_c9.", ["a.b_c9"]),
        ("line\n@mira\n@zoe", ["mira", "zoe"]),
        ("@mira@elsewhere.example", []),
        ("@a.b@elsewhere.example", []),
        ("mail mira@example.org", []),
        ("https://example.org/@mira", []),
        ("@@mira", []),
        ("@", []),
        ("@m", []),
        ("@.mira", []),
        ("@_mira", []),
        ("@" + "m" * 31, []),
        ("@" + "m" * 30, ["m" * 30]),
        ("@élise @ΜIRA @\u212aira", []),
        ("@mira-zoe", ["mira"]),
        ("@mira<script>", ["mira"]),
        ("#@mira", []),
        ("\u202e@mira", ["mira"]),
    ],
)
def test_mentions(text: str, handles: list[str]) -> None:
    assert texts.mentions(text) == handles


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        ("#Cats and #dogs", ["cats", "dogs"]),
        ("#cats#dogs", ["cats"]),
        ("##cats", []),
        ("#cats #CATS #Cats", ["cats"]),
        ("C# is #fun", ["fun"]),
        ("we're #1", []),
        ("#2026", []),
        ("#___", []),
        ("#y2k", ["y2k"]),
        ("#under_score", ["under_score"]),
        ("#dash-ed", ["dash"]),
        ("#dot.ted", ["dot"]),
        ("#日本語 #Ärger #ΣΊΣΥΦΟΣ", ["日本語", "ärger", "σίσυφος"]),
        ("#हिन्दी #العربية", ["हिन्दी", "العربية"]),
        ("#cafe\u0301 #caf\u00e9", ["caf\u00e9"]),
        ("#🎉", []),
        ("#party🎉", ["party"]),
        ("#", []),
        ("# space", []),
        ("&#39; &#x27;", []),
        ("https://example.org/#part", []),
        ("#" + "a" * 50, ["a" * 50]),
        ("#" + "a" * 51, []),
        ("#" + "İ" * 26, []),  # becomes longer in lower case
        ("@#cats", []),
    ],
)
def test_tags(text: str, tags: list[str]) -> None:
    assert texts.tags(text) == tags


def test_a_caption_counts_under_its_first_ten_tags() -> None:
    caption = " ".join(f"#tag{n}" for n in range(12))
    assert texts.tags(f"#tag0 {caption}") == [f"tag{n}" for n in range(10)]


HOSTILE = [
    '<img src=x onerror=alert(1)> @mira"><script>alert(1)</script>',
    '#tag"onmouseover="alert(1)',
    "@mira&quot; #a&b 'x' \"y\"",
    "javascript:alert(1) @mira' onclick='x",
    "<a href='#evil'>#evil</a>",
    "\u2028@mira\u2029#tag\x0b<b>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_links_are_the_only_markup_that_is_drawn(text: str) -> None:
    tag = re.compile(r'<a href="/[^"<>]*">[@#][\w.]+</a>|<br>')
    rest = tag.sub("", linked(text))
    assert not set(rest) & set("<>\"'"), rest


def test_links_lead_to_accounts_and_tags() -> None:
    assert linked("Hi @Mira:\n#日本 & #cats") == (
        'Hi <a href="/@mira/">@Mira</a>:<br>'
        '<a href="/tag/%E6%97%A5%E6%9C%AC/">#日本</a> &amp; '
        '<a href="/tag/cats/">#cats</a>'
    )
    assert linked(None) == ""


# --- Tags are kept equal to captions ---------------------------------------------------------------------------


def tags_of(video: Video) -> set[str]:
    return set(VideoTag.objects.filter(video=video).values_list("tag__name", flat=True))


@pytest.mark.django_db
def test_tags_follow_the_caption(alice):
    video = upload(alice, caption="#Cats #dogs")
    assert tags_of(video) == {"cats", "dogs"}
    for caption in ("#dogs #birds", "#dogs #birds", "nothing", "#" + "x" * 51, "#日本 #日本 #Ä"):
        services.edit(creator=alice, video=video, caption=caption)
        assert tags_of(video) == set(texts.tags(caption))
    services.edit(creator=alice, video=video, visibility="followers")
    assert tags_of(video) == {"日本", "ä"}
    assert set(Tag.objects.values_list("name", flat=True)) >= {"cats", "dogs", "birds"}


@pytest.mark.django_db
def test_sending_an_upload_again_leaves_the_tags_alone(alice):
    fields = {"creator": alice, "upload_key": "one"}
    video = services.start_upload(file=ContentFile(b"a file", name="a"), caption="#one", **fields)
    services.start_upload(file=ContentFile(b"a file", name="a"), caption="#two", **fields)
    assert tags_of(video) == {"one"}


@pytest.mark.django_db
def test_an_erased_video_has_no_tags(alice):
    video = make_video(alice, caption="#cats")
    erasure.ERASERS["videos taken down"](alice.pk)
    assert erasure.ERASERS["videos"](alice.pk) == 1
    assert tags_of(video) == set()
