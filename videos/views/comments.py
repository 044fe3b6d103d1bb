"""Comments under a video: on a page of their own, in the sheet beside a feed, and on the video's page. The answer to an act
on a comment is the comment as it stands then."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from socialvideo.lib import toasts
from socialvideo.lib.rates import later
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Action, Toast
from videos import selectors, services
from videos.access import access_comment, access_video, moved
from videos.forms import CommentForm
from videos.models import Comment, Video, VideoCount


def comments_context(request: HttpRequest, video: Video, form: CommentForm | None = None) -> dict[str, Any]:
    viewer_id = request.user.pk
    page = selectors.comments_page(video, viewer_id, cursor=request.GET.get("after", ""))
    return {
        "video": video,
        "page": page,
        "hidden_comments": 0 if page.next_cursor else selectors.hidden_comments(video, viewer_id),
        "up_to": str(selectors.newest_comment()),
        **_form_context(request, video, form),
    }


def _form_context(
    request: HttpRequest, video: Video, form: CommentForm | None = None, *, thread: Comment | None = None
) -> dict[str, Any]:
    """An empty form, or the given one; it answers what the address or the form names, or else the thread."""
    wanted = (request.POST.get("answers", "") if form else request.GET.get("answers", ""))[:18]
    answered = selectors.comment_for(request.user.pk, int(wanted)) if wanted.isdecimal() else None
    if answered and (answered.video_id != video.pk or answered.removed_at):
        answered = None
    answered = answered or thread
    form = form or CommentForm(initial={"answers": answered.pk if answered else None})
    return {"video": video, "comment_form": form, "answered": answered}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def comments(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """The list and the form, as a page or as a fragment; more of the list; the form alone; or, posted, a new comment."""
    video = access_video(request, video_id)
    if request.method == "POST":
        return _commented(request, video)
    if elsewhere := moved(request, video, handle):
        return elsewhere
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "videos/comments.html", comments_context(request, video))
    if "answers" in request.GET:
        return render(request, "videos/_comment_form.html", _form_context(request, video) | {"focus": True})
    more = "#items" if request.GET.get("after") else ""
    return render(request, f"videos/_comments.html{more}", comments_context(request, video))


@login_required
def _commented(request: HttpRequest, video: Video) -> HttpResponse:
    form = CommentForm(request.POST)
    comment = _write(request, video, form) if form.is_valid() else None
    if not request.htmx:  # type: ignore[attr-defined]
        if comment:
            return redirect(_place(comment))
        page = render(request, "videos/comments.html", comments_context(request, video, form), status=422)
        return _slowed(page, form)
    if comment is None:
        again = render(request, "videos/_comment_form.html", _form_context(request, video, form) | {"again": True})
        return reswap(_slowed(again, form), "none")
    return _counted(_written(request, video, comment), video)


def _slowed(response: HttpResponse, form: CommentForm) -> HttpResponse:
    return later(response, form.wait) if form.wait else response


def _write(request: HttpRequest, video: Video, form: CommentForm) -> Comment | None:
    given = form.cleaned_data
    try:
        answers = _answered(request, given.pop("answers"))
        return services.comment(author=request.user, video=video, answers=answers, **given)  # type: ignore[arg-type]
    except services.Refused as refused:
        form.add_error("text", refused.message)
        form.wait = refused.wait
        return None


def _answered(request: HttpRequest, comment_id: int | None) -> Comment | None:
    if comment_id is None:
        return None
    if (comment := selectors.comment_for(request.user.pk, comment_id)) is None:
        raise services.Refused("gone", _("The comment that you answer is not available."))
    return comment


def _written(request: HttpRequest, video: Video, comment: Comment) -> HttpResponse:
    """The list with the new comment, or the new reply behind its thread; and an empty form."""
    if comment.parent_id is None:
        return render(request, "videos/_comments.html#posted", comments_context(request, video))
    stored = access_comment(request, comment.pk)
    context = {"video": video, "row": selectors.comment_row(stored, request.user.pk), **_form_context(request, video)}
    answer = render(request, "videos/_comments.html#replied", context)
    return reswap(retarget(answer, f"#replies-{comment.parent_id}"), "beforeend show:bottom")


def _counted(response: HttpResponse, video: Video) -> HttpResponse:
    """The number beside the video hears of it."""
    number = VideoCount.objects.values_list("comments", flat=True).get(pk=video.pk)
    return trigger_client_event(response, "comments-counted", {"video": video.pk, "number": number})


@require_safe
@never_cache
def replies(request: HttpRequest, comment_id: int) -> HttpResponse:
    """A thread: a page of its own, or more of it for the list."""
    thread = access_comment(request, comment_id)
    if thread.parent_id:
        return redirect(f"{reverse('videos:replies', args=[thread.parent_id])}#comment-{thread.pk}")
    viewer_id = request.user.pk
    listed = Comment.objects.filter(pk=thread.pk).listed_for(viewer_id).exists()
    if not listed:
        raise Http404
    up_to = request.GET.get("up_to", "")[:18]
    page = selectors.replies_page(
        thread, viewer_id, cursor=request.GET.get("after", ""), up_to=int(up_to) if up_to.isdecimal() else None
    )
    context = {
        "video": thread.video,
        "thread": thread,
        "row": selectors.comment_row(thread, viewer_id),
        "page": page,
        "hidden_replies": 0 if page.next_cursor else selectors.hidden_replies(thread, viewer_id),
        "up_to": up_to,
        **_form_context(request, thread.video, thread=None if thread.removed_at else thread),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "videos/_replies.html", context)
    return render(request, "videos/thread.html", context)


# --- Acts on a comment ----------------------------------------------------------------------------------------


@login_required
@require_POST
def remove_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The answer is the line that stands in its place, with a way back."""
    comment = access_comment(request, comment_id)
    if not _done(request, services.remove_comment, comment):
        raise Http404
    if request.htmx:  # type: ignore[attr-defined]
        return _counted(_as_it_stands(request, comment, undo=True), comment.video)
    undo = Action(_("Undo"), reverse("videos:restore_comment", args=[comment_id]))
    return toasts.show(request, redirect(_comments_url(comment.video)), Toast(_("Comment removed."), undo))


