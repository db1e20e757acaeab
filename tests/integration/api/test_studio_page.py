"""The Studio's page: served to everyone, under a strict policy, from what was built and nothing else."""

import re

import pytest
from starlette.testclient import TestClient

from poseloom.api.studio_page import FOLDER, PARTS, write_policy

NOBODY = {"Authorization": ""}


def test_the_page_takes_everything_from_its_own_server(client: TestClient) -> None:
    page = client.get("/", headers=NOBODY)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    named = [name for name in re.findall(r'(?:src|href)="([^"]+)"', page.text) if not name.startswith("data:")]
    assert named
    assert not any("//" in name for name in named)
    for name in named:
        part = client.get(f"/{name.removeprefix('./')}", headers=NOBODY)
        assert part.status_code == 200
        assert "immutable" in part.headers["cache-control"] or name == "docs"


def test_a_page_that_was_built_is_asked_for_anew_and_has_no_script_of_its_own(client: TestClient) -> None:
    page = client.get("/", headers=NOBODY)
    assert FOLDER.is_dir()
    assert page.headers["cache-control"] == "no-cache"
    assert re.findall(r"<script[^>]*>([^<]+)</script>", page.text) == []


def test_nobody_frames_the_page_and_no_other_script_runs_in_it(client: TestClient) -> None:
    policy = client.get("/", headers=NOBODY).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy


def test_no_other_site_takes_the_page_or_its_parts_into_its_own(client: TestClient) -> None:
    page = client.get("/", headers=NOBODY)
    part = client.get("/studio/" + next(part.name for part in PARTS.iterdir()), headers=NOBODY)
    for answer in (page, part):
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, GZIP;q=0.8", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.0, br", None),
        ("br", None),
        ("", None),
    ],
)
def test_scripts_and_styles_are_small_for_those_who_take_them_so(
    client: TestClient, accepted: str, encoding: str | None
) -> None:
    for part in PARTS.iterdir():
        answer = client.get(f"/studio/{part.name}", headers={**NOBODY, "Accept-Encoding": accepted})
        expected = None if part.name.endswith(".webp") else encoding
        assert answer.headers.get("content-encoding") == expected
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.content == part.read_bytes()
        if expected:
            assert int(answer.headers["content-length"]) < len(part.read_bytes())


def test_pictures_are_served_as_pictures(client: TestClient) -> None:
    names = [part.name for part in PARTS.iterdir() if part.name.endswith(".webp")]
    assert names
    assert {client.get(f"/studio/{name}", headers=NOBODY).headers["content-type"] for name in names} == {"image/webp"}


def test_files_may_come_from_the_address_under_which_the_server_is_known() -> None:
    policy = write_policy("https://mascots.example.org/api")
    assert "img-src 'self' https://mascots.example.org data: blob:" in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize("name", ["index.html", "..%2Findex.html", "nothing.js", "..%2F..%2Fswagger-ui-bundle.js"])
def test_nothing_else_is_there(client: TestClient, name: str) -> None:
    answer = client.get(f"/studio/{name}", headers=NOBODY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
