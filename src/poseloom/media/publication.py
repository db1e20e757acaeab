"""Files that appear whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av

from poseloom.core.error import FaultError, StorageFailed

_FIXES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the file size limit",
    errno.EACCES: "allow writing there",
    errno.EPERM: "allow writing there",
    errno.EROFS: "choose a folder that is writable",
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "choose a folder, not a file",
    errno.EEXIST: "choose a folder, not a file",
    errno.EISDIR: "choose a name that is no folder",
}


PARTIAL_SUFFIX = ".partial"
"""How hidden names end; one that is old was left by a process that died."""


@contextmanager
def publish(targets: Sequence[Path]) -> Iterator[list[Path]]:
    """Give names to write to, beside `targets`; when the block ends well they are renamed, together.

    Yields:
        One hidden name per target, in their order. Nothing exists under it yet.

    Raises:
        StorageFailed: A finished file cannot be renamed. After any exception neither
            hidden names nor targets renamed by this block remain.
    """
    drafts = [target.with_name(f".{target.name}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}") for target in targets]
    placed: list[Path] = []
    try:
        yield drafts
        for draft, target in zip(drafts, targets, strict=True):
            with guard_writing(target):
                os.replace(draft, target)  # noqa: PTH105 - the atomic one, by name
            placed.append(target)
    except BaseException:
        for left in (*drafts, *placed):
            left.unlink(missing_ok=True)
        raise


@contextmanager
def guard_writing(target: Path) -> Iterator[None]:
    """Turn what goes wrong while `target` is written into the project's errors.

    Raises:
        StorageFailed: The disk or its permissions; names the file and the fix.
        FaultError: The encoder refused what it was given.
    """
    try:
        yield
    except OSError as error:
        raise StorageFailed(_explain(error, "write", target), path=str(target)) from error
    except av.FFmpegError as error:
        raise FaultError(f"encoding {target.name} failed: {error}; please report it") from error


@contextmanager
def guard_reading(source: Path) -> Iterator[None]:
    """Turn what the disk does wrong while `source` is read into `StorageFailed`."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(_explain(error, "read", source), path=str(source)) from error


def _explain(error: OSError, verb: str, path: Path) -> str:
    fix = _FIXES.get(error.errno or 0, "check the disk and its permissions")
    if verb == "read" and error.errno == errno.ENOENT:
        fix = "check the name"
    return f"cannot {verb} {path}: {error.strerror or error}; {fix}"
