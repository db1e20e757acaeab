import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import LocalStore, S3Store

from poseloom.core.error import InvalidOrder, StorageFailed
from poseloom.store.blob import PART_BYTES, READ_BYTES, ObjectBlobStore, open_blobs
from tests.integration.store.bucket import open_bucket

CONTENT = bytes(range(256)) * 5
HASH = hashlib.sha256(CONTENT).hexdigest()
LONG = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range((READ_BYTES * 2 + 999) // 32))
NOBODY = "0" * 64

Open = Callable[[Path], ObjectBlobStore]


def open_folder(folder: Path) -> ObjectBlobStore:
    return open_blobs((folder / "kept here").as_uri())


def open_memory(_folder: Path) -> ObjectBlobStore:
    return open_blobs("memory://")


@pytest.fixture(params=["folder", "memory", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectBlobStore:
    if request.param == "bucket":
        endpoint: str = request.getfixturevalue("bucket_url")
        plain = S3Store(
            "poses", prefix="ours", endpoint=endpoint, skip_signature=True, client_options={"allow_http": True}
        )
        return ObjectBlobStore(store=plain)
    return {"folder": open_folder, "memory": open_memory}[request.param](tmp_path)


@pytest.fixture
def bucket_url() -> Iterator[str]:
    with open_bucket() as url:
        yield url


def list_names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def find_file(folder: Path) -> Path:
    return next(path for path in (folder / "kept here").rglob("*") if path.is_file())


def test_what_is_kept_is_read_again(blobs: ObjectBlobStore) -> None:
    kept = blobs.keep(CONTENT)
    assert (kept.sha256, kept.size_bytes) == (HASH, len(CONTENT))
    assert blobs.has(HASH)
    assert blobs.read(HASH) == CONTENT


def test_no_bytes_at_all_can_be_kept(blobs: ObjectBlobStore) -> None:
    kept = blobs.keep(b"")
    assert blobs.read(kept.sha256) == b""
    assert list(blobs.stream(kept.sha256, 0, 0)) == []


def test_a_file_is_kept_under_the_hash_of_its_bytes(blobs: ObjectBlobStore, tmp_path: Path) -> None:
    path = tmp_path / "long.bin"
    path.write_bytes(LONG)
    kept = blobs.keep_file(path)
    assert kept.sha256 == hashlib.sha256(LONG).hexdigest()
    assert kept.size_bytes == len(LONG)
    assert blobs.read(kept.sha256) == LONG


def test_keeping_the_same_bytes_twice_changes_nothing(blobs: ObjectBlobStore) -> None:
    assert blobs.keep(CONTENT) == blobs.keep(CONTENT)
    first = list(blobs.walk())
    blobs.keep(CONTENT)
    assert list(blobs.walk()) == first


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, len(LONG)), (7, READ_BYTES + 5), (len(LONG) - 1, len(LONG)), (5, 5)]
)
def test_a_range_is_streamed_in_small_parts(blobs: ObjectBlobStore, start: int, end: int) -> None:
    kept = blobs.keep(LONG)
    parts = list(blobs.stream(kept.sha256, start, end))
    assert b"".join(parts) == LONG[start:end]
    assert all(0 < len(part) <= PART_BYTES for part in parts)


def test_a_range_beyond_the_end_is_a_failure_and_not_a_short_answer(blobs: ObjectBlobStore) -> None:
    blobs.keep(CONTENT)
    with pytest.raises(StorageFailed):
        list(blobs.stream(HASH, 0, len(CONTENT) + 1))


def test_bytes_that_are_not_there_are_named(blobs: ObjectBlobStore, tmp_path: Path) -> None:
    assert not blobs.has(NOBODY)
    for read in (
        lambda: blobs.read(NOBODY),
        lambda: list(blobs.stream(NOBODY, 0, 1)),
        lambda: blobs.fetch(NOBODY, tmp_path, ".png"),
    ):
        with pytest.raises(StorageFailed, match=f"^cannot read {NOBODY}: it is not there; "):
            read()
    assert list_names(tmp_path) == []


