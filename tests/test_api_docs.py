"""The page to browse the API works under the policy that every page has: no script stands in the page itself."""

import re


def test_the_page_brings_its_scripts_from_addresses(client):
    page = client.get("/api/v1/docs/")
    assert "'unsafe" not in page["Content-Security-Policy"]
    scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", page.content.decode())
    assert scripts
    assert all('src="/' in attributes and not text.strip() for attributes, text in scripts)


def test_its_own_script_starts_it(client):
    answer = client.get("/api/v1/docs/?script=")
    assert answer["Content-Type"].startswith("application/javascript")
    assert "SwaggerUIBundle" in answer.content.decode()
