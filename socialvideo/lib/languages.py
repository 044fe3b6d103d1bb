"""The language of a page: the one that was chosen (Django's cookie carries it, and an account's choice into that cookie),
else what the browser asks for. What is sent to somebody is in their account's. The words of scripts come with the page,
so that they cost no request; in English they stand in the scripts."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

WITH_WORDS = ("html", "json", "xml")


class LanguageMiddleware:
    """Django's LocaleMiddleware without addresses by language; and what runs after a request is in no language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = self.get_response(request)
        if response.get("Content-Type", "").partition(";")[0].endswith(WITH_WORDS):
            chosen = ["Cookie"] if settings.LANGUAGE_COOKIE_NAME in request.COOKIES else []
            patch_vary_headers(response, ["Accept-Language", *chosen])
            response.headers.setdefault("Content-Language", language)
        return response


def speaking(code: str) -> AbstractContextManager[None]:
    """The language of what is sent to somebody, whoever's request or worker it is made in. `code` is an account's choice;
    without one, the site's language."""
    return translation.override(code or settings.LANGUAGE_CODE)


def known(language: str) -> str:
    """Its code, or nothing."""
    return language if language in dict(settings.LANGUAGES) else ""


def remember(response: HttpResponse, language: str) -> None:
    """In this browser, for a year; no language is again the browser's own."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite=settings.LANGUAGE_COOKIE_SAMESITE)  # type: ignore[arg-type]
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )


@lru_cache
def script_words(language: str) -> str:
    """What scripts say, as JSON: English text → this language's, or its forms. Nothing in English."""
    if language == settings.LANGUAGE_CODE:
        return ""
    view = JavaScriptCatalog()
    view.translation = DjangoTranslation(language, domain="djangojs", localedirs=[*map(str, settings.LOCALE_PATHS)])
    return json.dumps(view.get_catalog(), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
