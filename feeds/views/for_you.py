"""What somebody says that For You should show, or should not. Turning something down acts on the cards of the page at once,
by an event, and on every later one; there is a way back right there, and in the settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from feeds import selectors, services
from follows.selectors import hidden_from, relation
from socialvideo.lib import toasts
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Action, Toast
from videos.access import access_video
from videos.models import Video


@login_required
@require_POST
def not_interested(request: HttpRequest, video_id: int) -> HttpResponse:
    """In this video, or in anything of its creator."""
    video = access_video(request, video_id)
    whole_creator = request.POST.get("of") == "creator"
    services.turn_down(account=request.user, video=video, whole_creator=whole_creator)  # type: ignore[arg-type]
    undo = Action(_("Undo"), reverse("feeds:interested_again", args=[video_id]))
    toast = Toast(_words(request, video) if whole_creator else _("For You does not show this video again."), undo)
    return toasts.show(request, _answer(request, video, hidden=True, whole_creator=whole_creator), toast)


def _words(request: HttpRequest, video: Video) -> str:
    name = {"name": video.creator.display_name}
    if not relation(request.user.pk, video.creator_id).following:
        return _("For You shows nothing of %(name)s any more.") % name
    return (
        _("For You shows nothing of %(name)s any more. You still follow them, and Following shows everything.") % name
    )


@login_required
@require_POST
def interested_again(request: HttpRequest, video_id: int) -> HttpResponse:
    """Also in a video that is out of sight by now. Of one that was not turned down only who may see it hears anything."""
    taken_back = services.take_back_turned_down(account=request.user, video_ids=[video_id])  # type: ignore[arg-type]
    known = Video.objects.all() if taken_back else Video.objects.visible_to(request.user.pk)
    met = known.exclude(hidden_from(request.user.pk, "creator_id"))
    video = met.select_related("creator").filter(pk=video_id).first()
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, _("Taken back."))
    return _answer(request, video, hidden=False, whole_creator=True)


def _answer(request: HttpRequest, video: Video | None, *, hidden: bool, whole_creator: bool) -> HttpResponse:
    """The cards of the page hear of it."""
    if not request.htmx or video is None:  # type: ignore[attr-defined]
        return redirect_back(request, reverse("feeds:home"))
    creator = video.creator.handle if whole_creator else ""
    detail = {"video": video.pk, "creator": creator, "hidden": hidden}
    return trigger_client_event(HttpResponse(status=204), "turned-down", detail)


@login_required
@require_safe
@never_cache
def turned_down(request: HttpRequest) -> HttpResponse:
    """The list, in the settings."""
    page = selectors.turned_down_page(request.user.pk, cursor=request.GET.get("after", ""))  # type: ignore[arg-type]
    part = "#rows" if request.htmx and "after" in request.GET else ""  # type: ignore[attr-defined]
    return render(request, f"feeds/turned_down.html{part}", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def interests(request: HttpRequest) -> HttpResponse:
    """After signing up, and in the settings."""
    if request.method == "POST":
        chosen = services.choose_interests(account=request.user, tags=request.POST.getlist("tag"))  # type: ignore[arg-type]
        messages.success(request, _thanks(len(chosen)))
        return redirect("feeds:home")
    choices = selectors.tags_to_choose(request.user.pk)  # type: ignore[arg-type]
    return render(request, "feeds/interests.html", {"choices": choices})


def _thanks(number: int) -> str:
    if not number:
        return _("You chose nothing. For You goes by what you watch and like.")
    said = ngettext(
        "For You shows more of what you chose: %(number)s interest.",
        "For You shows more of what you chose: %(number)s interests.",
        number,
    )
    return said % {"number": number}
