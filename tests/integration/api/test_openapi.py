import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from poseloom.api import reference
from poseloom.api.openapi import TAGS, WRITES, list_operations
from poseloom.api.reference import write_pages
from tests.integration.api.bench import Address, Bench, Owner

PAGES = Path(__file__).resolve().parents[3] / "docs" / "reference"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return reference.describe_api()


def list_all(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return list(list_operations(document))


def test_the_server_tells_the_description(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert told["servers"] == [{"url": "/"}]


def test_a_server_behind_a_proxy_names_its_address(bench: Bench) -> None:
    with bench.open_client(base_url="https://mascots.example") as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": "https://mascots.example"}]


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for path, method, operation in list_all(document):
        place = f"{method} {path}"
        assert operation["summary"], place
        assert operation["description"], place
        assert operation["tags"][0] in TAGS, place
        assert all(response["description"] for response in operation["responses"].values()), place


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    counts = Counter(operation["operationId"] for _, _, operation in list_all(document))
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_tag_is_used_and_explained(document: dict[str, Any]) -> None:
    used = {operation["tags"][0] for _, _, operation in list_all(document)}
    assert used == {tag["name"] for tag in document["tags"] if tag["description"]} == set(TAGS)


def test_every_call_under_v1_needs_a_key(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    for path, _, operation in list_all(document):
        if path.startswith("/v1/"):
            assert operation["security"] == [{"ApiKey": []}]
            assert {"401", "403", "429"} <= set(operation["responses"])
        else:
            assert "security" not in operation


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for path, method, operation in list_all(document):
        named = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
        assert sorted(named) == sorted(part[1:-1] for part in path.split("/") if part.startswith("{")), (method, path)


def test_every_write_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for path, method, operation in list_all(document):
        names = [each["name"] for each in operation.get("parameters", [])]
        assert names.count("Idempotency-Key") == (method in WRITES), (method, path)
        assert len(names) == len(set(names)), (method, path)


def test_a_bad_request_is_400_and_nothing_else(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in json.dumps(document)
    for _, _, operation in list_all(document):
        assert "422" not in operation["responses"]


def test_examples_of_bodies_fit_their_schemas(document: dict[str, Any]) -> None:
    for _, _, operation in list_all(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if "example" in content:
                jsonschema.validate(content["example"], {**content["schema"], "components": document["components"]})


def test_examples_of_documents_fit_their_schemas(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        if "example" in schema:
            jsonschema.validate(schema["example"], {**schema, "components": document["components"]})


def check(document: dict[str, Any], name: str, answer: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.validate(answer, schema)


def test_answers_are_as_described(
    document: dict[str, Any], client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    check(document, "GenerationDocument", client.post(f"{mascot.path}/generate-all", json={"dry_run": True}).json())
    check(document, "GenerationDocument", client.post(f"{mascot.path}/generate-all").json())
    jobs = bench.list_jobs(mascot)
    bench.claim(jobs["idle-loop"].id)
    bench.note_frames(jobs["idle-loop"].id, 3)
    bench.fail(jobs["wave-loop"].id)
    check(document, "StatusDocument", client.get(f"{mascot.path}/status").json())
    check(document, "JobPage", client.get("/v1/jobs").json())
    check(document, "CancelledJobDocument", client.post(f"/v1/jobs/{jobs['idle-wave'].id}/cancel").json())
    check(document, "CancellationDocument", client.post(f"{mascot.path}/cancel").json())
    check(document, "GenerationDocument", client.post(f"{mascot.path}/retry-failed").json())
    check(document, "ManifestDocument", client.get(f"{mascot.path}/export?partial=true").json())
    check(document, "LintDocument", client.get(f"{mascot.path}/lint").json())
    body = {"type": "animation", "source_image_asset_id": bench.add_pose(owner, mascot.collection_id)}
    made = client.post(f"/v1/collections/{mascot.collection_id}/generate", json=body)
    check(document, "AnimationDocument", made.json())
    check(document, "ErrorDocument", client.get("/v1/jobs/job_none").json())


@pytest.mark.parametrize("name", ["errors.md", "api.md"])
def test_the_committed_reference_says_what_the_server_says(name: str) -> None:
    written = write_pages()[name]
    problem = "run `python -m poseloom.api.reference docs/reference`"
    assert (PAGES / name).read_text(encoding="utf-8") == written, problem


def test_the_reference_is_written_into_a_folder(tmp_path: Path) -> None:
    reference.main([str(tmp_path / "new")])
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"api.md", "errors.md"}
