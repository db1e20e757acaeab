"""Documents: what records look like on the wire, and the models that describe them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from poseloom.api.door import Answer
from poseloom.core.asset import Asset
from poseloom.core.document import write_canvas
from poseloom.core.error import PoseloomError, TooLarge, UnsupportedMedia
from poseloom.core.field import plain_number
from poseloom.core.kind import Kind
from poseloom.core.page import Cursor, Page, close_page
from poseloom.core.progress import judge_edge
from poseloom.core.template import Template, write_template
from poseloom.core.workspace import ApiKey, Project, Workspace
from poseloom.ports.record import BookedEntry
from poseloom.usecases.canvas import CanvasSummary, CanvasView
from poseloom.usecases.item import ItemView
from poseloom.usecases.project import CollectionView

R = TypeVar("R")
NO_NUL = r"^[^\x00]*$"
"""Databases do not keep that character."""
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
Prose = Annotated[str, Field(max_length=4000, pattern=NO_NUL)]
BODY_REFUSALS: tuple[type[PoseloomError], ...] = (TooLarge, UnsupportedMedia)
"""Why a body is not read, whatever it says."""


class Body(BaseModel):
    """What a request brings: values of exactly the described types; unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Document(BaseModel):
    """What an answer looks like."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": True})


def write_moment(moment: datetime | None) -> str | None:
    """Return a moment as RFC 3339, in UTC."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def answer_page(
    plural: str, rows: Sequence[R], page: Page, place: Callable[[R], Cursor], write: Callable[[R], Mapping[str, object]]
) -> Answer:
    """Return a page of a list."""
    shown, cursor = close_page(rows, page, place)
    return Answer(document={plural: [write(row) for row in shown], "next_cursor": cursor})


class WorkspaceDocument(Document):
    """Who owns and pays."""

    id: str
    name: str
    created_at: str


def write_workspace(workspace: Workspace) -> dict[str, object]:
    """Return the document of a workspace."""
    return {"id": workspace.id, "name": workspace.name, "created_at": write_moment(workspace.created_at)}