def test_bytes_are_fetched_into_a_file_once(blobs: ObjectBlobStore, tmp_path: Path) -> None:
    blobs.keep(CONTENT)
    folder = tmp_path / "fetched"
    path = blobs.fetch(HASH, folder, ".png")
    assert path == folder / f"{HASH}.png"
    assert path.read_bytes() == CONTENT
    blobs.remove(HASH)
    assert blobs.fetch(HASH, folder, ".png") == path
    assert list_names(folder) == [f"{HASH}.png"]


def test_removed_bytes_are_gone_and_removing_twice_is_fine(blobs: ObjectBlobStore) -> None:
    blobs.keep(CONTENT)
    blobs.remove(HASH)
    blobs.remove(HASH)
    assert not blobs.has(HASH)
    assert list(blobs.walk()) == []


def test_a_walk_names_every_hash_and_its_age(blobs: ObjectBlobStore) -> None:
    hashes = {blobs.keep(str(number).encode()).sha256 for number in range(5)}
    walked = dict(blobs.walk())
    assert walked.keys() == hashes
    assert all(abs(datetime.now(UTC) - kept) < timedelta(minutes=5) for kept in walked.values())


def test_a_walk_passes_by_what_is_not_ours(tmp_path: Path) -> None:
    blobs = open_folder(tmp_path)
    blobs.keep(CONTENT)
    (find_file(tmp_path).parent / "note.txt").write_text("mine")
    assert [sha256 for sha256, _ in blobs.walk()] == [HASH]


def test_what_a_crash_cut_short_is_written_again(tmp_path: Path) -> None:
    blobs = open_folder(tmp_path)
    blobs.keep(CONTENT)
    find_file(tmp_path).write_bytes(b"")
    blobs.keep(CONTENT)
    assert blobs.read(HASH) == CONTENT


def test_old_bytes_that_are_kept_again_are_young_again(tmp_path: Path) -> None:
    blobs = open_folder(tmp_path)
    blobs.keep(CONTENT)
    os.utime(find_file(tmp_path), (0, 0))
    blobs.keep(CONTENT)
    ((_, kept),) = blobs.walk()
    assert datetime.now(UTC) - kept < timedelta(minutes=5)


def test_damaged_bytes_are_not_fetched(tmp_path: Path) -> None:
    blobs = open_folder(tmp_path)
    blobs.keep(CONTENT)
    find_file(tmp_path).write_bytes(bytes(len(CONTENT)))
    with pytest.raises(StorageFailed, match="is damaged"):
        blobs.fetch(HASH, tmp_path / "fetched", ".png")
    assert list_names(tmp_path / "fetched") == []


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    blobs = open_folder(tmp_path)
    (tmp_path / "kept here" / "blobs").write_text("in the way")
    with pytest.raises(StorageFailed, match=r"^cannot (read|write) [^\n]*; check the store"):
        blobs.keep(CONTENT)


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "kept here").write_text("in the way")
    with pytest.raises(StorageFailed, match=r"^cannot open file://"):
        open_folder(tmp_path)


def test_a_file_that_is_not_there_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="check the name"):
        open_memory(tmp_path).keep_file(tmp_path / "nobody.png")


@pytest.mark.parametrize("url", ["", "/var/blobs", "ftp://host/folder", "http://host/folder"])
def test_an_address_that_is_no_store_is_refused(url: str) -> None:
    with pytest.raises(InvalidOrder, match="file://, memory://, s3://, gs://, az://"):
        open_blobs(url)


def test_a_bucket_without_its_account_is_refused_in_one_line() -> None:
    with pytest.raises(StorageFailed, match=r"^cannot open az://[^\n]+$"):
        open_blobs("az://container/prefix")


def test_a_bucket_that_does_not_answer_is_a_failure_of_the_world(bucket_url: str) -> None:
    closed = S3Store(
        "nobody-s",
        endpoint=bucket_url,
        skip_signature=True,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    with pytest.raises(StorageFailed) as caught:
        ObjectBlobStore(store=closed).keep(CONTENT)
    assert caught.value.retryable


def test_local_files_lie_in_folders_by_their_hash(tmp_path: Path) -> None:
    ObjectBlobStore(store=LocalStore(tmp_path)).keep(CONTENT)
    assert list_names(tmp_path) == [f"blobs/{HASH[:2]}/{HASH[2:]}"]
