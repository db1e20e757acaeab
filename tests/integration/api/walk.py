"""A walk over every operation that the API describes. What it cannot fill it refuses, so that no route is passed by."""

import base64
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from httpx2 import Response
from PIL import Image
from starlette.testclient import TestClient

from poseloom.api.app import list_routers
from poseloom.api.openapi import list_operations, open_api
from poseloom.core.credential import Scope
from poseloom.testing.subject import draw_subject

Answer = Response
NODES = [{"id": "idle", "itemName": "Idle"}, {"id": "wave", "itemName": "Wave"}]
EDGES = [{"id": "idle-loop", "source": "idle", "target": "idle"}]
UNKNOWN: Mapping[str, str] = {
    "project_id": "prj_" + 8 * "0ddb",
    "collection_id": "col_" + 8 * "0ddb",
    "canvas_id": "cnv_" + 8 * "0ddb",
    "item_id": "itm_" + 8 * "0ddb",
    "asset_id": "ast_" + 8 * "0ddb",
    "job_id": "job_" + 8 * "0ddb",
    "key_id": "key_" + 8 * "0ddb",
    "node_id": "nowhere",
    "edge_id": "nowhere",
}
"""Ids as the server makes them, of nothing."""
COMMON: Mapping[str, str] = {"template_id": "claude-code-4state-lite"}
"""What everyone may read."""
KEY_OPERATIONS = frozenset({"create_api_key", "list_api_keys", "revoke_api_key"})
ADMIN_OPERATIONS = frozenset({"create_workspace", "grant_credits"})
_PLACE = re.compile(r"{(\w+)}")


def draw_png(size: int = 64) -> bytes:
    """Return a small transparent picture."""
    buffer = io.BytesIO()
    Image.fromarray(draw_subject(size, 0.25)).save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = base64.b64encode(draw_png()).decode()


def refuse_unknown(what: str) -> NoReturn:
    """Fail: there is something new that the walk does not know."""
    raise AssertionError(f"{what} is new: teach tests/integration/api/walk.py to call it")


@dataclass(frozen=True)
class World:
    """Things of one workspace, by the parameter that names them."""

    ids: Mapping[str, str] = field(default_factory=dict)

    def write_body(self, operation_id: str) -> dict[str, Any] | None:
        """Return a body that is right for an operation; fail for one that is not known."""
        asset_id = self.ids["asset_id"]
        bodies: dict[str, dict[str, Any] | None] = {
            "rename_workspace": {"name": "Atelier"},
            "create_workspace": {"name": "Studio"},
            "create_api_key": {"name": "Website", "scopes": ["read"]},
            "grant_credits": {"credits": 5, "reference": "invoice-1"},
            "create_project": {"name": "App"},
            "rename_project": {"name": "Other app"},
            "create_collection": {"name": "Pim"},
            "change_collection": {"name": "Pam"},
            "upload_pose": {"name": "Idle", "image_base64": PICTURE},
            "replace_pose": {"image_base64": PICTURE},
            "rename_pose": {"name": "Waving"},
            "create_canvas": {"name": "Main", "nodes": NODES, "edges": EDGES},
            "replace_canvas": {"nodes": NODES, "edges": EDGES},
            "change_canvas": {"name": "Night"},
            "fill_canvas": {"template_id": COMMON["template_id"], "replace": True},
            "add_node": {"id": "jump", "itemName": "Jump"},
            "change_node": {"itemName": "Standing"},
            "add_edge": {"id": "extra", "source": "idle", "target": "idle"},
            "change_edge": {"priority": 3},
            "generate_all": {"duration": 1},
            "generate_animation": {"type": "animation", "source_image_asset_id": asset_id, "duration": 1},
            "retry_failed": None, "cancel_canvas": None, "cancel_job": None, "delete_project": None,
            "delete_collection": None, "archive_pose": None, "delete_canvas": None, "remove_node": None,
            "remove_edge": None, "revoke_api_key": None,
        }  # fmt: skip
        if operation_id not in bodies:
            refuse_unknown(operation_id)
        return bodies[operation_id]


@dataclass(frozen=True)
class Operation:
    """One operation that the API describes."""

    id: str
    method: str
    path: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the ids in its path."""
        return tuple(_PLACE.findall(self.path))

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method != "get"

    @property
    def scope(self) -> Scope:
        """What a key needs for it."""
        if self.id in KEY_OPERATIONS:
            return Scope.KEYS
        if self.id in ADMIN_OPERATIONS:
            return Scope.ADMIN
        return Scope.WRITE if self.writes else Scope.READ

    def fill(self, ids: Mapping[str, str]) -> str:
        """Return its path for these ids; fail when one is not known."""
        known = {**ids, **COMMON}
        for name in self.parameters:
            if name not in known:
                refuse_unknown(f"{{{name}}} in {self.path}")
        return self.path.format_map(known)

    def call(self, client: TestClient, ids: Mapping[str, str], world: World, **settings: Any) -> Answer:  # noqa: ANN401
        """Call it with a right body of a workspace, at these ids."""
        if self.writes and (body := world.write_body(self.id)) is not None:
            settings.setdefault("json", body)
        return client.request(self.method.upper(), self.fill(ids), **settings)


def list_all() -> list[Operation]:
    """Return every operation under /v1."""
    document = open_api(None, list_routers()).openapi()
    return [
        Operation(operation["operationId"], method, path)
        for path, method, operation in list_operations(document)
        if path.startswith("/v1/")
    ]


OPERATIONS = list_all()
ADDRESSED = [operation for operation in OPERATIONS if set(operation.parameters) - COMMON.keys()]
"""Those that name something that belongs to someone."""


def open_world(client: TestClient, key_id: str, name: str) -> World:
    """Make one thing of every kind in the client's workspace, over HTTP."""

    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = client.post(path, json=body)
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document

    project = post("/v1/projects", {"name": f"{name} project"})["id"]
    collection = post("/v1/collections", {"name": f"{name} mascot", "project_id": project})["id"]
    item = post(f"/v1/collections/{collection}/items", {"name": name, "image_base64": PICTURE})
    asset = item["asset_ids"]["transparent_image"]
    nodes = [{**node, "assetId": asset} for node in NODES]
    graph = {"name": name, "nodes": nodes, "edges": EDGES}
    canvas = post(f"/v1/collections/{collection}/canvases", graph)["id"]
    order = post(f"/v1/collections/{collection}/canvases/{canvas}/generate-all", {"duration": 1})
    return World(
        {
            "project_id": project, "collection_id": collection, "canvas_id": canvas, "item_id": item["id"],
            "asset_id": asset, "job_id": order["jobs"][0]["id"], "key_id": key_id, "node_id": "idle",
            "edge_id": "idle-loop",
        }
    )  # fmt: skip
