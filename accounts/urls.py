"""Addresses of the pages."""

app_name = "accounts"
urlpatterns: list = []
