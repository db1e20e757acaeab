"""Clip files from anywhere, opened with care: the kind is told by the first bytes, sizes are capped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from poseloom.core.clip import ClipFormat
from poseloom.core.error import InvalidClip
from poseloom.media.bit import BitstreamError
from poseloom.media.hevc_bitstream import take_alpha_parameters
from poseloom.media.hevc_unit import split_configuration
from poseloom.media.packet import CodedPacket
from poseloom.media.publication import guard_reading
from poseloom.media.stacked import LAYOUT_MARK

MAX_SIDE = 4096
"""Pixels of a decoded picture's longer side."""
MAX_SECONDS = 600
MAX_FRAMES = 36_000
_MAX_CODED_PIXELS = 2 * MAX_SIDE * MAX_SIDE
_EBML = b"\x1a\x45\xdf\xa3"
_SNIFFED_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """An open clip file, nothing decoded yet.

    Attributes:
        path: The file.
        format: What it is.
        container: Open for reading.
        stream: Its picture track.
        width: Pixels of a decoded picture.
        height: Pixels of a decoded picture, without a stacked matte.
        fps: Frames per second, as the file says.
        has_alpha: Whether it carries transparency.
    """

    path: Path
    format: ClipFormat
    container: InputContainer
    stream: VideoStream
    width: int
    height: int
    fps: Fraction
    has_alpha: bool

    def read_packets(self) -> Iterator[CodedPacket]:
        """Yield the picture track's packets in file order.

        Raises:
            InvalidClip: More than `MAX_FRAMES` of them, or the file ends before it says it does.
        """
        end = Fraction(0)
        for number, packet in enumerate(self.container.demux(self.stream)):
            if packet.size == 0:
                continue
            if number >= MAX_FRAMES:
                raise InvalidClip(f"{self.path.name} has over {MAX_FRAMES} frames; shorten it")
            length = (packet.duration or 0) * packet.time_base or 1 / self.fps
            end = max(end, (packet.pts or 0) * packet.time_base + length)
            yield packet
        declared = Fraction(self.container.duration or 0, av.time_base)
        if declared - end > Fraction(3, 4) / self.fps:
            raise InvalidClip(
                f"{self.path.name} is cut short at {float(end):.2f} of {float(declared):.2f} seconds; "
                "copy or render it again"
            )


@contextmanager
def open_clip(path: Path) -> Iterator[Clip]:
    """Open a clip file for the length of a block.

    Raises:
        InvalidClip: Not one of the three formats, or over a cap; also for whatever
            the decoders refuse inside the block.
        StorageFailed: The file cannot be read.
    """
    with guard_reading(path):
        demuxer = _sniff(path)
    try:
        # An absolute name cannot be taken for a protocol, and a named demuxer opens no other file.
        with guard_reading(path), av.open(str(path.resolve()), "r", format=demuxer) as container:
            yield _describe(path, container)
    except (av.FFmpegError, BitstreamError) as error:
        raise InvalidClip(f"{path.name} is damaged ({_first_line(error)}); render it again") from error


def _sniff(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(_SNIFFED_SIZE)
    if start.startswith(_EBML):
        return "matroska"
    if start[4:8] == b"ftyp":
        return "mov"
    raise InvalidClip(f"{path.name} is neither WebM nor MOV nor MP4; give a clip that was exported here")


def _describe(path: Path, container: InputContainer) -> Clip:
    if not container.streams.video:
        raise InvalidClip(f"{path.name} has no pictures; give a clip that was exported here")
    stream = container.streams.video[0]
    context = stream.codec_context
    metadata = {name.lower(): value for name, value in {**container.metadata, **stream.metadata}.items()}
    match stream.codec_context.name.removeprefix("lib"):
        case "vp9" | "vpx-vp9":
            fmt, has_alpha = ClipFormat.WEBM, metadata.get("alpha_mode") == "1"
        case "hevc":
            fmt = ClipFormat.HEVC
            has_alpha = take_alpha_parameters(split_configuration(context.extradata or b"")) != b""
        case "h264" if metadata.get("comment") == LAYOUT_MARK:
            fmt, has_alpha = ClipFormat.STACKED, True
        case codec:
            raise InvalidClip(f"{path.name} is {codec} without a matte; give a clip that was exported here")
    height = context.height // 2 if fmt is ClipFormat.STACKED else context.height
    _check_caps(path, container, context.width, height)
    fps = stream.average_rate or stream.guessed_rate
    if not fps:
        raise InvalidClip(f"{path.name} does not say its frame rate; render it again")
    return Clip(
        path=path,
        format=fmt,
        container=container,
        stream=stream,
        width=context.width,
        height=height,
        fps=Fraction(fps),
        has_alpha=has_alpha,
    )


def _check_caps(path: Path, container: InputContainer, width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise InvalidClip(f"{path.name} is {width}x{height} pixels; up to {MAX_SIDE} a side are read")
    if (container.duration or 0) > MAX_SECONDS * av.time_base:
        raise InvalidClip(f"{path.name} is over {MAX_SECONDS} seconds long; shorten it")


def limit_decoder(context: av.CodecContext) -> None:
    """Keep a decoder to one thread, to the caps, and from passing over damage."""
    context.thread_count = 1
    context.options = {"max_pixels": str(_MAX_CODED_PIXELS), "err_detect": "explode"}


def _first_line(error: Exception) -> str:
    text = error.strerror if isinstance(error, av.FFmpegError) else str(error)
    return str(text).splitlines()[0]
