"""How a page reaches the browser's parts: `{% importmap %}` names every ES module, `{% icon %}` draws a symbol,
`{% static %}` does the rest. Nothing here is inline script except the import map, which carries the nonce."""

import json
import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from socialvideo.lib import languages

register = template.Library()

# Modules that are not ours, by the name they are imported with.
VENDORED = {
    "hls": "vendor/hls.light-1.7.4.min.mjs",
    "tus": "vendor/tus-4.3.1.min.mjs",
    "uplot": "vendor/uplot-1.6.32.mjs",
}


@register.simple_tag(takes_context=True)
def importmap(context: Context) -> SafeString:
    """`import "video-player"` finds its file under its hashed name; so a module is never stale, nor another's."""
    imports = {name: staticfiles_storage.url(path) for name, path in _modules().items()}
    request = context.get("request")
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        getattr(request, "csp_nonce", ""),
        mark_safe(json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")),  # noqa: S308
    )


@register.simple_tag
def script_words() -> SafeString:
    """What scripts say in this page's language (`import { gettext } from "words"`); it is no script itself."""
    words = languages.script_words(get_language() or "")
    return mark_safe(words and f'<script type="application/json" id="words">{words}</script>')  # noqa: S308


@register.simple_tag
@lru_cache(maxsize=1000)
def icon(name: str, label: str = "") -> SafeString:
    """static/icons/<name>.svg inline, in the colour of the text. Without a label it is decoration."""
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon icon--{}" {} {}', name, meaning, _drawing(name))


def _modules() -> dict[str, str]:
    names = _own_modules.__wrapped__() if settings.DEBUG else _own_modules()
    return names | VENDORED


@lru_cache(maxsize=1)
def _own_modules() -> dict[str, str]:
    folder = finders.find("js")
    return {path.stem: f"js/{path.name}" for path in sorted(Path(folder).glob("*.js"))} if folder else {}


@lru_cache
def _drawing(name: str) -> SafeString:
    """The file from its first attribute on. An unknown name is a mistake in a template, so it raises."""
    found = finders.find(f"icons/{name}.svg")
    if not found:
        raise template.TemplateSyntaxError(f"There is no static/icons/{name}.svg")
    svg = re.sub(r'\sxmlns="[^"]*"', "", Path(found).read_text(encoding="utf-8").strip(), count=1)
    return mark_safe(svg.removeprefix("<svg").lstrip())  # noqa: S308 — our own files
