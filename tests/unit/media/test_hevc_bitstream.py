from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.reformatter import ColorRange

from poseloom.core.clip import Quality
from poseloom.media.bit import BitReader, BitstreamError, BitWriter
from poseloom.media.colour import build_matte
from poseloom.media.draft import Draft
from poseloom.media.hevc import open_layer
from poseloom.media.hevc_bitstream import bind, build_alpha_message, merge
from poseloom.media.hevc_parameter import (
    parse_picture,
    parse_reference_set,
    parse_sequence,
    rename_picture,
    rename_sequence,
)
from poseloom.media.hevc_slice import rename_slice
from poseloom.media.hevc_unit import (
    UnitType,
    is_slice,
    join_stream,
    read_layer,
    read_payload,
    read_type,
    relabel,
    split_configuration,
    split_sample,
    split_stream,
)
from poseloom.testing.subject import draw_subject

FRAMES = 9


def encode_matte(width: int, height: int) -> list[bytes]:
    draft = Draft(
        path=Path("unused"),
        target=Path("unused"),
        width=width,
        height=height,
        fps=Fraction(24),
        frame_count=FRAMES,
        quality=Quality.STANDARD,
        quantiser=22,
    )
    context = open_layer(draft, ColorRange.JPEG)
    packets = []
    for index in range(FRAMES):
        frame = build_matte(draw_subject((width, height), index / 8)[..., 3])
        frame.pts, frame.time_base = index, Fraction(1, 24)
        packets += context.encode(frame)
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]


@pytest.fixture(scope="module")
def stream() -> list[bytes]:
    return encode_matte(130, 98)


def find(stream: list[bytes], unit_type: UnitType) -> bytes:
    return next(unit for unit in split_stream(stream[0]) if read_type(unit) == unit_type)


def test_a_sequence_says_its_coded_size_and_window(stream: list[bytes]) -> None:
    sequence = parse_sequence(find(stream, UnitType.SEQUENCE_PARAMETERS))
    # Coded in blocks of 8, shown without the right 6 and the lower 6; the window counts chroma samples.
    assert (sequence.width, sequence.height) == (136, 104)
    assert sequence.window == (0, 3, 0, 3)


def test_a_renamed_sequence_differs_in_its_identifier_alone(stream: list[bytes]) -> None:
    original = find(stream, UnitType.SEQUENCE_PARAMETERS)
    renamed = rename_sequence(original, 1)
    start = parse_sequence(original).identifier_start
    before, after = BitReader(read_payload(original)), BitReader(read_payload(renamed))
    assert before.read(start) == after.read(start)
    assert (before.read_unsigned(), after.read_unsigned()) == (0, 1)
    assert before.read(190) == after.read(190)
    assert rename_sequence(renamed, 0) == original


def test_a_renamed_picture_set_points_at_its_sequence_and_differs_in_nothing_else(stream: list[bytes]) -> None:
    original = find(stream, UnitType.PICTURE_PARAMETERS)
    renamed = rename_picture(original, 5, sequence=3)
    reader = BitReader(read_payload(renamed))
    assert (reader.read_unsigned(), reader.read_unsigned()) == (5, 3)
    assert parse_picture(renamed).identifier == 5
    assert rename_picture(renamed, 0, sequence=0) == original


@pytest.mark.parametrize("identifier", [1, 6, 63])
def test_slices_of_every_type_come_back_when_renamed_twice(stream: list[bytes], identifier: int) -> None:
    sequence = parse_sequence(find(stream, UnitType.SEQUENCE_PARAMETERS))
    picture_set = find(stream, UnitType.PICTURE_PARAMETERS)
    renamed_set = parse_picture(rename_picture(picture_set, identifier, sequence=0))
    slices = [unit for sample in stream for unit in split_stream(sample) if is_slice(unit)]
    assert len({read_type(unit) for unit in slices}) > 2
    for unit in slices:
        renamed = rename_slice(unit, sequence, parse_picture(picture_set), identifier)
        assert renamed != unit
        assert rename_slice(renamed, sequence, renamed_set, 0) == unit


def test_a_slice_of_another_picture_set_is_refused(stream: list[bytes]) -> None:
    sequence = parse_sequence(find(stream, UnitType.SEQUENCE_PARAMETERS))
    other = parse_picture(rename_picture(find(stream, UnitType.PICTURE_PARAMETERS), 2, sequence=0))
    with pytest.raises(BitstreamError, match="slice of PPS 0 where PPS 2 is known"):
        rename_slice(next(filter(is_slice, split_stream(stream[0]))), sequence, other, 1)


