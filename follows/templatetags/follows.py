"""The follow button for pages of every app, and numbers about the viewer's own ties."""

from typing import Any

from django import template

from accounts.models import User
from follows import selectors
from follows.buttons import button_context
from follows.relations import Counts, Relation

register = template.Library()


@register.inclusion_tag("follows/_follow_button.html", takes_context=True)
def follow_button(
    context: dict[str, Any],
    account: User,
    relation: Relation,
    place: str = "profile",
    *,
    mark: object = "",
    size: str = "",
    tools: str = "",
) -> dict[str, Any]:
    """The button for an account in the viewer's relation to it. `place` is where it stands, a word of
    `origins.Source`; `mark` tells two of the same account and place apart; `tools` is what stands beside it."""
    page = {"request": context["request"], "csrf_token": context.get("csrf_token"), "here": context.get("here")}
    place = f"{place}-{mark}" if mark else place
    return page | button_context(account, relation, place=place, tools=tools, size=size)


@register.filter
def of(relations: dict[int, Relation], account: User) -> Relation:
    """`relations|of:account`: the viewer's relation, read for the whole list at once."""
    return relations[account.pk]


@register.simple_tag
def counts_of(account: User) -> Counts:
    """`{% counts_of request.user as mine %}`: exact, read where it is shown."""
    return selectors.counts(account.pk)
