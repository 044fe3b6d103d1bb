"""Every address of the site: each app's pages, the API, the desk, the checks of a load balancer."""

from django.contrib import admin
from django.contrib.flatpages.views import flatpage
from django.http import HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

import accounts.views
from socialvideo import health, metrics

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("live/", lambda request: HttpResponse(status=204), name="live"),  # without event streams: "do not ask again"
    path("favicon.ico", lambda request: redirect(static("icons/favicon.svg"))),
    path("admin/", admin.site.urls),
    path("api/v1/", include("socialvideo.api_urls")),
    path("accounts/signup/", accounts.views.signup, name="account_signup"),
    path("accounts/", include("allauth.urls")),
    path("terms/", flatpage, {"url": "/terms/"}, name="terms"),
    path("privacy/", flatpage, {"url": "/privacy/"}, name="privacy"),
    path("", include("accounts.urls")),
    path("", include("follows.urls")),
    path("", include("videos.urls")),
    path("", include("feeds.urls")),
]
