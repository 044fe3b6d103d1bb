"""The follow button for pages of every app."""

from typing import Any

from django import template

from accounts.models import User
from follows.relations import Relation

register = template.Library()


@register.inclusion_tag("follows/_follow_button.html", takes_context=True)
def follow_button(
    context: dict[str, Any], account: User, relation: Relation, place: str = "page", size: str = ""
) -> dict:
    """The button for an account in the viewer's relation to it. `place` tells two buttons of a page apart."""
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "account": account,
        "relation": relation,
        "place": place,
        "size": size,
    }


@register.filter
def of(relations: dict[int, Relation], account: User) -> Relation:
    """`relations|of:account`: the viewer's relation, read for the whole list at once."""
    return relations[account.pk]
