"""Canvases: made, read, changed. What a change costs in clips and jobs is told with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from poseloom.core.caller import Caller
from poseloom.core.canvas import Canvas
from poseloom.core.catalogue import Catalogue
from poseloom.core.clip import EdgeClip
from poseloom.core.edit import create_canvas as write_new_canvas
from poseloom.core.error import StateError, VersionMismatch
from poseloom.core.field import Reader
from poseloom.core.identity import Prefix
from poseloom.core.job import Job
from poseloom.core.kept_clip import Dropped, find_dropped
from poseloom.core.page import Page
from poseloom.core.status import EdgeState
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.template import fill_template, find_template
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find_canvas, find_collection
from poseloom.usecases.pose import check_assets
from poseloom.usecases.settle import cancel_jobs
from poseloom.usecases.status import judge_edges

Change = Callable[[Canvas], Canvas]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasView:
    """A canvas, where its edges stand, and what a change has cost.

    Attributes:
        clips: By edge id.
        dropped: Clips that no longer serve, and jobs whose clips would not.
        removed_edges: Ids of edges that went with a node.
        cancelled: Jobs that were cancelled; whoever works on them is to be told once this is saved.
        node_mapping: Of a template: its nodes' keys and the ids that they have here.
    """

    stored: StoredCanvas
    clips: Mapping[str, EdgeClip]
    edges: Sequence[EdgeState]
    dropped: Sequence[Dropped] = ()
    removed_edges: Sequence[str] = ()
    cancelled: Sequence[Job] = ()
    node_mapping: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasSummary:
    """A line in a list of canvases."""

    stored: StoredCanvas
    completed_edge_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Who changes which canvas, and what it takes.

    Attributes:
        address: Ids of the collection and its canvas.
        expected_version: The version that the caller has seen; None when it does not matter.
    """

    unit: Unit
    caller: Caller
    tools: Tools
    catalogue: Catalogue
    address: tuple[str, str]
    expected_version: int | None = None


def create_canvas(
    unit: Unit, caller: Caller, collection_id: str, document: object, *, catalogue: Catalogue, tools: Tools
) -> CanvasView:
    """Add a canvas: empty, from a template, or with its whole graph.

    Raises:
        NotFound: There is no such collection for this caller, or no such template.
        InvalidCanvas: A field breaks a rule.
        InvalidOrder: There is no such generator.
    """
    find_collection(unit, caller, collection_id, to_fill=True)
    document = {} if document is None else document
    canvas = write_new_canvas(document, tools.mint(Prefix.CANVAS), tools.mint)
    canvas = _settle_format(canvas, catalogue)
    reader = Reader.of(document, "")
    template_id = reader.text("template_id")
    mapping = None
    if template_id is not None:
        canvas, mapping = _fill(canvas, template_id)
    check_assets(unit, caller, canvas)
    now = tools.now()
    stored = StoredCanvas(
        id=str(canvas.id),
        workspace_id=caller.workspace_id,
        collection_id=collection_id,
        canvas=canvas,
        generator=_read_generator(document, catalogue),
        version=1,
        revision=1,
        framing=None,
        created_at=now,
        updated_at=now,
    )
    unit.canvases.add(stored)
    return CanvasView(stored=stored, clips={}, edges=judge_edges(stored, {}, {}), node_mapping=mapping)


def _settle_format(canvas: Canvas, catalogue: Catalogue) -> Canvas:
    """Return a canvas that says its size and rate: what a server's own are may change, what clips have may not."""
    return replace(canvas, size=canvas.size or catalogue.size, fps=canvas.fps or catalogue.fps)


def _fill(canvas: Canvas, template_id: str) -> tuple[Canvas, Mapping[str, str]]:
    if canvas.nodes:
        raise StateError(f"{canvas.id}: has nodes already; fill a template into an empty canvas, or say replace: true")
    return fill_template(find_template(template_id), canvas)


def _read_generator(document: object, catalogue: Catalogue) -> str | None:
    name = Reader.of({} if document is None else document, "").text("generator") or None
    return None if name is None else catalogue.choose_generator(name).name


def read_canvas(unit: Unit, caller: Caller, collection_id: str, canvas_id: str) -> CanvasView:
    """Return a canvas and where its edges stand.

    Raises:
        NotFound: There is no such canvas for this caller.
    """
    return view_canvas(unit, find_canvas(unit, caller, collection_id, canvas_id))


def view_canvas(unit: Unit, stored: StoredCanvas) -> CanvasView:
    """Return a canvas and where its edges stand."""
    clips = unit.clips.read(stored.id)
    return CanvasView(stored=stored, clips=clips, edges=judge_edges(stored, clips, unit.jobs.list_last(stored.id)))


