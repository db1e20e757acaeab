"""A mascot in a folder: a canvas document and its pictures, or just pictures."""

import json
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from poseloom.core.canvas import Canvas
from poseloom.core.document import parse_canvas
from poseloom.core.draft import draft_canvas
from poseloom.core.error import InvalidCanvas, InvalidOrder, PoseloomError, StorageFailed

CANVAS_NAME = "canvas.json"
DOCUMENT_LIMIT_BYTES = 32 * 2**20
SUFFIXES = {".png", ".webp", ".jpg", ".jpeg"}
"""Endings of pictures; what is really inside is checked when they are opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mascot:
    """A canvas and where its pictures are.

    Attributes:
        name: The folder's name, by which players know the mascot when the canvas has none.
        images: Picture file by node id; nodes without one are absent.
    """

    name: str
    canvas: Canvas
    images: dict[str, Path]


def open_mascot(path: Path) -> Mascot:
    """Read a folder, or a canvas document by its own path.

    Raises:
        InvalidOrder: There is no such folder, or nothing in it to start from.
        InvalidCanvas: The document breaks a rule, or names a picture outside its folder.
        StorageFailed: The folder or the document cannot be read.
    """
    try:
        if path.is_file():
            return _read_document(path)
        if not path.is_dir():
            raise InvalidOrder(f"{path}: no such folder; give a folder of poses or a canvas document", file=str(path))
        document = path / CANVAS_NAME
        return _read_document(document) if document.exists() else _draft(path)
    except OSError as error:
        raise StorageFailed(f"{path}: {error.strerror}; make it readable", file=str(path)) from error


def _read_document(path: Path) -> Mascot:
    if path.stat().st_size > DOCUMENT_LIMIT_BYTES:
        raise InvalidCanvas(f"{path}: is larger than {DOCUMENT_LIMIT_BYTES // 2**20} MiB", file=str(path))
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InvalidCanvas(f"{path}: is not JSON: {error}; mend it there", file=str(path)) from error
    try:
        canvas = parse_canvas(document)
        images = {
            node.id: _resolve_image(path.parent, node.image, index)
            for index, node in enumerate(canvas.nodes)
            if node.image is not None
        }
    except PoseloomError as error:
        raise InvalidCanvas(f"{path}: {error.message}", file=str(path), **error.fields) from error
    named = isinstance(document, dict) and (document.get("name") or document.get("canvasName"))
    name = path.parent.resolve().name if path.name == CANVAS_NAME else path.stem
    return Mascot(name=canvas.name if named else name, canvas=canvas, images=images)


def _resolve_image(folder: Path, image: str, index: int) -> Path:
    """Return a picture's file; a document cannot reach outside its folder."""
    relative = PurePosixPath(image)
    if relative.is_absolute() or ".." in relative.parts or "\\" in image or "\0" in image:
        raise InvalidCanvas(
            f"nodes[{index}].image: {image!r} must be a path inside the canvas document's folder",
            field=f"nodes[{index}].image",
        )
    return folder.joinpath(*relative.parts)


def _draft(folder: Path) -> Mascot:
    pictures = sorted(item for item in folder.iterdir() if item.suffix.lower() in SUFFIXES and item.is_file())
    if not pictures:
        raise InvalidOrder(
            f"{folder}: has no poses; put PNG, WebP or JPEG files there, one per pose, or a {CANVAS_NAME}",
            file=str(folder),
        )
    stems = [picture.stem for picture in pictures]
    twins = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twins:
        raise InvalidOrder(f"{folder}: two pictures are named {twins[0]!r}; rename one", file=str(folder))
    name = folder.resolve().name
    canvas = draft_canvas(name, [(picture.stem, picture.name) for picture in pictures])
    # A drafted document is held to the same rules as a written one.
    parse_canvas({"nodes": [{"id": node.id} for node in canvas.nodes]})
    images = {picture.stem: picture for picture in pictures}
    return Mascot(name=name, canvas=replace(canvas, name=name), images=images)
