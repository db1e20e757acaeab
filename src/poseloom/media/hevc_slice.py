"""HEVC's slice headers: another picture parameter set for a slice whose data is copied as it is.

Source: Rec. ITU-T H.265, 7.3.6.1 (header), 7.3.6.2 (list modification), 7.3.6.3 (weights).
"""

from poseloom.media.bit import BitReader, BitstreamError, BitWriter
from poseloom.media.hevc_parameter import (
    PictureParameters,
    ReferenceSet,
    SequenceParameters,
    parse_reference_set,
)
from poseloom.media.hevc_unit import UnitType, read_payload, read_type, replace_payload

_BOTH, _INTRA = 0, 2
"""slice_type: B and I; 1 is P."""
_HEADER_LIMIT = 512
"""Bytes within which a header ends; reading bits of a whole slice would be slow."""


def rename_slice(unit: bytes, sequence: SequenceParameters, picture: PictureParameters, identifier: int) -> bytes:
    """Return the slice pointing at the PPS called `identifier`; its coded data is unchanged.

    Raises:
        BitstreamError: Not a first slice of its picture, or a header that cannot be read.
    """
    payload = read_payload(unit)
    header = payload[:_HEADER_LIMIT]
    reader = BitReader(header)
    if not reader.read_flag():
        raise BitstreamError("met a picture of several slices")
    unit_type = read_type(unit)
    if UnitType.FIRST_RANDOM_ACCESS <= unit_type <= UnitType.LAST_RANDOM_ACCESS:
        reader.read_flag()
    start = reader.position
    named = reader.read_unsigned()
    if named != picture.identifier:
        raise BitstreamError(f"met a slice of PPS {named} where PPS {picture.identifier} is known")
    _skip_header(reader, unit_type, sequence, picture)
    end = reader.position
    padding = -(end + 1) % 8
    if reader.read(1 + padding) != 1 << padding:
        raise BitstreamError(f"met no alignment after a slice header of {end} bits")
    original, writer = BitReader(header), BitWriter()
    writer.copy(original, start)
    original.read_unsigned()
    writer.write_unsigned(identifier)
    writer.copy(original, end)
    writer.align()
    return replace_payload(unit, writer.to_bytes() + payload[reader.position // 8 :])


def _skip_header(reader: BitReader, unit_type: int, sequence: SequenceParameters, picture: PictureParameters) -> None:
    """Move to the end of the header, from behind slice_pic_parameter_set_id."""
    reader.read(picture.extra_slice_bits)
    slice_type = reader.read_unsigned()
    if slice_type > _INTRA:
        raise BitstreamError(f"met slice type {slice_type}")
    if picture.output_flag_present:
        reader.read_flag()
    references: ReferenceSet = ()
    temporal = False
    if unit_type not in {UnitType.IDR_WITH_LEADING, UnitType.IDR_ALONE}:
        reader.read(sequence.order_bits)
        references = _read_references(reader, sequence)
        temporal = sequence.temporal_prediction and reader.read_flag()
    offset_filter = False
    if sequence.offset_filter:
        luma = reader.read_flag()
        chroma = sequence.chroma_format != 0 and reader.read_flag()
        offset_filter = luma or chroma
    if slice_type != _INTRA:
        used = sum(used for _, used in references)
        _skip_prediction(reader, slice_type, sequence, picture, used=used, temporal=temporal)
    reader.read_signed()
    if picture.slice_chroma_offsets:
        reader.read_signed()
        reader.read_signed()
    _skip_filters(reader, picture, offset_filter=offset_filter)
    if picture.entry_points and reader.read_unsigned() != 0:
        raise BitstreamError("met entry points; encode without wavefronts")
    if picture.slice_extension:
        reader.read(8 * reader.read_unsigned())


def _read_references(reader: BitReader, sequence: SequenceParameters) -> ReferenceSet:
    known = sequence.reference_sets
    if not reader.read_flag():
        return parse_reference_set(reader, known, in_slice=True)
    if not known:
        raise BitstreamError("met a slice that uses a reference set of an SPS without any")
    index = reader.read((len(known) - 1).bit_length())
    if index >= len(known):
        raise BitstreamError(f"met reference set {index} of {len(known)}")
    return known[index]


def _skip_prediction(
    reader: BitReader,
    slice_type: int,
    sequence: SequenceParameters,
    picture: PictureParameters,
    *,
    used: int,
    temporal: bool,
) -> None:
    """Skip what P and B slices say about their references."""
    both = slice_type == _BOTH
    past, future = picture.default_references
    if reader.read_flag():
        past = reader.read_unsigned() + 1
        future = reader.read_unsigned() + 1 if both else future
    if picture.lists_modification and used > 1:
        for count in (past, future) if both else (past,):
            if reader.read_flag():
                reader.read(count * (used - 1).bit_length())
    if both:
        reader.read_flag()
    if picture.cabac_init_present:
        reader.read_flag()
    if temporal:
        from_past = reader.read_flag() if both else True
        if (past if from_past else future) > 1:
            reader.read_unsigned()
    if picture.weighted_both if both else picture.weighted_forward:
        _skip_weights(reader, (past, future) if both else (past,), coloured=sequence.chroma_format != 0)
    reader.read_unsigned()


def _skip_weights(reader: BitReader, lists: tuple[int, ...], *, coloured: bool) -> None:
    reader.read_unsigned()
    if coloured:
        reader.read_signed()
    for count in lists:
        luma = [reader.read_flag() for _ in range(count)]
        chroma = [coloured and reader.read_flag() for _ in range(count)]
        for has_luma, has_chroma in zip(luma, chroma, strict=True):
            for _ in range(2 * has_luma + 4 * has_chroma):
                reader.read_signed()


def _skip_filters(reader: BitReader, picture: PictureParameters, *, offset_filter: bool) -> None:
    disabled = picture.deblocking_disabled
    if picture.deblocking_override and reader.read_flag():
        disabled = reader.read_flag()
        if not disabled:
            reader.read_signed()
            reader.read_signed()
    if picture.filter_across_slices and (offset_filter or not disabled):
        reader.read_flag()
