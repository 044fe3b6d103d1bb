"""Who is mentioned is told once, when they may see it, and by nobody they are shut out from."""

from collections.abc import Iterator

import pytest

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds.models import Notification
from follows import services as follows
from follows.tests.truth import events_between
from videos import services as videos
from videos.models import Video
from videos.tests.factories import finish, in_an_hour, let_its_hour_come, make_comment, make_video, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoe() -> User:
    return make_account("zoe", name="Zoe")


def told(kind: str = "mentioned") -> list[int]:
    """Whom notifications of that kind told, in the order of telling."""
    return list(Notification.objects.filter(kind=kind).order_by("pk").values_list("recipient_id", flat=True))


def shown(account: User) -> int:
    return Notification.objects.shown_to(account.pk).filter(kind="mentioned").count()


# --- Captions --------------------------------------------------------------------------------------------------


def test_a_caption_tells_whom_it_mentions_once_at_publishing(mira: User, zoe: User) -> None:
    bob = make_account("bob")
    video = upload(mira, caption="With @Zoe, @bob, @zoe and @nobody. By @mira")
    assert told() == []
    finish(video)
    assert told() == [zoe.pk, bob.pk]
    notice = Notification.objects.get(recipient_id=zoe.pk)
    assert (notice.event_key, notice.actor_id, notice.video_id) == (f"mention:video:{video.pk}", mira.pk, video.pk)
    assert shown(zoe) == 1


def test_a_scheduled_video_tells_when_it_goes_out(mira: User, zoe: User) -> None:
    video = make_video(mira, caption="@zoe", publish_at=in_an_hour())
    videos.edit(creator=mira, video=video, caption="@zoe and more")
    videos.sweep()
    assert told() == []
    let_its_hour_come(video)
    videos.sweep()
    videos.sweep()
    assert told() == [zoe.pk]


def test_an_edited_caption_tells_only_whom_it_newly_mentions(mira: User, zoe: User) -> None:
    bob = make_account("bob")
    video = make_video(mira, caption="@zoe")
    Notification.objects.update(seen_at=video.published_at)
    for caption in ("@zoe @bob", "Hello @bob and @zoe", "@bob", "@zoe @bob"):
        videos.edit(creator=mira, video=video, caption=caption)
    assert told() == [zoe.pk, bob.pk]


def test_whom_a_caption_no_longer_mentions_was_never_told(mira: User, zoe: User) -> None:
    video = make_video(mira, caption="@zoe")
    videos.edit(creator=mira, video=video, caption="Nobody")
    assert told() == []
    videos.edit(creator=mira, video=video, caption="@zoe")
    assert told() == [zoe.pk]


def test_only_who_may_see_it_is_told_and_who_may_later_is_told_then(mira: User, zoe: User) -> None:
    fan = make_account("fan")
    follows.follow(follower=fan, followee=mira)
    video = make_video(mira, caption="@zoe @fan", visibility="only_me")
    assert told() == []
    videos.edit(creator=mira, video=video, visibility="followers")
    assert told() == [fan.pk]
    videos.edit(creator=mira, video=video, visibility="everyone")
    assert told() == [fan.pk, zoe.pk]
    videos.edit(creator=mira, video=video, visibility="followers")
    assert (shown(zoe), shown(fan)) == (0, 1)
    videos.edit(creator=mira, video=video, visibility="only_me")
    assert (shown(zoe), shown(fan)) == (0, 0)
    videos.edit(creator=mira, video=video, visibility="everyone")
    assert (shown(zoe), shown(fan)) == (1, 1)
    assert told() == [fan.pk, zoe.pk]
    videos.remove(by=mira, video=video)
    assert (shown(zoe), shown(fan)) == (0, 0)


@pytest.mark.parametrize("blocker", ["mira", "zoe"])
def test_nobody_is_told_across_a_block(mira: User, zoe: User, blocker: str) -> None:
    one, other = (mira, zoe) if blocker == "mira" else (zoe, mira)
    follows.block(blocker=one, blocked=other)
    video = make_video(mira, caption="@zoe")
    make_comment(mira, video, "@zoe look")
    assert told() == []


def test_a_private_accounts_caption_tells_its_followers_only(mira: User, zoe: User) -> None:
    accounts.set_privacy(account=mira, is_private=True)
    fan = make_account("fan")
    mira.refresh_from_db()
    follows.follow(follower=fan, followee=mira)
    follows.follow(follower=zoe, followee=mira)
    follows.approve(followee=mira, follower=fan)
    make_video(mira, caption="@zoe @fan")
    assert told() == [fan.pk]
    assert events_between(zoe, mira)[-1].after == "requested"


