"""The moderators' desk: who gets in, and what they can do there."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.tests.factories import make_account
from follows import services
from follows.models import Follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client):
    account = make_account("mona", is_staff=True)
    account.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(account)
    return account


@pytest.mark.parametrize("name", ["follow", "followevent", "block"])
def test_a_moderator_reads_following_and_changes_nothing(client, moderator, name):
    alice, bob = make_account("alice"), make_account("bob")
    services.follow(follower=alice, followee=bob)
    edge = Follow.objects.get()
    assert client.get(reverse(f"admin:follows_{name}_changelist")).status_code == 200
    page = client.get(reverse("admin:follows_follow_change", args=[edge.pk]))
    assert "followed" in page.content.decode()
    assert client.post(reverse("admin:follows_follow_delete", args=[edge.pk])).status_code == 403
    assert client.get(reverse("admin:follows_follow_add")).status_code == 403
    assert Follow.objects.get() == edge


@pytest.mark.parametrize("path", ["/admin/", "/admin/follows/follow/", "/admin/accounts/user/", "/admin/videos/video/"])
def test_nobody_else_gets_in(client, path):
    client.force_login(make_account("alice"))
    assert client.get(path).status_code == 302


def test_only_the_desk_has_its_looser_policy(client, moderator):
    assert "unsafe-eval" in client.get("/admin/")["Content-Security-Policy"]
    assert "unsafe" not in client.get(reverse("follows:manager"))["Content-Security-Policy"]
