"""How finely a canvas must be encoded for no seam to show."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from poseloom.core.clip import ClipFormat, Quality
from poseloom.frames.image import Rgba
from poseloom.media.certificate import certify_clip
from poseloom.media.encode import STRENGTHS, encode_clip

_FPS = Fraction(24)


def choose_strength(
    poses: Sequence[Rgba],
    formats: Iterable[ClipFormat],
    quality: Quality,
    on_trial: Callable[[], None] | None = None,
) -> int:
    """Return the lowest rung of the ladder at which every pose's seam holds in every format.

    A keyframe depends on its picture and the settings alone, so a clip of one frame tells how the pose
    will look at the end of any clip. Flat grey art has a far higher ceiling than colourful art: no fixed
    quantiser is right for both.

    Args:
        poses: (H, W, 4) uint8 each, straight alpha, even sides.
        formats: What the clips will be encoded as.
        quality: The effort they will be encoded with.
        on_trial: Called before each pose is tried; what it raises ends the choice.

    Returns:
        A rung of `STRENGTHS`; the last one when none is enough, which then fails at its certificate.

    Raises:
        InvalidOrder: A pose's sides are not even.
        StorageFailed: There is no room for temporary files.
    """
    # Hardest first: what failed on one rung is what will fail on the next.
    trials = [(pose, fmt) for pose in poses for fmt in formats]
    with tempfile.TemporaryDirectory(prefix="poseloom-") as folder:
        for strength in STRENGTHS:
            for index, (pose, fmt) in enumerate(trials):
                if on_trial is not None:
                    on_trial()
                if not _holds(Path(folder), pose, fmt, quality, strength):
                    trials.insert(0, trials.pop(index))
                    break
            else:
                return strength
    return STRENGTHS[-1]


def _holds(folder: Path, pose: Rgba, fmt: ClipFormat, quality: Quality, strength: int) -> bool:
    path = folder / f"pose{fmt.suffix}"
    encode_clip([pose], {fmt: path}, fps=_FPS, frame_count=1, quality=quality, strength=strength)
    return certify_clip(path, fmt, pose, pose).holds
