"""The whole API held against its own OpenAPI document by Schemathesis, every check on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server import Place, Server, check, make_place, run_server

HERE = Path(__file__).parent
CONFIG = HERE / "schemathesis.toml"
SEED = "20261123"
HOOKS = '''
"""Gives path parameters the ids of things that are there, half of the time."""
import os
import random

import schemathesis

IDS = {name.lower(): os.environ[name] for name in os.environ.get("POSELOOM_IDS", "").split() if name in os.environ}
DICE = random.Random(7)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if context.operation.path.endswith("/events"):
        # Nothing is made on this server, so the events of a canvas that is there would never end.
        return path_parameters
    for name in path_parameters or {}:
        if name in IDS and DICE.random() < 0.7:
            path_parameters[name] = IDS[name]
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    # Waiting is tried elsewhere; here it would only take time.
    if query:
        query.pop("wait", None)
    return query
'''


def seed(server: Server) -> dict[str, str]:
    """Put something of everything into a server; return the ids."""
    with server.open_client() as client:
        check(client.post("/v1/credits/grants", json={"credits": 100_000, "reference": "fuzz"}), 201)
        place: Place = make_place(client)
        answer = check(client.post(f"{place.path}/generate-all", json={"duration": 1}), 202)
        canvas = place.read()
        items = check(client.get(f"/v1/collections/{place.collection_id}/items"))["items"]
        project = check(client.post("/v1/projects", json={"name": "Fuzz"}), 201)
        key = check(client.post("/v1/api-keys", json={"name": "Spare"}), 201)
    return {
        "COLLECTION_ID": place.collection_id,
        "CANVAS_ID": place.canvas_id,
        "NODE_ID": canvas["nodes"][1]["id"],
        "EDGE_ID": canvas["edges"][5]["id"],
        "ITEM_ID": items[0]["id"],
        "ASSET_ID": items[0]["asset_ids"]["image"],
        "PROJECT_ID": project["id"],
        "KEY_ID": key["id"],
        "JOB_ID": answer["jobs"][0]["id"],
        "TEMPLATE_ID": "claude-code-4state",
    }


def test_the_whole_api_does_what_its_document_says(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    examples: int = request.config.getoption("--fuzz")
    (tmp_path / "fuzz_hooks.py").write_text(HOOKS)
    with run_server(tmp_path / "home", "--no-workers") as server:
        ids = seed(server)
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
            *(f"{server.url}/openapi.json", "--header", f"Authorization: Bearer {server.key}"),
            *("--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-examples", str(examples)),
            *("--seed", SEED, "--workers", "1", "--no-color", "--request-timeout", "30", "--max-failures", "50"),
        ]
        environment = {
            **os.environ, **ids,
            "POSELOOM_IDS": " ".join(ids), "SCHEMATHESIS_HOOKS": "fuzz_hooks", "PYTHONPATH": str(tmp_path),
        }  # fmt: skip
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=3000
        )
        log = server.log.read_text()
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout, done.stdout[-3000:]
    assert '"level": "error"' not in log
