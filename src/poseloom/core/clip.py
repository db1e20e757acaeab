"""Clips: their formats, and the certificate that a seam is invisible (spec/clip.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from poseloom.core.confidence import Confidence

COLOUR_LOSS_LIMIT_DB = 1.5
"""How far a decoded end frame may lie under what its pixel format allows without a codec."""
CEILING_CAP_DB = 60.0
"""Ceilings count up to here: at 60 dB one sample in sixteen is off by one, which nobody sees.

Flat grey art passes 4:2:0 with almost no loss; to ask a codec for less than 1.5 dB on top of nothing would be to ask
for exactness, which H.264 cannot give in a profile that players decode.
"""
ALPHA_FLOOR_DB = 45.0
"""The least PSNR of an end frame's alpha."""


class ClipFormat(StrEnum):
    """What a clip is encoded as; every one carries transparency."""

    WEBM = "webm"
    """VP9 with an alpha layer: Chrome, Edge, Firefox, Windows and Linux clients."""
    HEVC = "hevc"
    """HEVC with an alpha layer in .mov: Safari, iOS, macOS clients."""
    STACKED = "stacked"
    """H.264 with the matte below the colour: anything that can run a shader."""

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        return {"webm": ".webm", "hevc": ".mov", "stacked": ".mp4"}[self.value]


class Quality(StrEnum):
    """How much effort an encoder spends."""

    STANDARD = "standard"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamEnd:
    """One end of a clip against its pose, in decibels; `inf` means exact.

    Attributes:
        colour_db: PSNR of the decoded frame, premultiplied, on the subject.
        ceiling_db: The same for the pose passed through the pixel format with no codec.
        alpha_db: PSNR of the alpha plane.
    """

    colour_db: float
    ceiling_db: float
    alpha_db: float

    @property
    def holds(self) -> bool:
        """Whether nobody sees this end jump."""
        least_db = min(self.ceiling_db, CEILING_CAP_DB) - COLOUR_LOSS_LIMIT_DB
        return self.colour_db >= least_db and self.alpha_db >= ALPHA_FLOOR_DB


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamCertificate:
    """Both ends of a clip against their poses."""

    first: SeamEnd
    last: SeamEnd

    @property
    def holds(self) -> bool:
        """Whether both ends are good."""
        return self.first.holds and self.last.holds


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipRecord:
    """What is known of a finished clip's file.

    Attributes:
        duration_seconds: Its true length, from its timestamps.
        confidence: How far its in-between is to be trusted; None unless it is a forward that was drawn here.
    """

    seam: SeamCertificate
    duration_seconds: float
    confidence: Confidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeClip:
    """The clip that serves an edge of a stored canvas now.

    Attributes:
        source_asset_id: Pose of its first frame, as the node named it.
        target_asset_id: Pose of its last frame.
        assets: Asset ids by kind (`core.asset.AssetKind`): the clip's formats, its poster, a forward's kept frames.
        duration_seconds: The files' true length.
        seam: Seam certificates by format, as a document.
        confidence: How far its in-between is to be trusted, or its forward's; None for a loop, or drawn elsewhere.
    """

    canvas_id: str
    edge_id: str
    workspace_id: str
    job_id: str
    source_asset_id: str
    target_asset_id: str
    assets: Mapping[str, str]
    duration_seconds: Fraction
    seam: Mapping[str, object]
    created_at: datetime
    confidence: Confidence | None = None
