"""What leaves the server: the document that players read, the bundle, and what is wrong with a canvas."""

import re
import unicodedata
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from poseloom.api.document import Document
from poseloom.api.door import KEY_FIRST, Answer, OpenDoor, find_base_url
from poseloom.api.operation import describe
from poseloom.api.parameter import PARTIAL, add_parameters, read_switch
from poseloom.core.caller import Caller
from poseloom.core.credential import Scope
from poseloom.core.error import CanvasNotReady, CanvasUnsafe, NotFound
from poseloom.core.lint import Severity
from poseloom.ports.unit import Unit
from poseloom.store.archive import Archive, write_bundle
from poseloom.usecases.export import export_canvas, lint

CANVAS = "/v1/collections/{collection_id}/canvases/{canvas_id}"
CLIP_FOLDER, POSTER_FOLDER = "clips/", "posters/"
NAME_LIMIT = 80


class ManifestDocument(Document):
    """What players read."""

    version: str
    name: str
    initialNode: str  # noqa: N815 - the wire's name
    autoPlay: bool  # noqa: N815
    width: int
    height: int
    fps: int | str
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    inputs: list[dict[str, Any]]


class FindingDocument(Document):
    """One thing that was found."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    nodes: list[str]
    edges: list[str]


class LintDocument(Document):
    """What is wrong or odd in a canvas, errors first. `safe`: an export is not refused for it."""

    findings: list[FindingDocument]
    safe: bool


router = APIRouter(tags=["Export"], dependencies=KEY_FIRST)


@router.get(
    CANVAS + "/export",
    summary="Export a canvas for players",
    operation_id="export_canvas",
    **add_parameters(
        describe(answers={200: ManifestDocument}, refuses=[NotFound, CanvasNotReady, CanvasUnsafe]), PARTIAL
    ),
)
async def get_export(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Return the document that players read. Its addresses are public and mean the same bytes for ever."""
    partial, folder = read_switch(request, "partial"), f"{find_base_url(request, door.service)}/files/"

    def work(unit: Unit, caller: Caller) -> Answer:
        export = export_canvas(
            unit,
            caller,
            (collection_id, canvas_id),
            catalogue=door.service.catalogue,
            clip_folder=folder,
            poster_folder=folder,
            partial=partial,
        )
        return Answer(document=export.manifest)

    return await door.read(request, work)


@router.get(
    CANVAS + "/bundle",
    summary="Download a mascot that runs anywhere",
    operation_id="download_bundle",
    **add_parameters(
        describe(
            answers={
                200: {
                    "description": "A zip: page, player, document, clips, stills. Unpack it on any static host.",
                    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
                }
            },
            refuses=[NotFound, CanvasNotReady, CanvasUnsafe],
        ),
        PARTIAL,
    ),
)
async def get_bundle(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Pack a canvas with its clips, so that it runs offline."""
    caller = await door.identify(request, Scope.READ)
    partial, service = read_switch(request, "partial"), door.service

    def work() -> tuple[str, Archive]:
        with service.database.read() as unit:
            export = export_canvas(
                unit,
                caller,
                (collection_id, canvas_id),
                catalogue=service.catalogue,
                clip_folder=CLIP_FOLDER,
                poster_folder=POSTER_FOLDER,
                partial=partial,
            )
        # Clips are large and may lie far away: they are read with no transaction open.
        return export.name, write_bundle(export.manifest, export.files, service.blobs, export.name)

    name, archive = await run_in_threadpool(work)
    return StreamingResponse(
        archive.stream(),
        media_type="application/zip",
        headers={
            "Content-Length": str(archive.size_bytes),
            "Content-Disposition": write_disposition(name),
            "Cache-Control": "private, no-store",
        },
        background=BackgroundTask(archive.close),
    )


@router.get(
    CANVAS + "/lint",
    summary="Find what is wrong with a canvas",
    operation_id="lint_canvas",
    **describe(answers={200: LintDocument}, refuses=[NotFound]),
)
async def get_lint(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Find nodes at which a player would strand, run to and fro, or never arrive; an export refuses errors."""

    def work(unit: Unit, caller: Caller) -> Answer:
        findings = lint(unit, caller, (collection_id, canvas_id))
        is_safe = all(finding.code.severity is not Severity.ERROR for finding in findings)
        return Answer(document={"findings": [finding.document() for finding in findings], "safe": is_safe})

    return await door.read(request, work)


def write_disposition(name: str) -> str:
    """Return the header under whose name browsers save a mascot's bundle, whatever the mascot is called."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:NAME_LIMIT] or "mascot"
    full = "".join(letter for letter in name if letter.isprintable() and letter not in "/\\")[:NAME_LIMIT] or "mascot"
    return f"attachment; filename=\"{plain}.zip\"; filename*=UTF-8''{quote(full, safe='')}.zip"
