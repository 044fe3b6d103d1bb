"""Addresses of the pages."""

app_name = "follows"
urlpatterns: list = []
