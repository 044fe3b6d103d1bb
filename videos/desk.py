"""The moderators' queue: what was reported, the most harmful and farthest-reaching first, with everything that a decision
needs on one page; proposals, appeals and the log. Every act is a service's."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget

from accounts.models import User
from socialvideo.lib.desk import ReadOnlyAdmin
from socialvideo.lib.forms import LinesField
from videos import services
from videos.models import Appeal, Case, Decision, ModerationEvent, Proposal, Video
from videos.models.moderation import HARM, Act, Kind, Reason
from videos.selectors import moderation as selectors
from videos.services import moderation

# Each act with its key, and what followers read of it.
KEYS = {
    Act.DISMISS: "d",
    Act.REMOVE: "r",
    Act.LIMIT: "l",
    Act.RESTRICT: "a",
    Act.WARN: "w",
    Act.SUSPEND: "s",
}
WORDS: dict[str, tuple[Any, Any]] = {
    Act.DISMISS: (_("Dismiss"), _("Followers notice nothing.")),
    Act.REMOVE: (_("Remove"), _("Followers who were told of it read: “A moderator removed this video.”")),
    Act.LIMIT: (_("Limit reach"), _("Followers still have it; nobody else is offered it.")),
    Act.RESTRICT: (_("For adults only"), _("Followers under the age read: “This video is for adults.”")),
    Act.WARN: (_("Warn"), _("Followers notice nothing.")),
    Act.SUSPEND: (
        _("Suspend the account"),
        _(
            "Followers read: “The account is suspended. Your follow stands. Their videos come back when the account does.”"
        ),
    ),
}
OF_A_COMMENT = _("Where others replied, a line stands for it.")


class VerdictForm(forms.Form):
    act = forms.ChoiceField()
    policy = forms.ChoiceField(
        label=_("Rule"), required=False, choices=[("", "–"), *Reason.choices], widget=UnfoldAdminSelectWidget
    )
    words = LinesField(
        label=_("Reasons"),
        max_length=500,
        required=False,
        help_text=_("Whoever is concerned reads them."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    note = LinesField(
        label=_("Note"),
        max_length=1000,
        required=False,
        help_text=_("Only moderators read it."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    until = forms.SplitDateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("UTC. Empty: for good."),
        widget=UnfoldAdminSplitDateTimeWidget,
    )

    def __init__(self, *args: Any, acts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"].choices = [(act, WORDS[act][0]) for act in acts]  # type: ignore[attr-defined]


class OpenFilter(admin.SimpleListFilter):
    """Of what nobody chose, what waits."""

    title = _("state")
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("second", _("waits for a second person")), ("closed", _("decided")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [first | {"display": gettext("waiting")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case "all":
                return queryset
            case "second" | "closed" as state:
                return queryset.filter(state=state)
        return queryset.exclude(state=Case.State.CLOSED)


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> Any:
    """What is refused is said; None then."""
    try:
        found = act()
    except services.Refused as refused:
        messages.error(request, refused.message)
        return None
    messages.success(request, done)
    return found or True


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ("thing", "reported_for", "harm", "reach", "reports", "state_label", "hands", "since")
    list_filter = (OpenFilter, "kind")
    list_select_related = ("taken_by",)
    search_fields = ("=subject_id", "=account_id")
    search_help_text = _("Id of a video, comment or account")
    ordering = ("-harm", "-reach", "id")
    actions = ("dismiss_chosen", "remove_spam")

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("videos.decide_case")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return selectors.in_queue(super().get_queryset(request))

    @display(description=_("about"), header=True)
    def thing(self, case: Case) -> list[str]:
        handle: str = case.handle  # type: ignore[attr-defined]
        return [str(case), f"@{handle}" if handle else gettext("a deleted account")]

    @display(description=_("reported for"))
    def reported_for(self, case: Case) -> str:
        """The most harmful first."""
        reasons: list[str] = case.reasons  # type: ignore[attr-defined]
        worst = sorted(reasons, key=HARM.__getitem__, reverse=True)[:2]
        return ", ".join(str(Reason(each).label) for each in worst) + ("…" if len(reasons) > len(worst) else "") or "–"

    @display(description=_("in the hands of"))
    def hands(self, case: Case) -> str:
        holder = selectors.holder(case)
        return f"@{holder.handle}" if holder else "–"

    @display(description=_("state"), label={"open": "warning", "second": "info", "closed": "success"})
    def state_label(self, case: Case) -> tuple[str, str]:
        second = case.state == Case.State.SECOND
        return case.state, gettext("second person") if second else case.get_state_display()

    @display(description=_("for"), ordering="opened_at")
    def since(self, case: Case) -> str:
        """How long it waits, or waited."""
        return timesince(case.opened_at, case.closed_at, depth=1)

    # --- One case -----------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        def acting(name: str, view: Any) -> URLPattern:
            return path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"videos_case_{name}",
            )

        return [
            path("of/<str:kind>/<int:pk>/", self.admin_site.admin_view(self.of_view), name="videos_case_of"),
            acting("hands", self.hands_view),
            acting("second", self.second_view),
            acting("lift", self.lift_view),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The thing, what was said of it, what was decided before, whom a decision touches; and the decision."""
        self._must_decide(request)
        case = get_object_or_404(Case.objects.select_related("taken_by"), pk=object_id if object_id.isdecimal() else 0)
        moderation.look(case=case, by=request.user)  # type: ignore[arg-type]
        seen = selectors.opened(case)
        form = VerdictForm(request.POST if request.method == "POST" else None, acts=seen.acts)
        if request.method == "POST" and form.is_valid() and self._decide(request, case, form):
            return self._go_on(case, request.user)  # type: ignore[arg-type]
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": str(case),
            "seen": seen,
            "form": form,
            "acts": [_described(act, case.kind, chosen=form["act"].value() == act) for act in seen.acts],
            "held": selectors.holder(case),
            "mine": selectors.holder(case) == request.user,
            "may_be_shown": bool(
                seen.video
                and seen.video.poster_url
                and Video.objects.for_moderators().filter(pk=seen.video.pk).exists()
            ),
        }
        return TemplateResponse(request, "videos/desk_case.html", context)

    def _must_decide(self, request: HttpRequest) -> None:
        if not self.has_decide_permission(request):
            raise PermissionDenied

    def _decide(self, request: HttpRequest, case: Case, form: VerdictForm) -> Any:
        decided = attempt(
            request,
            lambda: moderation.decide(case=case, by=request.user, **form.cleaned_data),  # type: ignore[arg-type]
            gettext("It is written down."),
        )
        if isinstance(decided, Proposal):
            messages.info(request, gettext("The account has many followers: a second person has to confirm it."))
        return decided

    def _go_on(self, case: Case, moderator: User) -> HttpResponse:
        following = selectors.next_case(case, moderator)
        return _to_case(following) if following else redirect("admin:videos_case_changelist")

    def of_view(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """The case of a thing that somebody came across; asks before it opens one."""
        self._must_decide(request)
        if kind not in Kind.values:
            raise PermissionDenied
        standing = Case.objects.filter(kind=kind, subject_id=pk).exclude(state=Case.State.CLOSED).first()
        if standing or request.method != "POST":
            context = self.admin_site.each_context(request) | {"opts": self.opts, "title": gettext("Open a case?")}
            return _to_case(standing) if standing else TemplateResponse(request, "videos/desk_open.html", context)
        case = attempt(
            request,
            lambda: moderation.open_case(by=request.user, kind=kind, subject_id=pk),  # type: ignore[arg-type]
            gettext("The case is open."),
        )
        return _to_case(case) if case else redirect("admin:videos_case_changelist")

    def hands_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = get_object_or_404(Case, pk=pk)
        if "release" in request.POST:
            moderation.release(case=case, by=request.user)  # type: ignore[arg-type]
            return _to_case(case)
        attempt(
            request,
            lambda: moderation.take(case=case, by=request.user),  # type: ignore[arg-type]
            gettext("It is in your hands for ten minutes."),
        )
        return _to_case(case)

    def second_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The answer to a proposal."""
        case = get_object_or_404(Case, pk=pk)
        act = moderation.confirm if "confirm" in request.POST else moderation.turn_down
        proposal = Proposal.objects.filter(pk=pk).first()
        if proposal is None or proposal.made_at.isoformat() != request.POST.get("made_at"):
            messages.error(request, gettext("This proposal is answered already."))
        else:
            attempt(request, lambda: act(proposal=proposal, by=request.user), gettext("It is written down."))  # type: ignore[arg-type]
        return _to_case(case)

    def lift_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        decision = get_object_or_404(Decision.objects.select_related("case"), pk=pk)
        note = request.POST.get("note", "")[:1000]
        attempt(
            request,
            lambda: moderation.lift(decision=decision, by=request.user, note=note),  # type: ignore[arg-type]
            gettext("The decision is lifted. Everything is as it was."),
        )
        return _to_case(decision.case)

    # --- Many at once, where it is safe -------------------------------------------------------------------------

    @action(description=_("Dismiss"), permissions=["decide"])
    def dismiss_chosen(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        self._each(request, queryset, {"act": Act.DISMISS})

    @action(description=_("Remove as spam (comments)"), permissions=["decide"])
    def remove_spam(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        self._each(request, queryset.filter(kind=Kind.COMMENT), {"act": Act.REMOVE, "policy": Reason.SPAM})
        if others := queryset.exclude(kind=Kind.COMMENT).count():
            said = ngettext("%(n)s case is not about a comment.", "%(n)s cases are not about comments.", others)
            messages.info(request, said % {"n": others})

    def _each(self, request: HttpRequest, cases: QuerySet[Case], verdict: dict[str, Any]) -> None:
        """What is refused holds up no other."""
        done = 0
        for case in cases:
            try:
                moderation.decide(case=case, by=request.user, **verdict)  # type: ignore[arg-type]
            except services.Refused as refused:
                messages.error(request, f"{case}: {refused.message}")
            else:
                done += 1
        if done:
            messages.success(request, ngettext("%(n)s case decided.", "%(n)s cases decided.", done) % {"n": done})


def _described(act: str, kind: str, *, chosen: bool) -> dict[str, Any]:
    name, read = WORDS[act]
    read = OF_A_COMMENT if (act, kind) == (Act.REMOVE, Kind.COMMENT) else read
    return {"value": act, "name": name, "key": KEYS[Act(act)], "read": read, "chosen": chosen}


def _to_case(case: Case) -> HttpResponse:
    return redirect("admin:videos_case_change", case.pk)


# --- Appeals ----------------------------------------------------------------------------------------------------


class JudgementForm(forms.Form):
    words = LinesField(
        label=_("Reasons"),
        max_length=500,
        required=False,
        help_text=_("Whoever appealed reads them."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class JudgedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("judged", _("judged")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [first | {"display": gettext("waiting")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appeal]) -> QuerySet[Appeal]:
        match self.value():
            case "all":
                return queryset
            case "judged":
                return queryset.filter(upheld__isnull=False)
        return queryset.filter(upheld=None)


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    """The longest waiting first. Not for those who decided: they are told so when they try."""

    list_display = ("about", "decided", "made_at", "judgement")
    list_filter = (JudgedFilter,)
    list_select_related = ("decision__case",)
    ordering = ("made_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appeal]:
        return super().get_queryset(request).annotate(handle=selectors.handle_of("account_id"))

    @display(description=_("about"), header=True)
    def about(self, appeal: Appeal) -> list[str]:
        handle: str = appeal.handle  # type: ignore[attr-defined]
        return [str(appeal.decision.case), f"@{handle}" if handle else gettext("a deleted account")]

    @display(description=_("decision"))
    def decided(self, appeal: Appeal) -> str:
        return f"{appeal.decision.get_act_display()} · {appeal.decision.get_policy_display()}"

    @display(description=_("judged"), label={"waits": "warning", "stands": "info", "lifted": "success"})
    def judgement(self, appeal: Appeal) -> tuple[str, Any]:
        if appeal.upheld is None:
            return "waits", _("waiting")
        return ("stands", _("it stands")) if appeal.upheld else ("lifted", _("lifted"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm("videos.judge_appeal"):
            raise PermissionDenied
        appeals = Appeal.objects.select_related("decision__case")
        appeal = get_object_or_404(appeals, pk=object_id if object_id.isdecimal() else 0)
        form = JudgementForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._judge(request, appeal, form):
            return redirect("admin:videos_appeal_changelist")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": str(appeal),
            "appeal": appeal,
            "form": form,
        }
        return TemplateResponse(request, "videos/desk_appeal.html", context)

    def _judge(self, request: HttpRequest, appeal: Appeal, form: JudgementForm) -> Any:
        upheld = "uphold" in request.POST
        return attempt(
            request,
            lambda: moderation.judge(appeal=appeal, by=request.user, upheld=upheld, **form.cleaned_data),  # type: ignore[arg-type]
            gettext("The decision stands.") if upheld else gettext("The decision is lifted. Everything is as it was."),
        )


# --- The log ----------------------------------------------------------------------------------------------------


@admin.register(ModerationEvent)
class ModerationEventAdmin(ReadOnlyAdmin):
    """Only added to, and not from here."""

    list_display = ("happened_at", "act", "kind", "subject_id", "actor", "case_link")
    list_filter = ("act", "kind")
    search_fields = ("=subject_id", "=actor_id")
    search_help_text = _("Id of a thing or of who acted")
    ordering = ("-id",)
    fields = readonly_fields = (
        "happened_at",
        "act",
        "kind",
        "subject_id",
        "actor",
        "case_link",
        "before",
        "after",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModerationEvent]:
        return super().get_queryset(request).annotate(handle=selectors.handle_of("actor_id"))

    @display(description=_("by"))
    def actor(self, event: ModerationEvent) -> str:
        if event.actor_id is None:
            return gettext("the site itself")
        handle: str = event.handle  # type: ignore[attr-defined]
        return f"@{handle}" if handle else gettext("a deleted account")

    @display(description=_("case"))
    def case_link(self, event: ModerationEvent) -> SafeString | str:
        if event.case_id is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:videos_case_change", args=[event.case_id]), event.case_id
        )
