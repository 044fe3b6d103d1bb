"""A video's captions, for its creator's page."""

from django import template

from videos import selectors
from videos.forms import CaptionsForm

register = template.Library()

register.simple_tag(selectors.captions_of, name="captions_of")


@register.simple_tag
def captions_form() -> CaptionsForm:
    return CaptionsForm()