@login_required
@require_POST
def restore_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = access_comment(request, comment_id)
    if not _done(request, services.restore_comment, comment):
        raise Http404
    if request.htmx and request.htmx.target:  # type: ignore[attr-defined]
        return _counted(_as_it_stands(request, comment, focus=True), comment.video)
    return redirect(_place(comment))


@login_required
@require_POST
def pin_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    return _pinned(request, comment_id, services.pin_comment, _("Pinned: it stands first now."))


@login_required
@require_POST
def unpin_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    return _pinned(request, comment_id, services.unpin_comment, _("Unpinned."))


def _pinned(request: HttpRequest, comment_id: int, act: Callable[..., None], said: str) -> HttpResponse:
    """The list in its new order."""
    comment = access_comment(request, comment_id)
    if not _done(request, act, comment):
        raise Http404
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, said)
        return redirect(_comments_url(comment.video))
    context = comments_context(request, comment.video) | {"said": said, "focused": comment.pk}
    return render(request, "videos/_comments.html#list", context)


@login_required
@require_POST
def like_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    return _liked(request, comment_id, services.like_comment)


@login_required
@require_POST
def unlike_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    return _liked(request, comment_id, services.unlike_comment)


def _liked(request: HttpRequest, comment_id: int, act: Callable[..., services.Tally]) -> HttpResponse:
    comment = access_comment(request, comment_id)
    try:
        tally = act(account=request.user, comment=comment)
    except services.Refused as refused:
        raise Http404 from refused
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect_back(request, _place(comment))
    context = {"comment": comment, "liked": tally.is_mine, "likes": tally.number}
    return render(request, "videos/_comment_like.html", context)


def _done(request: HttpRequest, act: Callable[..., None], comment: Comment) -> bool:
    try:
        act(by=request.user, comment=comment)
    except services.Refused:
        return False
    return True


def _as_it_stands(request: HttpRequest, comment: Comment, **more: Any) -> HttpResponse:
    stored = access_comment(request, comment.pk)
    row = selectors.comment_row(stored, request.user.pk)
    return render(request, "videos/_comment.html", {"video": stored.video, "row": row, **more})


def _comments_url(video: Video) -> str:
    return reverse("videos:comments", args=[video.creator.handle, video.pk])


def _place(comment: Comment) -> str:
    """Where it is read without a sheet."""
    if comment.parent_id:
        return f"{reverse('videos:replies', args=[comment.parent_id])}#comment-{comment.pk}"
    return f"{_comments_url(comment.video)}#comment-{comment.pk}"
