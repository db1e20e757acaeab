"""Where doors get a clip's description from."""

from pathlib import Path

from poseloom.core.field import plain_number
from poseloom.media.inspection import inspect_clip


def describe_clip(path: Path) -> dict[str, object]:
    """Return what is in a clip, for a person or as JSON.

    Raises:
        InvalidClip: It is not a clip that can be read.
    """
    report = inspect_clip(path)
    raise NotImplementedError(report, plain_number)
