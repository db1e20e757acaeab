"""H.264 with the matte below the colour, in MP4, for players that combine the two in a shader."""

from contextlib import suppress

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from poseloom.core.clip import Quality
from poseloom.media.colour import NEUTRAL_CHROMA, Planes, build_frame, narrow_to_matte, read_planes
from poseloom.media.draft import Draft
from poseloom.media.publication import guard_writing

LAYOUT_MARK = "colour above, alpha below"
"""The file's comment, by which a reader knows that it is no ordinary video."""
_PRESETS = {Quality.STANDARD: "medium", Quality.PREVIEW: "veryfast"}


class StackedEncoder:
    """Writes an MP4 file, W x 2H, frame by frame; quantisers are constant, so equal poses stay equal."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._written = 0
        with guard_writing(draft.target):
            self._container = av.open(
                str(draft.path),
                "w",
                format="mp4",
                container_options={"fflags": "+bitexact", "movflags": "+faststart"},
            )
            options = {
                "preset": _PRESETS[draft.quality],
                "tune": "psnr",  # what a seam is measured by; the default trades it for grain
                "qp": str(draft.quantiser),
                "g": "600",
                "sc_threshold": "0",
                "forced-idr": "1",
            }
            self._container.metadata["comment"] = LAYOUT_MARK
            self._stream = self._container.add_stream("libx264", rate=draft.fps, options=options)
        self._stream.width, self._stream.height = draft.width, 2 * draft.height
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = 1 / draft.fps
        context = self._stream.codec_context
        context.thread_count = 1
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        context.color_range = ColorRange.MPEG

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
        frame = build_frame(stacked, "yuv420p")
        frame.pts, frame.time_base = self._written, 1 / self._draft.fps
        self._written += 1
        if self._written == self._draft.frame_count:
            frame.pict_type = PictureType.I
        with guard_writing(self._draft.target):
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what is left and close the file.

        Raises:
            StorageFailed: The file cannot be written.
        """
        with guard_writing(self._draft.target):
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        with suppress(OSError, av.FFmpegError):
            self._container.close()
