"""HEVC with alpha holds exactly what two ordinary HEVC streams would hold."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import PictureType
from av.video.reformatter import ColorRange

from poseloom.core.clip import Quality
from poseloom.frames.bleed import bleed
from poseloom.media.colour import Converter, Matrix, Plane8, Planes, build_matte, read_planes
from poseloom.media.decode import decode_planes
from poseloom.media.draft import Draft
from poseloom.media.hevc import HevcEncoder, open_layer
from poseloom.media.hevc_unit import read_layer, split_configuration
from poseloom.media.intake import open_clip
from poseloom.testing.subject import draw_subject

SIZES = [(128, 128), (96, 160), (130, 98), (202, 66), (66, 64)]


def draft_clip(path: Path, size: tuple[int, int], count: int, quality: Quality, quantiser: int) -> Draft:
    return Draft(
        path=path,
        target=path,
        width=size[0],
        height=size[1],
        fps=Fraction(24),
        frame_count=count,
        quality=quality,
        quantiser=quantiser,
    )


def draw_planes(size: tuple[int, int], count: int) -> list[Planes]:
    converter = Converter(Matrix.BT709)
    return [converter.split(bleed(draw_subject(size, index / count))) for index in range(count)]


def decode_alone(draft: Draft, levels: ColorRange, frames: list[av.VideoFrame]) -> list[list[Plane8]]:
    encoder, decoder = open_layer(draft, levels), av.CodecContext.create("hevc", "r")
    packets = []
    for index, frame in enumerate(frames):
        frame.pts, frame.time_base = index, Fraction(1, 24)
        frame.pict_type = PictureType.I if index == len(frames) - 1 else PictureType.NONE
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    decoded = [frame for packet in packets for frame in decoder.decode(packet)]
    return [read_planes(frame) for frame in [*decoded, *decoder.decode(None)]]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("quality", "quantiser"), [(Quality.STANDARD, 22), (Quality.PREVIEW, 10)])
def test_both_layers_decode_to_what_they_hold_alone(
    tmp_path: Path, size: tuple[int, int], quality: Quality, quantiser: int
) -> None:
    draft = draft_clip(tmp_path / "clip.mov", size, 10, quality, quantiser)
    source = draw_planes(size, 10)
    encoder = HevcEncoder(draft)
    for planes in source:
        encoder.write(planes)
    encoder.finish()
    with open_clip(draft.path) as clip:
        merged = list(decode_planes(clip, clip.read_packets()))
    colour = decode_alone(draft, ColorRange.MPEG, [planes.colour for planes in source])
    alpha = decode_alone(draft, ColorRange.JPEG, [build_matte(planes.alpha) for planes in source])
    for found, expected_colour, expected_alpha in zip(merged, colour, alpha, strict=True):
        for plane, expected in zip(read_planes(found.colour), expected_colour, strict=True):
            assert np.array_equal(plane, expected)
        assert np.array_equal(found.alpha, expected_alpha[0])


def test_a_decoder_that_knows_one_layer_shows_the_colour(tmp_path: Path) -> None:
    draft = draft_clip(tmp_path / "clip.mov", (128, 96), 8, Quality.PREVIEW, 22)
    encoder = HevcEncoder(draft)
    for planes in draw_planes((128, 96), 8):
        encoder.write(planes)
    encoder.finish()
    with av.open(str(draft.path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.codec_tag == "hvc1"
        shown = list(container.decode(stream))
    assert [(frame.width, frame.height) for frame in shown] == [(128, 96)] * 8


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_clips_shorter_than_the_reordering_are_whole_and_start_at_zero(tmp_path: Path, count: int) -> None:
    draft = draft_clip(tmp_path / "clip.mov", (64, 64), count, Quality.STANDARD, 22)
    encoder = HevcEncoder(draft)
    for planes in draw_planes((64, 64), count):
        encoder.write(planes)
    encoder.finish()
    with av.open(str(draft.path)) as container:
        times = sorted((packet.pts or 0) * packet.time_base for packet in container.demux(video=0) if packet.size)
    assert times == [Fraction(index, 24) for index in range(count)]


def test_the_header_carries_the_parameters_of_both_layers(tmp_path: Path) -> None:
    draft = draft_clip(tmp_path / "clip.mov", (64, 64), 2, Quality.PREVIEW, 22)
    encoder = HevcEncoder(draft)
    for planes in draw_planes((64, 64), 2):
        encoder.write(planes)
    encoder.finish()
    with av.open(str(draft.path)) as container:
        units = split_configuration(container.streams.video[0].codec_context.extradata or b"")
    assert sorted(read_layer(unit) for unit in units) == [0, 0, 0, 0, 1, 1]
