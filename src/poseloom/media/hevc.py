"""HEVC with an alpha layer in .mov: two ordinary x265 streams, merged while they come."""

import io
from collections import deque
from contextlib import suppress

import av
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from poseloom.core.clip import Quality
from poseloom.core.error import FaultError
from poseloom.media.bit import BitstreamError
from poseloom.media.colour import Planes, build_frame, build_matte, read_planes
from poseloom.media.draft import Draft
from poseloom.media.hevc_bitstream import Binding, bind, merge
from poseloom.media.packet import CodedPacket
from poseloom.media.publication import guard_writing

_PRESETS = {Quality.STANDARD: "medium", Quality.PREVIEW: "ultrafast"}
_PARAMETERS = {
    # Both streams must take the same picture types: nothing may be decided by content.
    "bframes": "3",
    "b-adapt": "0",
    "scenecut": "0",
    "open-gop": "0",
    "keyint": "600",
    "min-keyint": "600",
    # What the merge relies on.
    "repeat-headers": "1",
    "slices": "1",
    "wpp": "0",
    "no-opt-qp-pps": "1",
    "no-opt-ref-list-length-pps": "1",
    # No units beyond need.
    "info": "0",
    "hash": "0",
    "aud": "0",
    "hrd": "0",
    # One thread: the same bytes on every machine.
    "frame-threads": "1",
    "pools": "none",
    "log-level": "none",
}


class HevcEncoder:
    """Writes a .mov file frame by frame; quantisers are constant, so equal poses stay equal."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._written = 0
        self._muxed = 0
        with guard_writing(draft.target):
            self._colour = open_layer(draft, ColorRange.MPEG)
            self._alpha = open_layer(draft, ColorRange.JPEG)
            self._container = av.open(
                str(draft.path),
                "w",
                format="mov",
                container_options={"fflags": "+bitexact", "movflags": "+faststart"},
            )
        self._waiting: tuple[deque[CodedPacket], deque[CodedPacket]] = (deque(), deque())
        self._output: tuple[VideoStream, Binding] | None = None

    def write(self, planes: Planes) -> None:
        """Append a frame, converted by BT.709.

        Raises:
            StorageFailed: The file cannot be written.
        """
        colour = build_frame(read_planes(planes.colour), "yuv420p")
        alpha = build_matte(planes.alpha)
        for frame in (colour, alpha):
            frame.pts, frame.time_base = self._written, 1 / self._draft.fps
            if self._written == self._draft.frame_count - 1:
                frame.pict_type = PictureType.I
        self._written += 1
        self._encode(colour, alpha)

    def finish(self) -> None:
        """Write what is left and close the file.

        Raises:
            StorageFailed: The file cannot be written.
            FaultError: The two encoders did not agree.
        """
        self._encode(None, None)
        if any(self._waiting):
            raise FaultError(f"the layers of {self._draft.target.name} have different lengths")
        with guard_writing(self._draft.target):
            self._container.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        with suppress(OSError, av.FFmpegError):
            self._container.close()

    def _encode(self, colour: av.VideoFrame | None, alpha: av.VideoFrame | None) -> None:
        with guard_writing(self._draft.target):
            self._waiting[0].extend(self._colour.encode(colour))
            self._waiting[1].extend(self._alpha.encode(alpha))
            while all(self._waiting):
                self._mux(self._waiting[0].popleft(), self._waiting[1].popleft())

    def _mux(self, colour: CodedPacket, alpha: CodedPacket) -> None:
        if (colour.pts, colour.is_keyframe) != (alpha.pts, alpha.is_keyframe):
            raise FaultError(
                f"the layers of {self._draft.target.name} differ in order: colour {colour.pts}, alpha {alpha.pts}"
            )
        try:
            if self._output is None:
                binding = bind(bytes(colour), bytes(alpha))
                self._output = _add_stream(self._container, bytes(colour), binding, self._draft), binding
            stream, binding = self._output
            packet = av.Packet(merge(bytes(colour), bytes(alpha), binding))
        except BitstreamError as error:
            raise FaultError(
                f"the layers of {self._draft.target.name} do not merge: {error}; please report it"
            ) from error
        packet.stream, packet.time_base = stream, 1 / self._draft.fps
        # x265's own decoding times are noise in clips shorter than its reordering.
        packet.pts, packet.dts, packet.duration = colour.pts, self._muxed - binding.reordered, 1
        self._muxed += 1
        packet.is_keyframe = colour.is_keyframe
        self._container.mux(packet)


def open_layer(draft: Draft, levels: ColorRange) -> VideoCodecContext:
    """Return an x265 encoder for one layer of `draft`: yuv420p in, Annex B packets out."""
    context = av.CodecContext.create("libx265", "w")
    context.width, context.height = draft.width, draft.height
    context.pix_fmt = "yuv420p"
    context.framerate, context.time_base = draft.fps, 1 / draft.fps
    context.thread_count = 1
    # At 0 the quantiser is left out altogether: flat art with soft edges has a ceiling that asks for it.
    parameters = {**_PARAMETERS, "lossless": "1" if draft.quantiser == 0 else "0"}
    context.options = {
        "preset": _PRESETS[draft.quality],
        "tune": "psnr",  # what a seam is measured by; the default trades it for grain
        "qp": str(draft.quantiser),
        "forced-idr": "1",
        "x265-params": ":".join(f"{name}={value}" for name, value in parameters.items()),
    }
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.color_range = levels
    return context


def _add_stream(container: OutputContainer, first_unit: bytes, binding: Binding, draft: Draft) -> VideoStream:
    # Only a demuxed stream can be a template for packets that were encoded elsewhere.
    rate = {"framerate": f"{draft.fps.numerator}/{draft.fps.denominator}"}
    with av.open(io.BytesIO(first_unit), "r", format="hevc", options=rate) as source:
        stream = container.add_stream_from_template(source.streams.video[0], opaque=True)
    stream.time_base = 1 / draft.fps
    stream.codec_context.codec_tag = "hvc1"
    # As Annex B: from a ready configuration record the muxer would drop layer 1.
    stream.codec_context.extradata = binding.configuration
    return stream
