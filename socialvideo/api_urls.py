"""The API's addresses, its schema and a page to browse it."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    path("", include("accounts.api.urls")),
    path("", include("follows.api.urls")),
    path("", include("videos.api.urls")),
    path("", include("feeds.api.urls")),
]
