"""What is kept about people is registered, down to the last column that holds an account; what is registered is what an
account downloads, what the site's page says, and what its deletion removes."""

import json
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts import archiving
from accounts import services as accounts
from accounts.models import Invitation, User
from feeds.models import EarlyEntry, Impression, Interest, NoticeChoice, NotInterested, StrangerTold, SummaryPlan, Taste
from follows import services as follows
from socialvideo.lib import personal
from socialvideo.lib.personal import Table, kinds
from tests.erasing import erase
from tests.test_erasure import World
from videos.models import Appeal, Case, Decision, Proposal, Report, Tag, Video
from videos.tests.factories import make_video

# Numbers that name no account.
OTHER_IDS = {"publication_id", "video_id", "other_id", "event_id", "subject_id", "case_id", "notification_id"}
REGISTERED = {column for kind in kinds() for column in kind.columns}
TABLES = [(kind, table) for kind in kinds() for table in kind.tables]


def account_columns() -> Iterator[str]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            points = field.is_relation and field.related_model is User
            numbered = isinstance(field, models.BigIntegerField) and field.name.endswith("_id")
            if points or (numbered and not field.is_relation and field.name not in OTHER_IDS):
                yield f"{model._meta.label}.{field.name}"


def holding(column: str, account_id: int) -> int:
    label, _, name = column.rpartition(".")
    return apps.get_model(label)._base_manager.filter(**{name: account_id}).count()


# --- Nothing is forgotten -------------------------------------------------------------------------------------


def test_every_column_that_holds_an_account_is_registered() -> None:
    unregistered = set(account_columns()) - REGISTERED
    assert not unregistered, "say in <app>/personal.py what is kept there, why and for how long"


def test_nothing_is_registered_that_is_not_there() -> None:
    for column in REGISTERED:
        label, _, name = column.rpartition(".")
        assert name == "pk" or apps.get_model(label)._meta.get_field(name)
    for _kind, table in TABLES:
        for path in () if callable(table.columns) else table.columns.values():
            model = apps.get_model(table.model)
            for part in path.split("__"):
                model = model._meta.get_field(part).related_model


def test_what_is_left_out_says_why_and_nothing_else_is() -> None:
    for kind in kinds():
        assert bool(kind.left_out) != bool(kind.tables or kind.media), kind.name


# --- A rich account -------------------------------------------------------------------------------------------


@pytest.fixture
def world(db: None) -> World:
    world = World()
    alice, bob = world.alice, world.bob
    accounts.give_token(account=alice)
    NoticeChoice.objects.create(account=alice, topic="likes", channel="push", wanted=False)
    follows.mute(muter=alice, muted=bob)
    case = Case.objects.create(kind="video", subject_id=world.shown.pk, account_id=alice.pk, taken_by=alice)
    Proposal.objects.create(case=case, act="warn", policy="spam", reach=0, by=alice)
    given = {"case": case, "kind": "video", "subject_id": world.shown.pk}
    Report.objects.create(reporter=bob, reason="spam", text="what bob wrote", **given)
    Report.objects.create(reporter=alice, reason="hate", text="what alice wrote", **given)
    decision = Decision.objects.create(
        case=case,
        account_id=alice.pk,
        act="warn",
        policy="spam",
        words="Be kind",
        note="a moderator's note",
        by_id=bob.pk,
    )
    Appeal.objects.create(decision=decision, account_id=alice.pk, text="But why", decision_by_id=bob.pk)
    Client().force_login(alice)
    accounts.ask_for_archive(account=alice)
    Invitation.objects.create(created_by=alice)
    alice.groups.add(Group.objects.first())
    alice.user_permissions.add(Permission.objects.first())
    follows.start_batch(owner=alice, act="mute", chosen=[bob.pk], submit_key=uuid4())
    SummaryPlan.objects.create(account=alice, timezone="UTC", next_at=timezone.now())
    tag = Tag.objects.create(name="cats")
    Interest.objects.create(account=alice, tag=tag)
    Taste.objects.create(account_id=alice.pk, tag=tag, weight=1)
    NotInterested.objects.create(account=alice, video=world.others)
    Impression.objects.create(viewer_id=alice.pk, video_id=world.others.pk, source="new")
    for pair in ((alice.pk, bob.pk), (bob.pk, alice.pk)):
        StrangerTold.objects.create(author_id=pair[0], recipient_id=pair[1], told_at=timezone.now())
    EarlyEntry.objects.create(publication_id=world.others.publication.pk, recipient_id=alice.pk, state=2)
    Video.objects.filter(pk=world.shown.pk).update(original="")
    User.objects.filter(pk=alice.pk).update(
        avatar=default_storage.save(f"avatars/{alice.pk}/a.webp", ContentFile(b"me"))
    )
    return world


def told(table: Table, account: User) -> list[personal.Row]:
    return [row for chunk in table.rows(account.pk) for row in chunk]


def archive_of(account: User) -> ZipFile:
    file = BytesIO()
    archiving.write(file, account, now=timezone.now(), report=lambda _: None)
    return ZipFile(file)


