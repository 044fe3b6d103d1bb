"""What an address means to whoever opened it. Not there and not allowed look alike."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from rest_framework.throttling import UserRateThrottle

from accounts.models import User
from videos import selectors
from videos.models import Comment, Video


def access_video(request: HttpRequest, video_id: int) -> Video:
    """A video that the viewer may watch, or one of their own in whatever state."""
    video = selectors.video_for(request.user.pk, video_id)
    if video is None:
        raise Http404
    return video


def moved(request: HttpRequest, video: Video, handle: str) -> HttpResponse | None:
    """A page of a video has one address, under its creator's handle of now; where that is another, the way there."""
    if video.creator.handle == handle:
        return None
    match: ResolverMatch = request.resolver_match  # type: ignore[assignment]
    url = reverse(match.view_name, kwargs=match.kwargs | {"handle": video.creator.handle})
    query = request.META["QUERY_STRING"]
    return redirect(f"{url}?{query}" if query else url, permanent=True)


def access_own_video(request: HttpRequest, video_id: int) -> Video:
    me: User = request.user  # type: ignore[assignment]
    video = Video.objects.of_creator(me.pk).with_card().filter(pk=video_id).first()
    if video is None:
        raise Http404
    return video


def access_comment(request: HttpRequest, comment_id: int) -> Comment:
    """A comment on a video that the viewer may watch."""
    comment = selectors.comment_for(request.user.pk, comment_id)
    if comment is None:
        raise Http404
    return comment


class ReportRate(UserRateThrottle):
    """Of reports, by an account or by an address without one."""

    scope = "report"
