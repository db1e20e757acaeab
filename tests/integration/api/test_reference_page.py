import re

import pytest
from starlette.testclient import TestClient

from poseloom.api.reference_page import ASSETS


def test_the_page_takes_everything_from_its_own_server(client: TestClient) -> None:
    page = client.get("/docs", headers={"Authorization": ""})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert not any("//" in name for name in named)
    for name in named:
        if not name.startswith("data:"):
            assert client.get(f"/{name}", headers={"Authorization": ""}).status_code == 200


def test_no_script_stands_in_the_page(client: TestClient) -> None:
    page = client.get("/docs")
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert re.findall(r"<script[^>]*>([^<]+)</script>", page.text) == []


@pytest.mark.parametrize(("name", "kind"), ASSETS.items())
def test_the_parts_have_their_types(client: TestClient, name: str, kind: str) -> None:
    answer = client.get(f"/docs/{name}")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["LICENSE", "..%2Fapp.py", "nothing.js"])
def test_nothing_else_is_there(client: TestClient, name: str) -> None:
    answer = client.get(f"/docs/{name}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
