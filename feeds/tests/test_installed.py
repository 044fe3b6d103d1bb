"""The site as an app: what a browser is told of it, and what its worker may keep."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


def kept(script: str) -> list[str]:
    return json.loads(re.search(r"const ADDRESSES = (\[.*?\])", script)[1])


def test_the_worker_may_stand_for_every_page(client: Client) -> None:
    script = client.get("/sw.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert "no-cache" in script["Cache-Control"]
    assert "unsafe" not in script["Content-Security-Policy"]
    assert client.get("/sw.js", headers={"If-None-Match": script["ETag"]}).status_code == 304


def test_the_worker_keeps_what_the_offline_page_is_made_of_and_nothing_else(client: Client) -> None:
    page, *files = kept(client.get("/sw.js").content.decode())
    assert page == "/offline/?language=en"
    assert all(file.startswith("/static/") and finders.find(file.removeprefix("/static/")) for file in files)
    drawn = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(page).content.decode())
    assert set(drawn) <= set(files)
    assert set(files) - set(drawn) == {"/static/fonts/inter-latin-5.3.0.woff2"}


def test_another_shell_is_another_version(client: Client, settings) -> None:
    settings.DEBUG = True  # nothing is remembered
    first = client.get("/sw.js").content
    settings.SITE_NAME = "Another"
    assert client.get("/sw.js").content != first


def test_the_offline_page_is_the_same_for_everyone(client: Client, alice) -> None:
    page = client.get("/offline/")
    client.force_login(alice)
    assert client.get("/offline/").content == page.content
    assert b"<script>" not in page.content
    assert not page.cookies


def test_the_manifest_names_only_what_is_there(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest").json()
    assert (manifest["id"], manifest["start_url"], manifest["display"]) == ("/", "/", "standalone")
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
    for shortcut in manifest["shortcuts"]:
        assert client.get(shortcut["url"]).status_code in {200, 302}


def test_a_shared_file_without_a_worker_leads_to_the_upload_page(client: Client) -> None:
    checked = Client(enforce_csrf_checks=True)
    target = client.get("/manifest.webmanifest").json()["share_target"]
    answer = checked.post(target["action"], {"text": "Look"})
    assert (answer.status_code, answer["Location"]) == (303, "/upload/")
