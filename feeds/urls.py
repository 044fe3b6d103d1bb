"""Addresses of the pages."""

app_name = "feeds"
urlpatterns: list = []
