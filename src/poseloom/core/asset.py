"""Assets: immutable bytes that a client may know by id and by address (spec/service.md)."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from poseloom.core.clip import ClipFormat
from poseloom.core.framing import PoseExtent

HASH_DIGITS = 32
"""Digits of a file name's hash: addresses are public, so nobody must be able to guess one."""
SLUG_LIMIT = 40


class AssetKind(StrEnum):
    """What an asset is."""

    IMAGE = "image"
    """A pose as it was given."""
    TRANSPARENT_IMAGE = "transparent_image"
    """A pose freed from its background."""
    WEBM = "webm"
    HEVC = "hevc"
    STACKED_VIDEO = "stacked_video"
    POSTER = "poster"
    """A clip's first frame as decoders show it."""
    FRAMES = "frames"
    """A forward's kept frames."""

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        match self:
            case AssetKind.WEBM | AssetKind.HEVC | AssetKind.STACKED_VIDEO:
                return FORMATS[self].suffix
            case AssetKind.FRAMES:
                return ".mkv"
            case _:
                return ".png"

    @property
    def media_type(self) -> str:
        """The type that is sent with it; a given image has its own."""
        return _MEDIA_TYPES[self.suffix]

    @property
    def is_public(self) -> bool:
        """Whether it is served to whoever has its address."""
        return self is not AssetKind.FRAMES


FORMATS = {
    AssetKind.WEBM: ClipFormat.WEBM,
    AssetKind.HEVC: ClipFormat.HEVC,
    AssetKind.STACKED_VIDEO: ClipFormat.STACKED,
}
KINDS = {fmt: kind for kind, fmt in FORMATS.items()}
_JOB_FILE = re.compile(rf"[a-z0-9-]+-([0-9a-f]{{{HASH_DIGITS}}})\.[a-z0-9]+")
_MEDIA_TYPES = {
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".mkv": "video/x-matroska",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file.

    Attributes:
        name: The last part of its address; a job's was given when it was queued.
        content_name: The last part of its other address, which names its content.
        extent: Of a pose: its size and what it shows.
        pose_asset_id: Of an image: the transparent picture that stands for it; its own id when it is that picture.
        job_id: The job that makes it.
    """

    id: str
    workspace_id: str
    collection_id: str
    kind: AssetKind
    name: str
    content_name: str
    media_type: str
    sha256: str
    size_bytes: int
    created_at: datetime
    width: int | None = None
    height: int | None = None
    duration_seconds: Fraction | None = None
    extent: PoseExtent | None = None
    pose_asset_id: str | None = None
    job_id: str | None = None


def derive_asset_id(job_id: str, kind: AssetKind) -> str:
    """Return the id of what a job makes: known before it is made, the same however often it is made."""
    return f"ast_{_digest('asset', job_id, kind)}"


def name_file(label: str, job_id: str, kind: AssetKind) -> str:
    """Return the name of a file that a job will make; as hard to guess as the job's id, which it carries."""
    return f"{_slug(label)}-{job_id.partition('_')[2]}{kind.suffix}"


def find_job_id(name: str) -> str | None:
    """Return the id of the job whose file this is, or None when no job makes files of such names."""
    match = _JOB_FILE.fullmatch(name)
    return None if match is None else f"job_{match[1]}"


def name_content(label: str, workspace_id: str, sha256: str, suffix: str) -> str:
    """Return the name of a file by its content: the same for the same bytes of the same owner."""
    return f"{_slug(label)}-{_digest('content', workspace_id, label, sha256)}{suffix}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:HASH_DIGITS]


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:SLUG_LIMIT].strip("-") or "clip"
