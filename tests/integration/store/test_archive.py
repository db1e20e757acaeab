import io
import json
import re
import zipfile
from dataclasses import replace
from fractions import Fraction

import pytest

from poseloom.core.canvas import Canvas
from poseloom.core.clip import ClipFormat
from poseloom.core.document import parse_canvas
from poseloom.core.error import FaultError, StorageFailed
from poseloom.core.manifest import PublishedCanvas, PublishedClip, build_manifest
from poseloom.ports.blob import StoredBlob
from poseloom.store.archive import PART_BYTES, Archive, write_bundle
from poseloom.store.blob import ObjectBlobStore, open_blobs
from poseloom.store.site import list_addresses
from tests.unit.core.schema import explain, read_schema

NAME = "Blob & </script> <Co>"
ROWS = [
    {"id": "rest", "source": "a", "target": "a"},
    {
        "id": "there",
        "source": "a",
        "target": "b",
        "conditions": [{"input": "clicked", "operator": "==", "value": True}],
    },
    {"id": "back", "source": "b", "target": "a", "conditions": [{"input": "clicked", "operator": "==", "value": True}]},
]
CANVAS: Canvas = parse_canvas({"nodes": [{"id": "a"}, {"id": "b"}], "edges": ROWS})


@pytest.fixture
def blobs() -> ObjectBlobStore:
    return open_blobs("memory://")


def fill(blobs: ObjectBlobStore) -> tuple[dict[str, object], dict[str, StoredBlob]]:
    """Keep a clip per edge and format and a still per node; returns the manifest and its files."""
    contents: dict[str, StoredBlob] = {}
    clips = {}
    for edge in CANVAS.edges:
        urls = {fmt: f"clips/{edge.id}-0123{fmt.suffix}" for fmt in ClipFormat}
        contents |= {url: blobs.keep(url.encode() * 50_000) for url in urls.values()}
        clips[edge.id] = PublishedClip(duration_seconds=Fraction(2), urls=urls)
    posters = {node.id: f"posters/{node.id}-4567.png" for node in CANVAS.nodes}
    contents |= {url: blobs.keep(url.encode()) for url in posters.values()}
    published = PublishedCanvas(canvas=CANVAS, clips=clips, posters=posters, size=256, fps=Fraction(24), name=NAME)
    return build_manifest(published), contents


def drain(archive: Archive) -> bytes:
    parts = list(archive.stream())
    assert all(len(part) <= PART_BYTES for part in parts)
    content = b"".join(parts)
    assert len(content) == archive.size_bytes
    assert archive.handle.closed
    return content


def pack(blobs: ObjectBlobStore) -> zipfile.ZipFile:
    manifest, contents = fill(blobs)
    return zipfile.ZipFile(io.BytesIO(drain(write_bundle(manifest, contents, blobs, NAME))))


def test_a_bundle_holds_the_page_the_player_the_manifest_and_every_file(blobs: ObjectBlobStore) -> None:
    with pack(blobs) as bundle:
        assert bundle.testzip() is None
        files = {f"clips/{edge}-0123{fmt.suffix}" for edge in ("rest", "there", "back") for fmt in ClipFormat}
        stills = {"posters/a-4567.png", "posters/b-4567.png"}
        player = {f"player/poseloom-{part}.js" for part in ("player", "stacked", "reader")}
        documents = {"index.html", "mascot.json"} | player
        assert set(bundle.namelist()) == files | stills | documents
        assert all(bundle.read(path) == path.encode() * 50_000 for path in files)
        assert all(bundle.read(path) == path.encode() for path in stills)


def test_its_manifest_is_one_and_names_nothing_that_is_not_there(blobs: ObjectBlobStore) -> None:
    with pack(blobs) as bundle:
        manifest = json.loads(bundle.read("mascot.json"))
        assert explain(read_schema("manifest"), manifest) == []
        addresses = set(list_addresses(manifest))
        assert len(addresses) == 11
        assert addresses <= set(bundle.namelist())


def test_its_page_carries_the_manifest_and_finds_the_player(blobs: ObjectBlobStore) -> None:
    with pack(blobs) as bundle:
        page = bundle.read("index.html").decode()
        inline = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
        assert inline is not None
        assert json.loads(inline[1]) == json.loads(bundle.read("mascot.json"))
        assert "player/poseloom-player.js" in page
        assert "<title>Blob &amp; &lt;/script&gt; &lt;Co&gt;</title>" in page


def test_texts_are_packed_and_clips_are_stored(blobs: ObjectBlobStore) -> None:
    with pack(blobs) as bundle:
        kinds = {entry.filename: entry.compress_type for entry in bundle.infolist()}
        assert {kind for path, kind in kinds.items() if "s/" in path} == {zipfile.ZIP_STORED}
        assert {kind for path, kind in kinds.items() if "s/" not in path} == {zipfile.ZIP_DEFLATED}
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in bundle.infolist())


def test_the_same_bundle_is_the_same_bytes(blobs: ObjectBlobStore) -> None:
    manifest, contents = fill(blobs)
    other = dict(reversed(contents.items()))
    first = drain(write_bundle(manifest, contents, blobs, NAME))
    assert drain(write_bundle(manifest, other, blobs, NAME)) == first


def test_a_reader_that_leaves_early_leaves_nothing_open(blobs: ObjectBlobStore) -> None:
    manifest, contents = fill(blobs)
    archive = write_bundle(manifest, contents, blobs, NAME)
    parts = archive.stream()
    next(parts)
    del parts
    assert archive.handle.closed
    archive.close()


def test_a_clip_that_is_lost_is_a_failure_of_the_whole_bundle(blobs: ObjectBlobStore) -> None:
    manifest, contents = fill(blobs)
    blobs.remove(contents["clips/rest-0123.mov"].sha256)
    with pytest.raises(StorageFailed, match="it is not there"):
        write_bundle(manifest, contents, blobs, NAME)


def test_a_clip_that_is_cut_short_is_a_failure_of_the_whole_bundle(blobs: ObjectBlobStore) -> None:
    manifest, contents = fill(blobs)
    path = "clips/rest-0123.mov"
    contents[path] = replace(contents[path], size_bytes=contents[path].size_bytes + 1)
    with pytest.raises(StorageFailed):
        write_bundle(manifest, contents, blobs, NAME)


def test_a_manifest_that_names_more_than_there_is_is_a_defect(blobs: ObjectBlobStore) -> None:
    manifest, contents = fill(blobs)
    del contents["clips/rest-0123.mov"]
    with pytest.raises(FaultError, match=r"names 'clips/rest-0123\.mov'"):
        write_bundle(manifest, contents, blobs, NAME)


@pytest.mark.parametrize(
    "path",
    ["clips/../evil", "/clips/evil", "evil", "clips/deep/evil", "clips\\evil", "clips/..", "clips", "other/evil", ""],
)
def test_no_file_can_unpack_outside_of_its_folder(blobs: ObjectBlobStore, path: str) -> None:
    manifest, contents = fill(blobs)
    with pytest.raises(FaultError, match="has no place"):
        write_bundle(manifest, {**contents, path: blobs.keep(b"x")}, blobs, NAME)
