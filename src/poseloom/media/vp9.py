"""VP9 with an alpha layer in WebM."""

from contextlib import suppress

import av
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from poseloom.core.clip import Quality
from poseloom.media.colour import Planes, build_frame, read_planes
from poseloom.media.draft import Draft
from poseloom.media.publication import guard_writing

_EFFORT = {
    Quality.STANDARD: {"deadline": "good", "cpu-used": "2"},
    Quality.PREVIEW: {"deadline": "realtime", "cpu-used": "6"},
}


class Vp9Encoder:
    """Writes a WebM file frame by frame.

    First and last frame are keyframes. Those depend on nothing but the picture and the settings, so a
    pose looks the same, bit for bit, at the end of one clip and at the start of the next.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._written = 0
        with guard_writing(draft.target):
            self._container = av.open(str(draft.path), "w", format="webm", container_options={"fflags": "+bitexact"})
            options = {
                **_EFFORT[draft.quality],
                "b": "0",  # constant quality: crf alone decides
                "crf": str(draft.quantiser),
                "auto-alt-ref": "0",  # some decoders refuse hidden frames beside alpha
                "lag-in-frames": "0",
                "row-mt": "0",
            }
            self._stream = self._container.add_stream("libvpx-vp9", rate=draft.fps, options=options)
        self._stream.width, self._stream.height = draft.width, draft.height
        self._stream.pix_fmt = "yuva420p"
        self._stream.time_base = 1 / draft.fps
        context = self._stream.codec_context
        context.thread_count = 1
        # This mixture alone has the right colours in every browser; see media.colour.
        context.colorspace = Colorspace.SMPTE170M
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        context.color_range = ColorRange.MPEG

    def write(self, planes: Planes) -> None:
        """Append a frame, converted by BT.601.

        Raises:
            StorageFailed: The file cannot be written.
        """
        frame = build_frame([*read_planes(planes.colour), planes.alpha], "yuva420p")
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
