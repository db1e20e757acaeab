"""The whole API held against its own OpenAPI document by Schemathesis, every check on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server import Place, Server, check, make_place, run_server

HERE = Path(__file__).parent
CONFIG = HERE / "schemathesis.toml"
SEED = "20261123"


def seed(server: Server) -> dict[str, str]:
    """Put something of everything into a server; return the ids, as parameters are called."""
    with server.open_client() as client:
        place: Place = make_place(client)
        answer = check(client.post(f"{place.path}/generate-all", json={"duration": 1}), 202)
        canvas = place.read()
        items = check(client.get(f"/v1/collections/{place.collection_id}/items"))["items"]
        project = check(client.post("/v1/projects", json={"name": "Fuzz"}), 201)
        key = check(client.post("/v1/api-keys", json={"name": "Spare"}), 201)
    return {
        "collection_id": place.collection_id,
        "canvas_id": place.canvas_id,
        "node_id": canvas["nodes"][1]["id"],
        "edge_id": canvas["edges"][5]["id"],
        "item_id": items[0]["id"],
        "asset_id": items[0]["asset_ids"]["image"],
        "project_id": project["id"],
        "key_id": key["id"],
        "job_id": answer["jobs"][0]["id"],
        "template_id": "claude-code-4state",
        "name": items[0]["urls"]["image"].rpartition("/")[2],
    }


def write_config(server: Server) -> str:
    """Return the configuration, with things that are there for every operation, and others for those that delete."""
    kept, spare = seed(server), seed(server)
    lines = ["[parameters]", *(f'"path.{name}" = "{value}"' for name, value in kept.items())]
    lines += ["", "[[operations]]", 'include-method = "DELETE"', "[operations.parameters]"]
    lines += [f'"path.{name}" = "{value}"' for name, value in spare.items()]
    return CONFIG.read_text() + "\n" + "\n".join(lines) + "\n"


def test_the_whole_api_does_what_its_document_says(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    examples: int = request.config.getoption("--fuzz")
    with run_server(tmp_path / "home", "--no-workers", POSELOOM_HOLD_SECONDS="0.02") as server:
        with server.open_client() as client:
            check(client.post("/v1/credits/grants", json={"credits": 100_000, "reference": "fuzz"}), 201)
        (tmp_path / "schemathesis.toml").write_text(write_config(server))
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"),
            *("--header", f"Authorization: Bearer {server.key}"),
            *("--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-examples", str(examples)),
            *("--seed", SEED, "--workers", "1", "--no-color", "--request-timeout", "30", "--max-failures", "50"),
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=3000)
        log = server.log.read_text()
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
    tested = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", done.stdout)
    assert tested is not None, done.stdout[-3000:]
    assert len(set(tested.groups())) == 1, "an operation was left out"
    assert '"level": "error"' not in log