def test_who_mutes_the_author_is_not_shown_it_until_the_mute_ends(mira: User, zoe: User) -> None:
    follows.mute(muter=zoe, muted=mira)
    make_video(mira, caption="@zoe")
    assert shown(zoe) == 0
    follows.unmute(muter=zoe, muted=mira)
    assert shown(zoe) == 1


def test_a_text_tells_at_most_ten(mira: User) -> None:
    everyone = [make_account(f"friend{n}") for n in range(12)]
    caption = " ".join(["@nobody", "@mira", *(f"@{account.handle}" for account in everyone)])
    video = make_video(mira, caption=caption)
    assert told() == [account.pk for account in everyone[:10]]
    make_comment(mira, video, caption)
    assert len(told()) == 20


def test_a_former_handle_means_the_same_account_and_an_absent_one_nobody(mira: User, zoe: User) -> None:
    accounts.update_profile(account=zoe, handle="zoe.new")
    gone = make_account("gone")
    accounts.deactivate(account=gone)
    make_video(mira, caption="@zoe @zoe.new @gone")
    assert told() == [zoe.pk]


def test_a_video_restored_tells_nobody_again(mira: User, zoe: User) -> None:
    video = make_video(mira, caption="@zoe")
    videos.remove(by=mira, video=video)
    videos.restore(by=mira, video=video)
    videos.edit(creator=mira, video=video, visibility="followers")
    videos.edit(creator=mira, video=video, visibility="everyone")
    assert told() == [zoe.pk]


# --- Comments --------------------------------------------------------------------------------------------------


@pytest.fixture
def video(mira: User) -> Iterator[Video]:
    return make_video(mira)


def test_a_comment_tells_the_creator_and_whom_it_mentions_once_each(mira: User, zoe: User, video: Video) -> None:
    fan = make_account("fan")
    comment = make_comment(fan, video, "Look @zoe\n\n@mira made this, @fan is me, @zoe!")
    assert (told("commented"), told()) == ([mira.pk], [zoe.pk])
    notice = Notification.objects.get(kind="mentioned")
    assert (notice.event_key, notice.actor_id) == (f"mention:comment:{comment.pk}", fan.pk)
    assert notice.text == "Look @zoe @mira made this, @fan is me, @zoe!"
    assert shown(zoe) == 1
    make_comment(mira, video, "Thanks @fan")
    assert (told("commented"), told()) == ([mira.pk], [zoe.pk, fan.pk])


def test_a_long_comment_is_told_by_its_beginning(zoe: User, video: Video) -> None:
    make_comment(zoe, video, "word " * 100)
    text = Notification.objects.get(kind="commented").text
    assert (len(text), text[-1]) == (140, "…")


def test_a_comment_tells_only_who_may_see_the_video_and_its_author(mira: User, zoe: User) -> None:
    fan, other = make_account("fan"), make_account("other")
    for account in (fan, other):
        follows.follow(follower=account, followee=mira)
    video = make_video(mira, visibility="followers")
    follows.block(blocker=other, blocked=fan)
    make_comment(fan, video, "@zoe @other @mira")
    assert (told("commented"), told()) == ([mira.pk], [])
    make_comment(mira, video, "@zoe @other @fan")
    assert told() == [other.pk, fan.pk]


def test_who_may_read_a_comment_only_since_the_video_was_opened_is_told_then(mira: User, zoe: User) -> None:
    """As of captions: whoever was mentioned there was told, and in a comment never."""
    fan = make_account("fan")
    follows.follow(follower=fan, followee=mira)
    video = make_video(mira, visibility="followers")
    make_comment(fan, video, "@zoe")
    removed = make_comment(fan, video, "@zoe again")
    videos.remove_comment(by=fan, comment=removed)
    assert told() == []
    for caption in ("One", "Two"):
        videos.edit(creator=mira, video=video, visibility="everyone", caption=caption)
        assert told() == [zoe.pk]
    assert told("commented") == [mira.pk]


def test_sent_twice_a_comment_tells_once(zoe: User, video: Video) -> None:
    fan = make_account("fan")
    for _ in range(2):
        videos.comment(author=fan, video=video, text="@zoe", submit_key="once")
    assert (len(told("commented")), told()) == (1, [zoe.pk])
