"""The player, served beside the API."""

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("name", ["poseloom-player.js", "poseloom-stacked.js", "poseloom-reader.js"])
def test_the_player_is_served_to_any_page_without_a_key(client: TestClient, name: str) -> None:
    answer = client.get(f"/player/{name}", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_nothing_else_is_served_there(client: TestClient) -> None:
    assert client.get("/player/index.html").status_code == 404
    assert client.get("/player/..%2Findex.html").status_code == 404