def list_canvases(unit: Unit, caller: Caller, collection_id: str, page: Page) -> Sequence[CanvasSummary]:
    """Return a page of a collection's canvases, newest first, and one more when there are more.

    Raises:
        NotFound: There is no such collection for this caller.
    """
    find_collection(unit, caller, collection_id)
    listed = unit.canvases.list_page(caller.workspace_id, page, collection_id=collection_id)
    return [CanvasSummary(stored=stored, completed_edge_count=unit.clips.count(stored.id)) for stored in listed]


def edit_canvas(editor: Editor, change: Change, *, generator: object = None) -> CanvasView:
    """Change a canvas by a rule; clips stay with edges that still lead between the same poses.

    Args:
        editor: Who changes which canvas.
        change: Returns the changed graph; a rule of `core.edit`.
        generator: The document whose `generator` is to be the canvas' own from now on; None changes nothing.

    Raises:
        NotFound: There is no such canvas for this caller.
        VersionMismatch: Someone else has saved since.
        InvalidCanvas: The change breaks a rule.
        InvalidOrder: There is no such generator.
    """
    unit, tools = editor.unit, editor.tools
    before = find_canvas(unit, editor.caller, *editor.address, to_change=True)
    check_version(before, editor.expected_version)
    old = _settle_format(before.canvas, editor.catalogue)
    canvas = _settle_format(change(old), editor.catalogue)
    wished = _read_generator(generator, editor.catalogue) or before.generator
    if canvas == old and wished == before.generator:
        return view_canvas(unit, before)
    check_assets(unit, editor.caller, canvas)
    live = {job.edge_id: job for job in unit.jobs.list_live(before.id) if job.edge_id is not None}
    dropped = find_dropped(old, canvas, unit.clips.read(before.id).keys() | live.keys())
    unit.clips.drop(before.id, [each.edge_id for each in dropped])
    cancelled = cancel_jobs(unit, [live[each.edge_id] for each in dropped if each.edge_id in live], tools)
    is_reframed = (canvas.size, canvas.fps) != (old.size, old.fps)
    fresh = find_canvas(unit, editor.caller, *editor.address, to_change=True)
    unit.canvases.change(
        before.id,
        canvas=canvas,
        generator=wished,
        version=before.version + 1,
        revision=fresh.revision + 1,
        updated_at=tools.now(),
        **({"framing": None} if is_reframed else {}),
    )
    view = view_canvas(unit, find_canvas(unit, editor.caller, *editor.address))
    kept = {edge.id for edge in canvas.edges}
    removed = [edge.id for edge in old.edges if edge.id not in kept]
    return replace(view, dropped=dropped, cancelled=cancelled, removed_edges=removed)


def fill_canvas(editor: Editor, template_id: str, *, replaces: bool) -> CanvasView:
    """Put a template's graph into a canvas.

    Raises:
        NotFound: There is no such canvas for this caller, or no such template.
        StateError: The canvas has nodes, and `replaces` is false.
        VersionMismatch: Someone else has saved since.
    """
    mapping: dict[str, str] = {}

    def change(canvas: Canvas) -> Canvas:
        bare = replace(canvas, nodes=(), edges=(), inputs=(), initial_node="") if replaces else canvas
        filled, names = _fill(bare, template_id)
        mapping.update(names)
        return filled

    return replace(edit_canvas(editor, change), node_mapping=mapping)


def check_version(stored: StoredCanvas, expected: int | None) -> None:
    """Refuse to overwrite what the caller has not seen.

    Raises:
        VersionMismatch: `version` is the present one.
    """
    if expected is not None and expected != stored.version:
        raise VersionMismatch(
            f"{stored.id}: was saved by someone else since; read version {stored.version}, then save",
            version=stored.version,
        )


def delete_canvas(editor: Editor) -> Sequence[Job]:
    """Remove a canvas; return the jobs that were cancelled for it. What it made stays among the assets.

    Raises:
        NotFound: There is no such canvas for this caller.
        VersionMismatch: Someone else has saved since.
    """
    stored = find_canvas(editor.unit, editor.caller, *editor.address, to_change=True)
    check_version(stored, editor.expected_version)
    cancelled = cancel_jobs(editor.unit, editor.unit.jobs.list_live(stored.id), editor.tools)
    editor.unit.clips.drop(stored.id, editor.unit.clips.read(stored.id))
    editor.unit.canvases.remove(stored.id)
    return cancelled
