"""What a clip file is."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from poseloom.core.clip import ALPHA_FLOOR_DB, ClipFormat
from poseloom.frames.seam import measure_alpha_psnr, measure_subject_psnr
from poseloom.media.decode import decode_ends
from poseloom.media.intake import Clip, open_clip

LOOP_FLOOR_DB = 30.0
"""First and last frame at least this alike count as one pose; frames a step apart are far below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipReport:
    """A clip file, measured.

    Attributes:
        format: What it is encoded as.
        codec: The codec's name.
        width: Pixels of a decoded picture.
        height: Pixels of a decoded picture, without a stacked matte.
        fps: Frames per second.
        frame_count: Frames in the file, counted.
        duration_seconds: From the first frame's start to the last one's end.
        size_bytes: Of the file.
        has_alpha: Whether it carries transparency.
        coverage: 0..1, how much of the first frame is covered; partly transparent pixels count partly.
        loops: Whether it ends as it starts.
        seam_db: PSNR of the last frame against the first, premultiplied, on the subject; `inf` when equal.
    """

    format: ClipFormat
    codec: str
    width: int
    height: int
    fps: Fraction
    frame_count: int
    duration_seconds: float
    size_bytes: int
    has_alpha: bool
    coverage: float
    loops: bool
    seam_db: float


def inspect_clip(path: Path) -> ClipReport:
    """Return what a clip file is, reading all of it and decoding its ends.

    Raises:
        InvalidClip: Not a clip of the three formats, damaged, cut short, or over a cap.
        StorageFailed: The file cannot be read.
    """
    first, last = decode_ends(path)
    seam = measure_subject_psnr(last, first)
    alpha_seam = measure_alpha_psnr(last, first)
    with open_clip(path) as clip:
        frame_count, duration = _measure_time(clip)
        return ClipReport(
            format=clip.format,
            codec={ClipFormat.WEBM: "vp9", ClipFormat.HEVC: "hevc", ClipFormat.STACKED: "h264"}[clip.format],
            width=clip.width,
            height=clip.height,
            fps=clip.fps,
            frame_count=frame_count,
            duration_seconds=duration,
            size_bytes=path.stat().st_size,
            has_alpha=clip.has_alpha,
            coverage=float(first[..., 3].mean()) / 255,
            loops=seam >= LOOP_FLOOR_DB and alpha_seam >= min(LOOP_FLOOR_DB, ALPHA_FLOOR_DB),
            seam_db=seam,
        )


def measure_duration(path: Path) -> float:
    """Return the true length of a clip in seconds, decoding nothing.

    Raises:
        InvalidClip: Not a clip that can be read.
        StorageFailed: The file cannot be read.
    """
    with open_clip(path) as clip:
        return _measure_time(clip)[1]


def _measure_time(clip: Clip) -> tuple[int, float]:
    spans = [
        ((packet.pts or 0) * packet.time_base, ((packet.pts or 0) + (packet.duration or 0)) * packet.time_base)
        for packet in clip.read_packets()
    ]
    span = max(end for _, end in spans) - min(start for start, _ in spans)
    steady = len(spans) / clip.fps
    # WebM rounds times to milliseconds; what is steady to half a frame is steady.
    return len(spans), float(steady if abs(span - steady) < 1 / (2 * clip.fps) else span)