def test_a_predicted_reference_set_moves_and_drops_references() -> None:
    writer = BitWriter()
    writer.write(1, 1)  # predicted from the set before
    writer.write(1, 1)  # by a step of
    writer.write_unsigned(0)  # -1
    writer.write(0b1, 1)  # -4 - 1 is used
    writer.write(0b01, 2)  # 1 - 1 is the picture itself, whatever is said of it
    writer.write(0b00, 2)  # 3 - 1 is dropped
    writer.write(0b01, 2)  # the base itself, -1, is kept but not used
    writer.align()
    base = ((-4, True), (1, True), (3, False))
    found = parse_reference_set(BitReader(writer.to_bytes()), (base,), in_slice=False)
    assert found == ((-1, False), (-5, True))


def test_a_reference_set_of_too_many_pictures_is_refused() -> None:
    writer = BitWriter()
    writer.write_unsigned(9)
    writer.write_unsigned(9)
    writer.align()
    with pytest.raises(BitstreamError, match="18 references"):
        parse_reference_set(BitReader(writer.to_bytes()), (), in_slice=False)


@pytest.mark.parametrize("kept", [3, 8, 14, 20])
def test_a_cut_off_sequence_is_refused(stream: list[bytes], kept: int) -> None:
    with pytest.raises(BitstreamError):
        parse_sequence(find(stream, UnitType.SEQUENCE_PARAMETERS)[:kept])


def test_units_survive_both_ways_of_storing_them(stream: list[bytes]) -> None:
    units = split_stream(stream[0])
    assert split_stream(join_stream(units)) == units
    assert split_sample(b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)) == units


def test_a_sample_whose_length_lies_is_refused() -> None:
    with pytest.raises(BitstreamError, match="ends at byte 104 of a sample of 6"):
        split_sample(b"\0\0\0\x64ab")


@pytest.mark.parametrize("record", [b"", b"\x01", bytes(40), b"\x01" + b"\xff" * 30])
def test_what_is_no_configuration_record_is_refused(record: bytes) -> None:
    with pytest.raises(BitstreamError):
        split_configuration(record)


def test_a_relabelled_unit_keeps_all_but_its_layer(stream: list[bytes]) -> None:
    unit = split_stream(stream[0])[0]
    moved = relabel(unit, 45)
    assert read_layer(moved) == 45
    assert read_type(moved) == read_type(unit)
    assert relabel(moved, 0) == unit


def test_the_alpha_message_is_that_of_the_standard() -> None:
    # Type 165, four bytes: not cancelled, straight, 8 bits, 0 is transparent, 255 is opaque.
    assert build_alpha_message().hex() == "4e01a50400007f9080"


def test_a_merged_access_unit_has_one_slice_in_each_layer(stream: list[bytes]) -> None:
    binding = bind(stream[0], stream[0])
    for sample in stream:
        merged = split_stream(merge(sample, sample, binding))
        assert [read_layer(unit) for unit in merged if is_slice(unit)] == [0, 1]
        assert not [unit for unit in merged if read_type(unit) in range(32, 36)]


def test_a_stream_without_parameters_cannot_be_bound(stream: list[bytes]) -> None:
    with pytest.raises(BitstreamError, match="without VIDEO_PARAMETERS, SEQUENCE_PARAMETERS"):
        bind(stream[1], stream[0])


def test_a_decoder_takes_the_renamed_stream(stream: list[bytes]) -> None:
    sequence_unit, picture_unit = (
        find(stream, UnitType.SEQUENCE_PARAMETERS),
        find(stream, UnitType.PICTURE_PARAMETERS),
    )
    sequence, picture = parse_sequence(sequence_unit), parse_picture(picture_unit)
    head = [
        find(stream, UnitType.VIDEO_PARAMETERS),
        rename_sequence(sequence_unit, 7),
        rename_picture(picture_unit, 9, sequence=7),
    ]
    decoder = av.CodecContext.create("hevc", "r")
    frames = decoder.decode(av.Packet(join_stream(head)))
    for sample in stream:
        units = [rename_slice(unit, sequence, picture, 9) for unit in split_stream(sample) if is_slice(unit)]
        frames += decoder.decode(av.Packet(join_stream(units)))
    frames += decoder.decode(None)
    assert len(frames) == FRAMES
