"""Comments under a video, on its page and in the sheet beside a feed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from videos import selectors, services
from videos.access import access_video
from videos.forms import CommentForm
from videos.models import Comment, Video


def comments_context(request: HttpRequest, video: Video, form: CommentForm | None = None) -> dict[str, Any]:
    viewer_id = request.user.pk
    page = selectors.comments_page(video, viewer_id, cursor=request.GET.get("after", ""))
    return {
        "video": video,
        "page": page,
        "hidden_comments": 0 if page.next_cursor else selectors.hidden_comments(video, viewer_id),
        "comment_form": form or CommentForm(),
    }


@require_http_methods(["GET", "POST"])
@never_cache
def comments(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """The list and the form as a fragment; more of the list; or, posted, a new comment."""
    video = access_video(request, video_id)
    if request.method == "POST":
        return _commented(request, video)
    more = "#items" if request.GET.get("after") else ""
    return render(request, f"videos/_comments.html{more}", comments_context(request, video))


@login_required
def _commented(request: HttpRequest, video: Video) -> HttpResponse:
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            services.comment(author=request.user, video=video, **form.cleaned_data)  # type: ignore[arg-type]
            form = CommentForm()
        except services.Refused as refused:
            form.add_error("text", refused.message)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "videos/_comments.html", comments_context(request, video, form))
    for error in form.errors.get("text", []) if form.is_bound else []:
        messages.error(request, error)
    return redirect(f"{video.get_absolute_url()}#comments")


@login_required
@require_POST
def remove_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The answer is the line that stands in the comment's place."""
    comment = Comment.objects.select_related("video__creator", "author").filter(pk=comment_id).first()
    if comment is None or selectors.video_for(request.user.pk, comment.video_id) is None:
        raise Http404
    try:
        services.remove_comment(by=request.user, comment=comment)  # type: ignore[arg-type]
    except services.Refused as refused:
        raise Http404 from refused
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "videos/_comments.html#removed")
    messages.info(request, "Comment removed.")
    return redirect(f"{comment.video.get_absolute_url()}#comments")
