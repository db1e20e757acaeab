"""The bundle: a folder that any static host, or the file system itself, shows as a living mascot."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from poseloom.core.canvas import Canvas
from poseloom.core.clip import ClipFormat
from poseloom.core.manifest import PublishedCanvas, PublishedClip, build_manifest
from poseloom.frames.image import Rgba
from poseloom.media.decode import decode_first
from poseloom.media.poster import write_poster
from poseloom.media.publication import guard_writing, publish
from poseloom.ports.clip import StoredClip
from poseloom.store.site import MANIFEST_NAME, PAGE_NAME, write_documents

PARTS = ("clips", "posters", "player")
HASH_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPublisher:
    """A `Publisher` into a folder.

    Attributes:
        folder: Where the bundle goes.
        canvas: The canvas, created reverses included.
        poses: Aligned pose by node id, for nodes that no clip starts from.
        name: The mascot's name.
    """

    folder: Path
    canvas: Canvas
    poses: Mapping[str, Rgba]
    name: str
    size: int
    fps: Fraction

    def publish(self, clips: Mapping[str, Mapping[ClipFormat, StoredClip]]) -> Path:
        """Write clips and posters, then the documents that name them, then remove what an earlier bundle left.

        When something fails, what was new is taken away and an earlier bundle stays as it was.

        Raises:
            StorageFailed: The folder cannot be written.
        """
        before = set(_list_files(self.folder / MANIFEST_NAME))
        with guard_writing(self.folder), _undo_on_failure(self.folder, PARTS):
            published = PublishedCanvas(
                canvas=self.canvas,
                clips={
                    edge.id: self._copy_clip(edge.id, clips[edge.id]) for edge in self.canvas.edges if edge.id in clips
                },
                posters=self._write_posters(clips),
                size=self.size,
                fps=self.fps,
                name=self.name,
            )
            manifest = build_manifest(published)
            _write_together({self.folder / path: text for path, text in write_documents(self.name, manifest).items()})
        for stale in before - set(_list_files(self.folder / MANIFEST_NAME)):
            with suppress(OSError):
                (self.folder / stale).unlink()
        return self.folder / PAGE_NAME

    def _copy_clip(self, edge_id: str, formats: Mapping[ClipFormat, StoredClip]) -> PublishedClip:
        urls = {}
        for fmt, clip in formats.items():
            urls[fmt] = f"clips/{_name_file(edge_id, clip.path.read_bytes())}{fmt.suffix}"
            _copy(clip.path, self.folder / urls[fmt])
        seconds = next(iter(formats.values())).record.duration_seconds
        return PublishedClip(duration_seconds=Fraction(str(round(seconds, 3))), urls=urls)

    def _write_posters(self, clips: Mapping[str, Mapping[ClipFormat, StoredClip]]) -> dict[str, str]:
        """Write each node's still: the decoded first frame of a clip that starts there, so that no swap shows."""
        starts: dict[str, StoredClip] = {}
        for edge in sorted(self.canvas.edges, key=lambda edge: not edge.is_loop):
            if edge.id in clips:
                formats = clips[edge.id]
                starts.setdefault(edge.source, formats.get(ClipFormat.WEBM) or next(iter(formats.values())))
        urls = {}
        for node in self.canvas.nodes:
            clip = starts.get(node.id)
            still = self.poses[node.id] if clip is None else decode_first(clip.path)
            name = _name_file(node.id, still.tobytes())
            for suffix in (".webp", ".png"):
                urls[node.id] = f"posters/{name}{suffix}"
                if not (self.folder / urls[node.id]).exists():
                    write_poster(still, self.folder / urls[node.id])
        return urls


@contextmanager
def _undo_on_failure(folder: Path, parts: Sequence[str]) -> Iterator[None]:
    """Make a bundle's folders; when the block fails, remove every file and folder that was not there before."""
    before = set(_list_own(folder, parts))
    try:
        for part in parts:
            (folder / part).mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in sorted(set(_list_own(folder, parts)) - before, reverse=True):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _list_own(folder: Path, parts: Sequence[str]) -> Iterator[Path]:
    """Yield what is there of a bundle: its folder, its parts and their files, its documents; nothing else."""
    yield from (path for path in (folder, folder / MANIFEST_NAME, folder / PAGE_NAME) if path.exists())
    for part in parts:
        if (folder / part).is_dir():
            yield folder / part
            yield from (folder / part).iterdir()


def _name_file(owner_id: str, content: bytes) -> str:
    """Return a file name that is unique to its owner and its content; players cache by it alone."""
    slug = re.sub(r"[^a-z0-9]+", "-", owner_id.lower()).strip("-")[:40] or "clip"
    digest = hashlib.sha256(owner_id.encode() + b"\0" + content).hexdigest()
    return f"{slug}-{digest[:HASH_DIGITS]}"


def _list_files(manifest: Path) -> Iterator[str]:
    """Yield the files that a bundle's manifest names and that lie in its own folders."""
    try:
        document = json.loads(manifest.read_bytes())
        urls = [url for edge in document["edges"] for url in edge["videos"].values()]
        stills = [node["imageUrl"] for node in document["nodes"] if "imageUrl" in node]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    for url in (*urls, *stills, *(still.removesuffix(".png") + ".webp" for still in stills)):
        if re.fullmatch(r"(clips|posters)/[a-z0-9-]+\.[a-z0-9]+", url):
            yield url


def _copy(source: Path, target: Path) -> None:
    """Copy a file whose name says its content, unless it is there."""
    if not target.exists():
        with publish([target]) as (draft,), guard_writing(target):
            shutil.copyfile(source, draft)


def _write_together(texts: Mapping[Path, str]) -> None:
    """Write documents that belong together: none is replaced before all are written."""
    with publish(list(texts)) as drafts:
        for draft, (path, text) in zip(drafts, texts.items(), strict=True):
            with guard_writing(path):
                draft.write_text(text, encoding="utf-8")