def test_the_download_is_what_the_tables_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = world.alice
    with archive_of(alice) as archive:
        for kind in kinds():
            if not kind.left_out:
                expected = [row for table in kind.tables for row in told(table, alice)]
                assert len(json.loads(archive.read(f"{kind.name}.json"))) == len(expected), kind.name
        names = set(archive.namelist())
        assert archive.read(f"videos/{world.shown.pk}/video") == b"init0123456789"
        with default_storage.open(world.own.original) as original:
            assert archive.read(f"videos/{world.own.pk}/original") == original.read()
        assert archive.read("account/picture.webp") == b"me"
        text = b"".join(archive.read(name) for name in names if name.endswith(".json")).decode()
    assert f"videos/{world.taken_down.pk}/cover.jpg" in names  # by herself
    assert "what alice wrote" in text
    for others in ("what bob wrote", "a moderator's note", "bob@example.org"):
        assert others not in text
    monkeypatch.setattr(personal, "AT_ONCE", 1)
    for kind, table in TABLES:
        found = told(table, alice)
        if table.narrowed is None:
            rows = apps.get_model(table.model)._base_manager.filter(**{table.by: alice.pk})
            assert len(found) == rows.count(), f"{kind.name}: its order is not unique"
        assert len({json.dumps(row, default=str) for row in found}) == len(found), kind.name


def test_what_others_did_is_told_as_the_history_tells_it(world: World) -> None:
    """A block of theirs is their removing a follow, or their unfollowing; a block without a follow is nothing."""
    alice, bob, eve = world.alice, world.bob, world.eve
    follows.unblock(blocker=alice, blocked=eve)
    follows.block(blocker=eve, blocked=alice)
    follows.block(blocker=bob, blocked=alice)
    [own] = (table for kind, table in TABLES if kind.name == "following/history")
    [theirs] = (table for kind, table in TABLES if kind.name == "following/followers-history")
    with_bob = [row for row in told(own, alice) if row["account_id"] == bob.pk]
    assert [row["cause"] for row in with_bob][-1] == "removed"
    assert with_bob[0]["device"] == "Firefox on Linux"
    assert with_bob[-1]["device"] == ""
    assert [row["cause"] for row in told(theirs, alice) if row["account_id"] == bob.pk][-1] == "unfollowed"
    assert not [row for row in told(theirs, alice) if row["account_id"] == eve.pk]


def test_a_removed_video_of_a_moderator_is_named_and_not_handed_out(world: World) -> None:
    video = make_video(world.alice)
    Video.objects.filter(pk=video.pk).update(state="removed", removed_at=timezone.now(), removed_by=world.bob)
    with archive_of(world.alice) as archive:
        assert video.pk in [row["id"] for row in json.loads(archive.read("videos/videos.json"))]
        assert not [name for name in archive.namelist() if name.startswith(f"videos/{video.pk}/")]


def test_a_million_rows_are_never_in_memory_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each query is bounded, whatever there is."""
    monkeypatch.setattr(personal, "AT_ONCE", 2)
    [table] = (table for kind, table in TABLES if kind.name == "videos/videos")
    assert max(len(chunk) for chunk in table.rows(world.alice.pk)) == 2


# --- The end of the account -----------------------------------------------------------------------------------

# Of rows that stay, what names the account goes all the same.
UNNAMED = {"videos.Report.reporter", "videos.Case.taken_by", "videos.Proposal.by"}


def test_deleting_an_account_leaves_only_what_is_said_to_outlive_it(world: World) -> None:
    alice = world.alice
    stays = {column for kind in kinds() if kind.outlives for column in kind.columns}
    goes = set(account_columns()) - stays | UNNAMED
    had = {column for column in goes if holding(column, alice.pk)}
    assert goes - had == set(), "the world of this test has nothing of it: nobody would see it stay"
    erase(alice)
    assert not {column for column in goes if holding(column, alice.pk)}
    assert Appeal.objects.get().text == ""


# --- The page -------------------------------------------------------------------------------------------------

DAYS = sorted(name for name in dir(site_settings) if re.fullmatch(r"(KEEP_\w+|DELETE_AFTER|UPLOAD)_DAYS", name))


def test_the_page_says_what_the_settings_say(client: Client, db: None, settings) -> None:
    odd = {name: 1001 + number for number, name in enumerate(DAYS)}
    page = client.get("/stored/").content.decode()
    for name, number in odd.items():
        assert f"{number:,} days" not in page
        setattr(settings, name, number)
    page = client.get("/stored/").content.decode()
    missing = [name for name, number in odd.items() if f"{number:,} days" not in page]
    assert not missing
    settings.KEEP_WATCHES_DAYS = 0
    assert f"{odd['KEEP_WATCHES_DAYS']:,} days" not in client.get("/stored/").content.decode()


def test_every_kind_stands_on_the_page_with_its_reasons(client: Client, db: None) -> None:
    page = unescape(client.get("/stored/").content.decode())
    for kind in kinds():
        for words in filter(None, (kind.what, kind.why, kind.how_long, kind.left_out, kind.outlives)):
            assert str(words) in page


def test_it_is_found_from_the_privacy_page_and_the_settings(client: Client, db: None, alice: User) -> None:
    assert 'href="/stored/"' in client.get("/privacy/").content.decode()
    client.force_login(alice)
    assert 'href="/stored/"' in client.get("/settings/").content.decode()
