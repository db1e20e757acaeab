"""Clips back into pictures, transparency included, whatever carries it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import Colorspace

from poseloom.core.clip import ClipFormat
from poseloom.core.error import InvalidClip
from poseloom.frames.image import Rgba
from poseloom.media.colour import (
    Converter,
    Matrix,
    Plane8,
    Planes,
    build_frame,
    read_planes,
    widen_from_matte,
)
from poseloom.media.hevc_bitstream import take_alpha, take_alpha_parameters, take_base
from poseloom.media.hevc_unit import join_stream, read_layer, split_configuration, split_sample
from poseloom.media.intake import Clip, limit_decoder, open_clip
from poseloom.media.packet import CodedPacket

_MAX_UNPAIRED = 32
"""Pictures of one layer that may wait for the other's; twice what a decoder may hold back."""
_COLOUR_FORMATS = {"yuv420p", "yuvj420p", "yuva420p"}


def decode_clip(path: Path) -> Iterator[Rgba]:
    """Yield every frame of a clip, (H, W, 4) uint8, straight alpha; 255 where the file has none.

    Raises:
        InvalidClip: Not a clip of the three formats, damaged, cut short, or over a cap.
        StorageFailed: The file cannot be read.
    """
    with open_clip(path) as clip:
        painter = _Painter(clip)
        count = 0
        for planes in decode_planes(clip, clip.read_packets()):
            count += 1
            yield painter.paint(planes)
        _require(clip, found=count > 0)


def decode_first(path: Path) -> Rgba:
    """Return a clip's first frame; raises like `decode_clip`."""
    with open_clip(path) as clip:
        return _decode_first(clip)


def decode_ends(path: Path) -> tuple[Rgba, Rgba]:
    """Return a clip's first and last frame, decoding only the groups of pictures that hold them.

    Raises:
        InvalidClip: As `decode_clip`.
        StorageFailed: The file cannot be read.
    """
    with open_clip(path) as clip:
        first = _decode_first(clip)
    with open_clip(path) as clip:
        tail: list[CodedPacket] = []
        for packet in clip.read_packets():
            if packet.is_keyframe:
                tail.clear()
            tail.append(packet)
        last = None
        for last in decode_planes(clip, tail):  # noqa: B007 - the last one is wanted
            pass
        _require(clip, found=last is not None)
        assert last is not None
        return first, _Painter(clip).paint(last)


def decode_planes(clip: Clip, packets: Iterable[CodedPacket]) -> Iterator[Planes]:
    """Yield the planes of `packets`, which start at a keyframe, in the order of showing.

    Raises:
        InvalidClip: A frame of another size or pixel format than the file announces.
        FFmpegError: The decoder refuses; `open_clip` translates it.
    """
    match clip.format:
        case ClipFormat.WEBM:
            yield from _decode_webm(clip, packets)
        case ClipFormat.HEVC:
            yield from _decode_hevc(clip, packets)
        case ClipFormat.STACKED:
            yield from _decode_stacked(clip, packets)


def _decode_webm(clip: Clip, packets: Iterable[CodedPacket]) -> Iterator[Planes]:
    # The native decoder does not know the alpha layer.
    for frame in _decode(_create_decoder("libvpx-vp9"), packets):
        planes = _check(clip, frame, clip.height)
        colour = build_frame(planes[:3], "yuv420p")
        colour.colorspace = frame.colorspace
        yield Planes(colour=colour, alpha=planes[3].copy() if len(planes) > 3 else _opaque(clip))


def _decode_stacked(clip: Clip, packets: Iterable[CodedPacket]) -> Iterator[Planes]:
    context = _create_decoder("h264")
    context.extradata = clip.stream.codec_context.extradata
    for frame in _decode(context, packets):
        luma, blue, red = _check(clip, frame, 2 * clip.height)
        half = clip.height // 2
        colour = build_frame([luma[: clip.height], blue[:half], red[:half]], "yuv420p")
        colour.colorspace = frame.colorspace
        yield Planes(colour=colour, alpha=widen_from_matte(luma[clip.height :]))


