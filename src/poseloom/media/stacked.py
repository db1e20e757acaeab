"""H.264 with the matte below the colour, in MP4, for players that combine the two in a shader."""

import numpy as np
from av.video.reformatter import Colorspace

from poseloom.core.clip import Quality
from poseloom.media.colour import NEUTRAL_CHROMA, Planes, build_frame, narrow_to_matte, read_planes
from poseloom.media.draft import Draft
from poseloom.media.track import Track

LAYOUT_MARK = "colour above, alpha below"
"""The file's comment, by which a reader knows that it is no ordinary video."""
_PRESETS = {Quality.STANDARD: "medium", Quality.PREVIEW: "veryfast"}


class StackedEncoder:
    """Writes an MP4 file, W x 2H, frame by frame; quantisers are constant, so equal poses stay equal."""

    def __init__(self, draft: Draft) -> None:
        options = {
            "preset": _PRESETS[draft.quality],
            "tune": "psnr",  # what a seam is measured by; the default trades it for grain
            "qp": str(draft.quantiser),
            "g": "600",
            "sc_threshold": "0",
            "forced-idr": "1",
        }
        self._track = Track(
            draft,
            container="mp4",
            codec="libx264",
            options=options,
            height=2 * draft.height,
            pix_fmt="yuv420p",
            matrix=Colorspace.ITU709,
            comment=LAYOUT_MARK,
        )
        self.finish = self._track.finish
        self.abandon = self._track.abandon

    def write(self, planes: Planes) -> None:
        """Append a frame, converted by BT.709.

        Raises:
            StorageFailed: The file cannot be written.
        """
        luma, blue, red = read_planes(planes.colour)
        grey = np.full_like(blue, NEUTRAL_CHROMA)
        stacked = [
            np.concatenate([luma, narrow_to_matte(planes.alpha)]),
            np.concatenate([blue, grey]),
            np.concatenate([red, grey]),
        ]
        self._track.write(build_frame(stacked, "yuv420p"))
