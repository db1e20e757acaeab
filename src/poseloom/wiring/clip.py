"""Where doors get a clip's description from."""

from pathlib import Path

from poseloom.core.document import write_fps
from poseloom.media.inspection import inspect_clip


def describe_clip(path: Path) -> dict[str, object]:
    """Return what is in a clip, for a person or as JSON.

    Raises:
        InvalidClip: It is not a clip that can be read.
        StorageFailed: The file cannot be read.
    """
    report = inspect_clip(path)
    return {
        "format": report.format.value,
        "codec": report.codec,
        "width": report.width,
        "height": report.height,
        "fps": write_fps(report.fps),
        "frames": report.frame_count,
        "duration_seconds": round(report.duration_seconds, 3),
        "size_bytes": report.size_bytes,
        "has_alpha": report.has_alpha,
        "coverage": round(report.coverage, 4),
        "loops": report.loops,
        "first_to_last_db": "exact" if report.seam_db == float("inf") else round(report.seam_db, 1),
    }
