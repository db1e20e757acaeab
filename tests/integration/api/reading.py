"""Answers of the API, read as tests look at them."""

from typing import Any

from starlette.testclient import TestClient

from tests.integration.api.bench import Address
from tests.integration.api.walk import Answer


def read(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def list_clips(client: TestClient, address: Address) -> set[str]:
    return {edge["id"] for edge in read(client, address.path)["edges"] if "videoAssetId" in edge}


def list_dropped(answer: Answer) -> dict[str, str]:
    assert answer.is_success, answer.text
    return {each["edge_id"]: each["reason"] for each in answer.json()["dropped_clips"]}


def read_error(answer: Answer) -> dict[str, Any]:
    document: dict[str, Any] = answer.json()["error"]
    return document
