"""A creator's public videos as an Atom feed. It is what everybody sees: nobody is asked who they are."""

import re
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from accounts.models import User
from accounts.selectors import account_by_handle, current_handle_of
from socialvideo.lib.addresses import absolute, tag_uri
from videos import previews, selectors
from videos.models import Video
from videos.templatetags.videos import linked

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _clean(words: str) -> str:
    return _NOT_IN_XML.sub("", words)


class AtomWithMedia(Atom1Feed):
    """Each entry leads to its short preview file too. An empty feed is as old as its account, not as the request."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("link", "", {"rel": "enclosure", "href": item["preview"], "type": "video/mp4"})

    def latest_post_date(self) -> Any:
        return super().latest_post_date() if self.items else self.feed["born"]


class CreatorFeed(Feed):  # type: ignore[type-arg]
    feed_type = AtomWithMedia

    def get_object(self, request: HttpRequest, account: User) -> User:  # type: ignore[override]
        return account

    def title(self, account: User) -> str:
        return _clean(f"{account.display_name} (@{account.handle}) · {settings.SITE_NAME}")

    def subtitle(self, account: User) -> str:
        return _clean(account.bio)

    def link(self, account: User) -> str:
        return absolute(account.get_absolute_url())

    def feed_url(self, account: User) -> str:
        return absolute(reverse("videos:creator_feed", args=[account.handle]))

    def feed_guid(self, account: User) -> str:
        return tag_uri(f"{account.joined_at:%Y-%m-%d}", f"account:{account.pk}")

    def feed_extra_kwargs(self, account: User) -> dict[str, Any]:
        return {"born": account.joined_at}

    def author_name(self, account: User) -> str:
        return _clean(account.display_name)

    def author_link(self, account: User) -> str:
        return self.link(account)

    def items(self, account: User) -> list[Video]:
        return selectors.public_videos(account.pk)

    def item_title(self, video: Video) -> str:  # type: ignore[override]
        return _clean(previews.title(video))

    def item_description(self, video: Video) -> str:  # type: ignore[override]
        address, poster = absolute(video.get_absolute_url()), absolute(video.poster_url)
        picture = format_html('<p><a href="{}"><img src="{}" alt="" width="360"></a></p>', address, poster)
        words = linked(video.caption).replace('href="/', f'href="{settings.SITE_URL}/')
        return _clean(f"{picture}<p>{words}</p>" if words else picture)

    def item_link(self, video: Video) -> str:
        return absolute(video.get_absolute_url())

    def item_guid(self, video: Video) -> str:
        return tag_uri(f"{video.published_at:%Y-%m-%d}", f"video:{video.pk}")

    def item_pubdate(self, video: Video) -> Any:
        return video.published_at

    def item_updateddate(self, video: Video) -> Any:
        return video.published_at

    def item_categories(self, video: Video) -> list[str]:
        return [held.tag.name for held in video.tagged.all()]

    def item_extra_kwargs(self, video: Video) -> dict[str, Any]:
        return {"preview": absolute(video.preview_url)}


@require_safe
@cache_control(no_cache=True)
@conditional_page
def creator_feed(request: HttpRequest, handle: str) -> HttpResponse:
    """Private accounts and those that are away have none. A former handle leads on."""
    account = account_by_handle(handle)
    now = account.handle if account else current_handle_of(handle)
    if now is not None and now != handle:
        return redirect("videos:creator_feed", now, permanent=True)
    if account is None or account.is_private or not account.is_present:
        raise Http404
    feed = CreatorFeed()(request, account=account)
    del feed["Last-Modified"]  # the newest date says nothing of a video that is gone or was changed
    return feed
