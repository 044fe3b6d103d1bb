"""Addresses of the pages."""

app_name = "videos"
urlpatterns: list = []
