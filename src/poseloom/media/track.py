"""One video stream in one file, for codecs that need no more than that."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

import av
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from poseloom.media.draft import Draft
from poseloom.media.publication import guard_writing


class Track:
    """Writes frames of a known number; the last one is a keyframe, like the first.

    Keyframes depend on nothing but the picture and the settings, so a pose looks the same, bit for bit, at the end of
    one clip and at the start of the next. One thread, so that the same frames give the same bytes everywhere.

    Raises:
        StorageFailed: The file cannot be created.
    """

    def __init__(
        self,
        draft: Draft,
        *,
        container: str,
        codec: Literal["libvpx-vp9", "libx264"],
        options: Mapping[str, str],
        height: int,
        pix_fmt: str,
        matrix: Colorspace,
        comment: str | None = None,
    ) -> None:
        self._draft = draft
        self._written = 0
        muxing = {"fflags": "+bitexact", **({"movflags": "+faststart"} if container == "mp4" else {})}
        with guard_writing(draft.target):
            self._container = av.open(str(draft.path), "w", format=container, container_options=muxing)
            if comment is not None:
                self._container.metadata["comment"] = comment
            self._stream = self._container.add_stream(codec, rate=draft.fps, options=dict(options))
        self._stream.width, self._stream.height, self._stream.pix_fmt = draft.width, height, pix_fmt
        self._stream.time_base = 1 / draft.fps
        context = self._stream.codec_context
        context.thread_count = 1
        context.colorspace = matrix
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        context.color_range = ColorRange.MPEG

    def write(self, frame: av.VideoFrame) -> None:
        """Append a frame.

        Raises:
            StorageFailed: The file cannot be written.
        """
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