class KeyDocument(Document):
    """An API key, without itself."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    created_at: str
    last_used_at: str | None


def write_key(key: ApiKey) -> dict[str, object]:
    """Return the document of a key."""
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": sorted(key.scopes),
        "created_at": write_moment(key.created_at),
        "last_used_at": write_moment(key.last_used_at),
    }


class ProjectDocument(Document):
    """A group of collections."""

    id: str
    name: str
    organization_id: str
    created_at: str
    updated_at: str


def write_project(project: Project) -> dict[str, object]:
    """Return the document of a project."""
    return {
        "id": project.id,
        "name": project.name,
        "organization_id": project.workspace_id,
        "created_at": write_moment(project.created_at),
        "updated_at": write_moment(project.updated_at),
    }


class CollectionDocument(Document):
    """One mascot."""

    id: str
    project_id: str | None
    name: str
    type: str
    description: str
    config: dict[str, Any]
    item_count: int
    asset_count: int
    created_at: str
    updated_at: str


def write_collection(view: CollectionView) -> dict[str, object]:
    """Return the document of a collection."""
    collection = view.collection
    config = {"style_card": None, "reference_asset_ids": [], "caution_list": [], **collection.config}
    return {
        "id": collection.id,
        "project_id": collection.project_id,
        "name": collection.name,
        "type": "mascot",
        "description": collection.description,
        "config": config,
        "item_count": view.item_count,
        "asset_count": view.asset_count,
        "created_at": write_moment(collection.created_at),
        "updated_at": write_moment(collection.updated_at),
    }


class ItemDocument(Document):
    """A pose."""

    id: str
    name: str
    collection_id: str
    asset_ids: dict[str, str]
    urls: dict[str, str]
    width: int | None
    height: int | None
    created_at: str
    updated_at: str
    archived_at: str | None


def write_item(view: ItemView, base_url: str) -> dict[str, object]:
    """Return the document of a pose."""
    item = view.item
    picture = next(iter(view.assets.values()), None)
    return {
        "id": item.id,
        "name": item.name,
        "collection_id": item.collection_id,
        "asset_ids": dict(item.assets),
        "urls": {kind: write_url(asset, base_url) for kind, asset in view.assets.items()},
        "width": None if picture is None else picture.width,
        "height": None if picture is None else picture.height,
        "created_at": write_moment(item.created_at),
        "updated_at": write_moment(item.updated_at),
        "archived_at": write_moment(item.archived_at),
    }


class AssetDocument(Document):
    """One file."""

    id: str
    collection_id: str
    kind: str
    url: str | None
    media_type: str
    sha256: str
    size_bytes: int
    width: int | None
    height: int | None
    duration: float | None
    job_id: str | None
    created_at: str


def write_url(asset: Asset, base_url: str) -> str:
    """Return where an asset is served."""
    return f"{base_url}/files/{asset.content_name}"


def write_asset(asset: Asset, base_url: str) -> dict[str, object]:
    """Return the document of an asset."""
    return {
        "id": asset.id,
        "collection_id": asset.collection_id,
        "kind": asset.kind.value,
        "url": write_url(asset, base_url) if asset.kind.is_public else None,
        "media_type": asset.media_type,
        "sha256": asset.sha256,
        "size_bytes": asset.size_bytes,
        "width": asset.width,
        "height": asset.height,
        "duration": None if asset.duration_seconds is None else plain_number(asset.duration_seconds),
        "job_id": asset.job_id,
        "created_at": write_moment(asset.created_at),
    }


class CanvasDocument(Document):
    """A canvas: its graph, and where each edge stands."""

    id: str
    name: str
    collection_id: str
    initialNode: str | None  # noqa: N815 - the wire's name
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    inputs: list[dict[str, Any]]
    size: int
    fps: int | str
    generator: str | None
    version: int
    created_at: str
    updated_at: str


def write_stored_canvas(view: CanvasView) -> dict[str, object]:
    """Return the document of a canvas, of a change also what it cost."""
    stored = view.stored
    graph = write_canvas(stored.canvas)
    states = {state.edge_id: state for state in view.edges}
    edges = []
    for edge in graph["edges"] if isinstance(graph["edges"], list) else []:
        state, clip = states[edge["id"]], view.clips.get(edge["id"])
        made = {} if clip is None else {"videoAssetId": clip.assets.get("webm") or next(iter(clip.assets.values()))}
        status = None if state.kind is Kind.ANY_STATE else judge_edge(state.facts).value
        edges.append({**edge, "kind": state.kind.value, "status": status, **made})
    mapping = {} if view.node_mapping is None else {"node_mapping": dict(view.node_mapping)}
    return {
        **graph,
        "id": stored.id,
        "initialNode": stored.canvas.initial_node or None,
        "edges": edges,
        "collection_id": stored.collection_id,
        "generator": stored.generator,
        "version": stored.version,
        "created_at": write_moment(stored.created_at),
        "updated_at": write_moment(stored.updated_at),
        "dropped_clips": [each.document() for each in view.dropped],
        "removed_edges": list(view.removed_edges),
        "cancelled_jobs": [job.id for job in view.cancelled],
        **mapping,
    }


class CanvasSummaryDocument(Document):
    """A line in a list of canvases."""

    id: str
    name: str
    collection_id: str
    node_count: int
    edge_count: int
    completed_edge_count: int
    version: int
    created_at: str
    updated_at: str


def write_canvas_summary(summary: CanvasSummary) -> dict[str, object]:
    """Return the document of a line in a list of canvases."""
    stored = summary.stored
    return {
        "id": stored.id,
        "name": stored.canvas.name,
        "collection_id": stored.collection_id,
        "node_count": len(stored.canvas.nodes),
        "edge_count": len(stored.canvas.edges),
        "completed_edge_count": summary.completed_edge_count,
        "version": stored.version,
        "created_at": write_moment(stored.created_at),
        "updated_at": write_moment(stored.updated_at),
    }


class TemplateDocument(Document):
    """A canvas that stands ready, without pictures."""

    id: str
    name: str


def write_ready_template(template: Template) -> dict[str, object]:
    """Return the document of a template."""
    return {**write_template(template), "source": "builtin"}


class EntryDocument(Document):
    """A booking, as the workspace sees it."""

    key: str
    credits: float
    note: str
    created_at: str


def write_entry(booked: BookedEntry, account: str) -> dict[str, object]:
    """Return the document of a booking: what an account got, or gave."""
    moved = sum(posting.credits for posting in booked.entry.postings if posting.account == account)
    return {
        "key": booked.entry.key,
        "credits": plain_number(moved),
        "note": booked.note,
        "created_at": write_moment(booked.created_at),
    }