def _decode_hevc(clip: Clip, packets: Iterable[CodedPacket]) -> Iterator[Planes]:
    """Decode the layers side by side, each as a stream of its own; they agree in time."""
    configuration = split_configuration(clip.stream.codec_context.extradata or b"")
    colour, alpha = _create_decoder("hevc"), _create_decoder("hevc")
    colour.extradata = join_stream(unit for unit in configuration if read_layer(unit) == 0)
    alpha.extradata = take_alpha_parameters(configuration) or None
    bases: dict[int | None, av.VideoFrame] = {}
    mattes: dict[int | None, av.VideoFrame] = {}
    for packet in _with_end(packets):
        units = None if packet is None else split_sample(bytes(packet))
        bases |= _decode_layer(colour, packet, None if units is None else take_base(units))
        if clip.has_alpha:
            mattes |= _decode_layer(alpha, packet, None if units is None else take_alpha(units))
        for time in list(bases):
            if clip.has_alpha and time not in mattes:
                break
            frame = bases.pop(time)
            built = build_frame(_check(clip, frame, clip.height)[:3], "yuv420p")
            built.colorspace = frame.colorspace
            matte = _check(clip, mattes.pop(time), clip.height)[0].copy() if clip.has_alpha else _opaque(clip)
            yield Planes(colour=built, alpha=matte)
        _check_pairs(clip, len(bases) + len(mattes), limit=_MAX_UNPAIRED)
    _check_pairs(clip, len(bases) + len(mattes), limit=0)


def _check_pairs(clip: Clip, unpaired: int, *, limit: int) -> None:
    if unpaired > limit:
        raise InvalidClip(f"{clip.path.name} has colour without alpha or the reverse; render it again")


def _decode_layer(
    context: VideoCodecContext, packet: CodedPacket | None, stream: bytes | None
) -> dict[int | None, av.VideoFrame]:
    if packet is None or stream is None:
        return {frame.pts: frame for frame in context.decode(None)}
    if not stream:
        return {}
    layer = av.Packet(stream)
    layer.pts, layer.dts, layer.time_base = packet.pts, packet.dts, packet.time_base
    return {frame.pts: frame for frame in context.decode(layer)}


def _decode(context: VideoCodecContext, packets: Iterable[CodedPacket]) -> Iterator[av.VideoFrame]:
    for packet in packets:
        yield from context.decode(packet)
    yield from context.decode(None)


def _with_end(packets: Iterable[CodedPacket]) -> Iterator[CodedPacket | None]:
    yield from packets
    yield None


def _create_decoder(name: str) -> VideoCodecContext:
    context = av.CodecContext.create(name, "r")
    assert isinstance(context, VideoCodecContext)
    limit_decoder(context)
    return context


def _check(clip: Clip, frame: av.VideoFrame, height: int) -> list[Plane8]:
    if (frame.width, frame.height) != (clip.width, height) or frame.format.name not in _COLOUR_FORMATS:
        raise InvalidClip(
            f"{clip.path.name} announces {clip.width}x{height} in 8-bit 4:2:0 and holds "
            f"{frame.width}x{frame.height} in {frame.format.name}; render it again"
        )
    return read_planes(frame)


def _require(clip: Clip, *, found: bool) -> None:
    if not found:
        raise InvalidClip(f"{clip.path.name} has no frames; render it again")


def _opaque(clip: Clip) -> Plane8:
    return np.full((clip.height, clip.width), 255, np.uint8)


def _decode_first(clip: Clip) -> Rgba:
    planes = next(decode_planes(clip, clip.read_packets()), None)
    _require(clip, found=planes is not None)
    assert planes is not None
    return _Painter(clip).paint(planes)


class _Painter:
    """Planes into pictures by the matrix that the frames name."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._converter: Converter | None = None

    def paint(self, planes: Planes) -> Rgba:
        if self._converter is None:
            tagged = planes.colour.colorspace == Colorspace.ITU709
            self._converter = Converter(Matrix.BT709 if tagged else Matrix.BT601)
        return self._converter.join(planes)
