"""The demo mascot, put into a server once."""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files

from poseloom.core.caller import Caller
from poseloom.core.canvas import Canvas
from poseloom.core.document import parse_canvas, write_canvas
from poseloom.core.error import StorageFailed
from poseloom.core.page import Page
from poseloom.media.pose import read_pose
from poseloom.ports.unit import Unit
from poseloom.usecases.canvas import create_canvas
from poseloom.usecases.item import KeptPicture, add_pose
from poseloom.usecases.project import create_collection
from poseloom.wiring.installation import Installation

FOLDER = "demo_mascot"


def load_demo(installation: Installation) -> Mapping[str, str]:
    """Put the demo mascot into the oldest workspace, unless it is there; return the ids of its collection and canvas.

    Raises:
        StorageFailed: The demo's pictures were not built, or cannot be kept.
    """
    canvas, pictures = _read_demo(installation)
    with installation.database.write() as unit:
        unit.be_alone()
        owner = unit.workspaces.oldest()
        caller = Caller(workspace_id=owner.id, key_id="", scopes=frozenset())
        found = _find(unit, caller, canvas.name)
        return found or _add(unit, caller, canvas, pictures, installation)


def _read_demo(installation: Installation) -> tuple[Canvas, Mapping[str, KeptPicture]]:
    folder = files("poseloom.wiring") / FOLDER
    try:
        canvas = parse_canvas(json.loads((folder / "canvas.json").read_text(encoding="utf-8")))
        contents = {node.id: (folder / str(node.image)).read_bytes() for node in canvas.nodes}
    except OSError as error:
        raise StorageFailed("the demo's pictures are not there; build them with `make setup`") from error
    return canvas, {node_id: _keep(installation, content) for node_id, content in contents.items()}


def _keep(installation: Installation, content: bytes) -> KeptPicture:
    picture = read_pose(content, "demo")
    return KeptPicture(
        image=installation.blobs.keep(content),
        transparent=installation.blobs.keep(picture.png),
        media_type=picture.media_type,
        suffix=picture.suffix,
        extent=picture.extent,
    )


def _find(unit: Unit, caller: Caller, name: str) -> Mapping[str, str] | None:
    for collection in unit.collections.list_page(caller.workspace_id, Page(limit=1), name=name):
        for canvas in unit.canvases.list_page(caller.workspace_id, Page(limit=1), collection_id=collection.id):
            return {"collection_id": collection.id, "canvas_id": canvas.id}
    return None


def _add(
    unit: Unit, caller: Caller, canvas: Canvas, pictures: Mapping[str, KeptPicture], installation: Installation
) -> Mapping[str, str]:
    tools = installation.tools
    made = create_collection(
        unit, caller, name=canvas.name, project_id=None, description="The demo mascot.", config={}, tools=tools
    )
    collection_id = made.collection.id
    poses = {
        node.id: add_pose(unit, caller, collection_id, node.name, pictures[node.id], tools) for node in canvas.nodes
    }
    nodes = tuple(
        replace(node, image=None, asset_id=poses[node.id].item.assets["transparent_image"]) for node in canvas.nodes
    )
    document = write_canvas(replace(canvas, nodes=nodes))
    view = create_canvas(unit, caller, collection_id, document, catalogue=installation.catalogue, tools=tools)
    return {"collection_id": collection_id, "canvas_id": view.stored.id}
