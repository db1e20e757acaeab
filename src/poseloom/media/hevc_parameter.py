"""HEVC's parameter sets: what slice headers depend on, new identifiers, and the set that binds two layers.

Source: Rec. ITU-T H.265, 7.3.2.1 to 7.3.2.3, 7.3.7 (reference picture sets), Annex F.7.3.2.1 (extension).
"""

from dataclasses import dataclass

from poseloom.media.bit import BitReader, BitstreamError, BitWriter, find_stop_bit
from poseloom.media.hevc_unit import UnitType, build_unit, read_payload, replace_payload

_PROFILE_TIER_LEVEL_BITS = 96
_MAX_REFERENCES = 16
_MAX_SETS = 64

ReferenceSet = tuple[tuple[int, bool], ...]
"""Pairs of distance in output order and whether the current picture uses it; nearest first, past first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceParameters:
    """What is needed of an SPS.

    Attributes:
        identifier_start: Bit at which sps_seq_parameter_set_id begins.
        profile_tier_level: profile_tier_level(1, 0), 96 bits as a number.
        chroma_format: chroma_format_idc, 0 or 1.
        width: pic_width_in_luma_samples.
        height: pic_height_in_luma_samples.
        window: The four conformance window offsets, in chroma units; None without a window.
        luma_depth_minus8: bit_depth_luma_minus8.
        chroma_depth_minus8: bit_depth_chroma_minus8.
        order_bits: Bits of slice_pic_order_cnt_lsb.
        buffering: sps_max_dec_pic_buffering_minus1, num_reorder_pics, latency_increase_plus1.
        offset_filter: sample_adaptive_offset_enabled_flag.
        reference_sets: The short-term reference picture sets.
        temporal_prediction: sps_temporal_mvp_enabled_flag.
    """

    identifier_start: int
    profile_tier_level: int
    chroma_format: int
    width: int
    height: int
    window: tuple[int, ...] | None
    luma_depth_minus8: int
    chroma_depth_minus8: int
    order_bits: int
    buffering: tuple[int, int, int]
    offset_filter: bool
    reference_sets: tuple[ReferenceSet, ...]
    temporal_prediction: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureParameters:
    """What slice headers need of a PPS; names follow 7.3.2.3.1."""

    identifier: int
    output_flag_present: bool
    extra_slice_bits: int
    cabac_init_present: bool
    default_references: tuple[int, int]
    slice_chroma_offsets: bool
    weighted_forward: bool
    weighted_both: bool
    entry_points: bool
    filter_across_slices: bool
    deblocking_override: bool
    deblocking_disabled: bool
    lists_modification: bool
    slice_extension: bool


def parse_sequence(unit: bytes) -> SequenceParameters:
    """Return what is needed of an SPS unit, 7.3.2.2.1.

    Raises:
        BitstreamError: Cut off, or with a feature that is not handled (named).
    """
    reader = BitReader(read_payload(unit))
    reader.read(4)
    _refuse(reader.read(3) != 0, "an SPS with temporal sub-layers")
    reader.read(1)
    profile = reader.read(_PROFILE_TIER_LEVEL_BITS)
    identifier_start = reader.position
    reader.read_unsigned()
    chroma_format = reader.read_unsigned()
    _refuse(chroma_format > 1, f"chroma format {chroma_format}, only grey and 4:2:0 are handled")
    width, height = reader.read_unsigned(), reader.read_unsigned()
    window = tuple(reader.read_unsigned() for _ in range(4)) if reader.read_flag() else None
    luma_depth, chroma_depth = reader.read_unsigned(), reader.read_unsigned()
    order_bits = reader.read_unsigned() + 4
    reader.read_flag()
    buffering = (reader.read_unsigned(), reader.read_unsigned(), reader.read_unsigned())
    for _ in range(6):  # block and transform sizes
        reader.read_unsigned()
    _refuse(reader.read_flag(), "an SPS with scaling lists")
    reader.read_flag()
    offset_filter = reader.read_flag()
    if reader.read_flag():  # raw samples: depths, sizes, filter
        reader.read(8)
        reader.read_unsigned()
        reader.read_unsigned()
        reader.read_flag()
    sets = _parse_reference_sets(reader)
    _refuse(reader.read_flag(), "an SPS with long-term references")
    return SequenceParameters(
        identifier_start=identifier_start,
        profile_tier_level=profile,
        chroma_format=chroma_format,
        width=width,
        height=height,
        window=window,
        luma_depth_minus8=luma_depth,
        chroma_depth_minus8=chroma_depth,
        order_bits=order_bits,
        buffering=buffering,
        offset_filter=offset_filter,
        reference_sets=sets,
        temporal_prediction=reader.read_flag(),
    )


def _parse_reference_sets(reader: BitReader) -> tuple[ReferenceSet, ...]:
    count = reader.read_unsigned()
    _refuse(count > _MAX_SETS, f"{count} reference picture sets, at most {_MAX_SETS} are legal")
    sets: list[ReferenceSet] = []
    for _ in range(count):
        sets.append(parse_reference_set(reader, tuple(sets), in_slice=False))
    return tuple(sets)


def parse_reference_set(reader: BitReader, known: tuple[ReferenceSet, ...], *, in_slice: bool) -> ReferenceSet:
    """Return st_ref_pic_set(), 7.3.7; `known` are the sets before it.

    Raises:
        BitstreamError: Cut off, or it builds on a set that does not exist.
    """
    if known and reader.read_flag():
        return _parse_predicted_set(reader, known, in_slice=in_slice)
    counts = (reader.read_unsigned(), reader.read_unsigned())
    _refuse(sum(counts) > _MAX_REFERENCES, f"{sum(counts)} references, at most {_MAX_REFERENCES} are legal")
    pairs = []
    for count, direction in zip(counts, (-1, 1), strict=True):
        distance = 0
        for _ in range(count):
            distance += direction * (reader.read_unsigned() + 1)
            pairs.append((distance, reader.read_flag()))
    return tuple(pairs)


def _parse_predicted_set(reader: BitReader, known: tuple[ReferenceSet, ...], *, in_slice: bool) -> ReferenceSet:
    back = reader.read_unsigned() + 1 if in_slice else 1
    _refuse(back > len(known), f"a reference set {back} before one of {len(known)}")
    base = known[len(known) - back]
    negative = reader.read_flag()
    step = (reader.read_unsigned() + 1) * (-1 if negative else 1)
    kept = {}
    for distance in (*(pair[0] + step for pair in base), step):
        used = reader.read_flag()
        if (used or reader.read_flag()) and distance != 0:
            kept[distance] = used
    # 7.4.8 (7-61, 7-62): the past first, then the future, each from near to far.
    order = sorted(kept, key=lambda distance: (distance > 0, abs(distance)))
    return tuple((distance, kept[distance]) for distance in order)


def parse_picture(unit: bytes) -> PictureParameters:
    """Return what slice headers need of a PPS unit, 7.3.2.3.1.

    Raises:
        BitstreamError: Cut off, or with a feature that is not handled (named).
    """
    reader = BitReader(read_payload(unit))
    identifier = reader.read_unsigned()
    reader.read_unsigned()
    reader.read_flag()
    output_flag = reader.read_flag()
    extra_bits = reader.read(3)
    reader.read_flag()
    cabac_init = reader.read_flag()
    references = (reader.read_unsigned() + 1, reader.read_unsigned() + 1)
    reader.read_signed()
    reader.read(2)
    if reader.read_flag():
        reader.read_unsigned()
    reader.read_signed()
    reader.read_signed()
    chroma_offsets, forward, both = reader.read_flag(), reader.read_flag(), reader.read_flag()
    reader.read_flag()
    tiles, wavefront = reader.read_flag(), reader.read_flag()
    _refuse(tiles, "a PPS with tiles")
    across = reader.read_flag()
    override = disabled = False
    if reader.read_flag():
        override, disabled = reader.read_flag(), reader.read_flag()
        if not disabled:
            reader.read_signed()
            reader.read_signed()
    _refuse(reader.read_flag(), "a PPS with scaling lists")
    modification = reader.read_flag()
    reader.read_unsigned()
    return PictureParameters(
        identifier=identifier,
        output_flag_present=output_flag,
        extra_slice_bits=extra_bits,
        cabac_init_present=cabac_init,
        default_references=references,
        slice_chroma_offsets=chroma_offsets,
        weighted_forward=forward,
        weighted_both=both,
        entry_points=wavefront,
        filter_across_slices=across,
        deblocking_override=override,
        deblocking_disabled=disabled,
        lists_modification=modification,
        slice_extension=reader.read_flag(),
    )


def rename_sequence(unit: bytes, identifier: int) -> bytes:
    """Return the SPS with another sps_seq_parameter_set_id; everything else is copied bit by bit."""
    start = parse_sequence(unit).identifier_start
    payload = read_payload(unit)
    reader, writer = BitReader(payload), BitWriter()
    writer.copy(reader, start)
    reader.read_unsigned()
    writer.write_unsigned(identifier)
    writer.copy(reader, find_stop_bit(payload))
    writer.align()
    return replace_payload(unit, writer.to_bytes())


def rename_picture(unit: bytes, identifier: int, *, sequence: int) -> bytes:
    """Return the PPS with another identifier, pointing at the SPS called `sequence`."""
    payload = read_payload(unit)
    reader, writer = BitReader(payload), BitWriter()
    reader.read_unsigned()
    reader.read_unsigned()
    writer.write_unsigned(identifier)
    writer.write_unsigned(sequence)
    writer.copy(reader, find_stop_bit(payload))
    writer.align()
    return replace_payload(unit, writer.to_bytes())


def build_single_layer_video(sequence: SequenceParameters) -> bytes:
    """Return the VPS unit of a stream that has the layer of `sequence` and no other, 7.3.2.1."""
    writer = BitWriter()
    _write_video_start(writer, sequence, layers=1)
    writer.write(0, 6)  # vps_max_layer_id
    writer.write_unsigned(0)  # vps_num_layer_sets_minus1
    writer.write(0, 2)  # no timing, no extension
    writer.align()
    return build_unit(UnitType.VIDEO_PARAMETERS, writer.to_bytes())


def build_alpha_video(sequence: SequenceParameters) -> bytes:
    """Return the VPS unit of colour in layer 0 and, independent of it, alpha in layer 1, F.7.3.2.1.

    Args:
        sequence: The colour layer's SPS; the alpha layer has the same size, depth and buffering.
    """
    writer = BitWriter()
    _write_video_start(writer, sequence, layers=2)
    writer.write(1, 6)  # vps_max_layer_id
    writer.write_unsigned(1)  # two layer sets; the second is
    writer.write(0b11, 2)  # both layers
    writer.write(0b01, 2)  # no timing, but an extension, which starts on a byte:
    while writer.length % 8:
        writer.write(1, 1)
    _write_video_extension(writer, sequence)
    writer.align()
    return build_unit(UnitType.VIDEO_PARAMETERS, writer.to_bytes())


def _write_video_start(writer: BitWriter, sequence: SequenceParameters, *, layers: int) -> None:
    writer.write(0, 4)  # vps_video_parameter_set_id
    writer.write(0b11, 2)  # base layer internal and available
    writer.write(layers - 1, 6)
    writer.write(0, 3)  # no temporal sub-layers
    writer.write(1, 1)  # temporal nesting
    writer.write(0xFFFF, 16)
    writer.write(sequence.profile_tier_level, _PROFILE_TIER_LEVEL_BITS)
    writer.write(1, 1)  # vps_sub_layer_ordering_info_present_flag
    for number in sequence.buffering:
        writer.write_unsigned(number)


def _write_video_extension(writer: BitWriter, sequence: SequenceParameters) -> None:
    writer.write(sequence.profile_tier_level & 0xFF, 8)  # general_level_idc
    writer.write(0, 1)  # splitting_flag
    writer.write(1 << (15 - 3), 16)  # scalability_mask_flag: AuxId alone
    writer.write(0, 3)  # dimension_id_len_minus1
    writer.write(0, 1)  # layers are numbered in order
    writer.write(1, 1)  # dimension_id[1][0]: AUX_ALPHA
    writer.write(0, 4)  # view_id_len
    writer.write(0, 1)  # layer 1 does not depend on layer 0
    writer.write_unsigned(0)  # num_add_layer_sets
    writer.write(0, 3)  # sub-layer maxima, temporal id, active reference layers: none
    writer.write_unsigned(1)  # two profiles, the second is the VPS's own
    writer.write_unsigned(0)  # num_add_olss
    writer.write(0, 2)  # default_output_layer_idc: every layer is shown
    writer.write(0b11, 2)  # profile_tier_level_idx[1]: that second profile for both layers
    writer.write_unsigned(0)  # one representation format
    _write_representation(writer, sequence)
    writer.write(0b101, 3)  # one active reference layer; orders not aligned; layer 1's IDR has no order
    writer.write(0, 1)  # dpb_size(): no sub-layer information
    pictures, reordered, latency = sequence.buffering
    for number in (pictures, pictures, reordered, latency):
        writer.write_unsigned(number)
    writer.write_unsigned(0)  # direct_dep_type_len_minus2
    writer.write(0, 1)  # no dependency for all layers
    writer.write_unsigned(0)  # vps_non_vui_extension_length
    writer.write(0, 2)  # no VUI, no second extension


def _write_representation(writer: BitWriter, sequence: SequenceParameters) -> None:
    writer.write(sequence.width, 16)
    writer.write(sequence.height, 16)
    writer.write(1, 1)  # depth and chroma follow
    writer.write(sequence.chroma_format, 2)
    writer.write(sequence.luma_depth_minus8, 4)
    writer.write(sequence.chroma_depth_minus8, 4)
    writer.write_flag(on=sequence.window is not None)
    for offset in sequence.window or ():
        writer.write_unsigned(offset)


def _refuse(condition: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if condition:
        raise BitstreamError(f"met {what}")
