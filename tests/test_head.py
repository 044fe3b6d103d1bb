"""Link checkers and load balancers ask with HEAD: what answers GET answers that too, without a body."""

import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/explore/", "/terms/", "/accounts/login/", "/healthz", "/readyz"])
def test_pages_answer_head(client, path):
    response = client.head(path)
    assert response.status_code == client.get(path).status_code
    assert response.content == b""
