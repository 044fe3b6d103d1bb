"""The desk's view of accounts. Moderators read and suspend, always with a reason; e-mail addresses and dates of birth are
for administrators, who alone may make somebody staff. What people say about themselves nobody edits for them."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.admin import TokenAdmin  # noqa: F401 - registers what is taken back below
from rest_framework.authtoken.models import TokenProxy
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts import selectors, services
from accounts.models import Erasure, ErasureStep, Invitation, StandingEvent, User
from accounts.signals import reach_asked, rules_asked, standing_wanted
from socialvideo.lib.desk import KeepsToItsFilters, ReadOnlyAdmin

admin.site.unregister(TokenProxy)  # a token acts as its owner: nobody else is shown it
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one way in, with its limits


STANDINGS = {
    "present": _("present"),
    "suspended": _("suspended"),
    "deactivated": _("deactivated"),
    "erased": _("erased"),
}


class StandingFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("present", _("Present")),
            ("suspended", _("Suspended")),
            ("deactivated", _("Deactivated")),
            ("erased", _("Erased")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "present":
                return queryset.present()  # type: ignore[attr-defined]
            case "suspended" | "deactivated" | "erased" as moment:
                return queryset.filter(**{f"{moment}_at__isnull": False})
        return queryset


def _rules() -> list[tuple[str, Any]]:
    return [("", "–"), *(rule for _receiver, rules in rules_asked.send(User) for rule in rules)]


class ReasonForm(forms.Form):
    """A suspension is by a rule, and says why; it is lifted without either."""

    rule = forms.ChoiceField(label=_("rule"), choices=_rules, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("The owner reads it when they try to log in."),
    )

    def __init__(self, *args: Any, act: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if act == StandingEvent.Act.UNSUSPENDED:
            del self.fields["rule"]
            self.fields["reason"].required = False


@admin.register(User)
class AccountAdmin(KeepsToItsFilters):
    list_display = ("account", "joined_at", "standing", "is_private", "is_staff")
    list_filter = (StandingFilter, "is_private", "is_staff")
    search_help_text = _("Handle or name")
    ordering = ("-id",)
    show_full_result_count = False
    paginator = InfinitePaginator
    actions = ("suspend_chosen", "unsuspend_chosen")
    actions_detail = ("suspend_this", "unsuspend_this")
    filter_horizontal = ("groups",)

    FOR_EVERYONE = ("picture", "handle", "name", "bio", "is_private", "joined_at", "standing_in_words", "history")
    FOR_ADMINISTRATORS = ("email", "birth_date", "last_login")
    ROLES = ("is_staff", "is_superuser", "groups")

    # --- Who may do what --------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.is_superuser and (obj is None or obj.erased_at is None)

    def has_suspend_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.suspend_user")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list[tuple[str | None, dict[str, Any]]]:
        sets: list[tuple[str | None, dict[str, Any]]] = [(None, {"fields": self.FOR_EVERYONE})]
        if request.user.is_superuser:
            sets.append((gettext("Only for administrators"), {"fields": self.FOR_ADMINISTRATORS}))
            sets.append((gettext("Roles"), {"fields": self.ROLES}))
        return sets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.FOR_EVERYONE + self.FOR_ADMINISTRATORS

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("handle", "name", "email") if request.user.is_superuser else ("handle", "name")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Roles only, so that nothing read a while ago is written back."""
        obj.save(update_fields=["is_staff", "is_superuser"])

    # --- What is shown ----------------------------------------------------------------------------------------

    @display(description=_("account"), header=True, ordering="handle")
    def account(self, account: User) -> list[Any]:
        picture = {"path": account.avatar.url} if account.avatar else None
        return [account.display_name, f"@{account.handle}", account.display_name[:1], picture]

    @display(description=_("picture"))
    def picture(self, account: User) -> SafeString | str:
        return (
            format_html('<img src="{}" alt="" width="96" height="96">', account.avatar.url) if account.avatar else "–"
        )

    @display(label={"suspended": "danger", "deactivated": "warning", "erased": "warning", "present": "success"})
    def standing(self, account: User) -> tuple[str, Any]:
        return account.standing, STANDINGS[account.standing]

    @display(description=_("standing"))
    def standing_in_words(self, account: User) -> str:
        return str(STANDINGS[account.standing])

    @display(description=_("history of standing"))
    def history(self, account: User) -> SafeString:
        events = selectors.standing_history(account.pk)
        handles = dict(User.objects.filter(pk__in=[event.actor_id for event in events]).values_list("pk", "handle"))
        return render_to_string("accounts/desk_history.html", {"rows": [(e, handles.get(e.actor_id)) for e in events]})

    # --- Suspension -------------------------------------------------------------------------------------------

    @action(description=_("Suspend…"), permissions=["suspend"])
    def suspend_chosen(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse:
        return self._ask(StandingEvent.Act.SUSPENDED, queryset.values_list("pk", flat=True))

    @action(description=_("Lift suspension…"), permissions=["suspend"])
    def unsuspend_chosen(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse:
        return self._ask(StandingEvent.Act.UNSUSPENDED, queryset.values_list("pk", flat=True))

    @action(description=_("Suspend"), permissions=["suspend"], url_path="suspend-this", icon="block")
    def suspend_this(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._ask(StandingEvent.Act.SUSPENDED, [object_id])

    @action(description=_("Lift suspension"), permissions=["suspend"], url_path="unsuspend-this", icon="undo")
    def unsuspend_this(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._ask(StandingEvent.Act.UNSUSPENDED, [object_id])

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """The one act of the two that would change something."""
        is_suspended = str(object_id).isdecimal() and selectors.is_suspended(int(object_id))
        idle = "_user_suspend_this" if is_suspended else "_user_unsuspend_this"
        return [act for act in super().get_actions_detail(request, object_id) if not act.action_name.endswith(idle)]

    def _ask(self, act: str, ids: Any) -> HttpResponse:
        chosen = urlencode([(ACTION_CHECKBOX_NAME, pk) for pk in ids])
        return redirect(f"{reverse('admin:accounts_user_standing', args=[act])}?{chosen}")

    def get_urls(self) -> list[URLPattern]:
        asking = path(
            "standing/<str:act>/", self.admin_site.admin_view(self.standing_view), name="accounts_user_standing"
        )
        return [asking, *super().get_urls()]

    def standing_view(self, request: HttpRequest, act: str) -> HttpResponse:
        """Asks for the reason, then suspends the chosen accounts or lifts their suspension, and says what became of each."""
        if act not in {"suspended", "unsuspended"} or not self.has_suspend_permission(request):
            raise PermissionDenied
        ids = [int(pk) for pk in request.GET.getlist(ACTION_CHECKBOX_NAME) if pk.isdecimal() and len(pk) < 19]
        accounts = list(User.objects.filter(pk__in=ids[:500]).order_by("handle"))
        form = ReasonForm(request.POST if request.method == "POST" else None, act=act)
        if accounts and form.is_valid():
            for account in accounts:
                self._act(request, act, account, **{"rule": "", **form.cleaned_data})
            return redirect("admin:accounts_user_changelist")
        titles = {
            "suspended": gettext("Suspend these accounts?"),
            "unsuspended": gettext("Lift the suspension of these accounts?"),
        }
        context = self.admin_site.each_context(request) | {"opts": self.opts, "title": titles[act]}
        return TemplateResponse(
            request,
            "accounts/desk_standing.html",
            context | {"form": form, "chosen": [(account, _reach(account)) for account in accounts], "act": act},
        )

    def _act(self, request: HttpRequest, act: str, account: User, **verdict: str) -> None:
        try:
            standing_wanted.send(User, account=account, by=request.user, act=act, **verdict)
        except services.AccountRefused as refused:
            messages.error(request, f"@{account.handle}: {refused.message}")
        else:
            account.refresh_from_db(fields=["suspended_at"])
            stands = (
                gettext("@%(handle)s is suspended.")
                if account.suspended_at
                else gettext("@%(handle)s is not suspended.")
            )
            messages.success(request, stands % {"handle": account.handle})


def _reach(account: User) -> list[str]:
    return [words for receiver, words in reach_asked.send(User, account_id=account.pk)]


@admin.register(StandingEvent)
class StandingEventAdmin(ReadOnlyAdmin):
    list_display = ("account_id", "act", "reason", "actor_id", "happened_at")
    list_filter = ("act",)
    search_fields = ("=account_id", "=actor_id")
    search_help_text = _("An account id of either side")
    ordering = ("-id",)


class ErasureFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", _("Can be taken back")), ("running", _("Being erased")), ("finished", _("Finished"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Erasure]) -> QuerySet[Erasure]:
        match self.value():
            case "waiting":
                return queryset.filter(begun_at=None)
            case "running":
                return queryset.begun()  # type: ignore[attr-defined]
            case "finished":
                return queryset.filter(finished_at__isnull=False)
        return queryset


class ErasureStepInline(TabularInline):
    """What each app has removed, and when it confirmed that nothing is left."""

    model = ErasureStep
    fields = readonly_fields = ("part", "removed_in_words", "confirmed_at")
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("removed"))
    def removed_in_words(self, step: ErasureStep) -> str:
        return ", ".join(f"{what}: {number:,}" for what, number in step.removed.items()) or "–"


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """Deletions of accounts: when asked for, when final, how far each app is. Only the owner can take one back."""

    list_display = ("account_id", "account", "asked_at", "due_at", "begun_at", "finished_at")
    list_display_links = ("account_id", "account")
    list_filter = (ErasureFilter,)
    list_select_related = ("account",)
    search_fields = ("=account__id", "account__handle")
    search_help_text = _("An account id, or a handle while it can be taken back")
    ordering = ("-asked_at",)
    fields = readonly_fields = ("account", "asked_at", "due_at", "begun_at", "finished_at")
    inlines = (ErasureStepInline,)


@admin.register(Invitation)
class InvitationAdmin(ModelAdmin):
    """Codes for sign-up by invitation. The link to hand on is shown once the invitation is saved."""

    list_display = ("code", "note", "uses_left", "expires_at", "created_by", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("code", "note")
    ordering = ("-id",)
    fields = ("note", "uses_left", "expires_at", "code", "link", "created_by")
    readonly_fields = ("code", "link", "created_by")

    @display(description=_("link to hand on"))
    def link(self, invitation: Invitation) -> SafeString | str:
        if invitation.pk is None:
            return gettext("Save to see it.")
        address = reverse("account_signup") + "?" + urlencode({"code": invitation.code})
        return format_html('<a href="{0}">{0}</a>', address)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
