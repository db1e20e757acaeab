"""Two HEVC streams as the two layers of one, and back: HEVC with alpha without an encoder that knows it.

The alpha stream keeps its coded data. Its units move to layer 1, its parameter sets get identifiers of
their own, its slice headers follow them, and a new VPS and an SEI message say what layer 1 means.
Source: Rec. ITU-T H.265, Annex F (multilayer), F.14.2.8 (alpha_channel_info).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from poseloom.media.bit import BitstreamError, BitWriter
from poseloom.media.hevc_parameter import (
    PictureParameters,
    SequenceParameters,
    build_alpha_video,
    build_single_layer_video,
    parse_picture,
    parse_sequence,
    rename_picture,
    rename_sequence,
)
from poseloom.media.hevc_slice import rename_slice
from poseloom.media.hevc_unit import (
    UnitType,
    build_unit,
    is_slice,
    join_stream,
    read_layer,
    read_type,
    relabel,
    split_stream,
)

ALPHA_LAYER = 1
_ALPHA_IDENTIFIER = 1
_ALPHA_CHANNEL_INFO = 165
_PARAMETER_TYPES = (UnitType.VIDEO_PARAMETERS, UnitType.SEQUENCE_PARAMETERS, UnitType.PICTURE_PARAMETERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What joins the two streams of one clip.

    Attributes:
        configuration: Annex B bytes for the container's header: VPS, both SPS, both PPS, SEI.
        reordered: By how many pictures decoding runs ahead of showing.
        alpha_sequence: The alpha stream's SPS, as it was encoded.
        alpha_picture: Its PPS.
    """

    configuration: bytes
    reordered: int
    alpha_sequence: SequenceParameters
    alpha_picture: PictureParameters


def bind(colour: bytes, alpha: bytes) -> Binding:
    """Return the binding of two streams, given the first access unit of each (Annex B).

    Raises:
        BitstreamError: A parameter set is missing or has a feature that is not handled.
    """
    _, colour_sequence, colour_picture = _find_parameters(colour)
    _, alpha_sequence, alpha_picture = _find_parameters(alpha)
    sequence = parse_sequence(colour_sequence)
    units = [
        build_alpha_video(sequence),
        colour_sequence,
        relabel(rename_sequence(alpha_sequence, _ALPHA_IDENTIFIER), ALPHA_LAYER),
        colour_picture,
        relabel(rename_picture(alpha_picture, _ALPHA_IDENTIFIER, sequence=_ALPHA_IDENTIFIER), ALPHA_LAYER),
        build_alpha_message(),
    ]
    return Binding(
        configuration=join_stream(units),
        reordered=sequence.buffering[1],
        alpha_sequence=parse_sequence(alpha_sequence),
        alpha_picture=parse_picture(alpha_picture),
    )


def merge(colour: bytes, alpha: bytes, binding: Binding) -> bytes:
    """Return one access unit (Annex B) of both layers from the same picture's access units.

    Parameter sets are left out: the container's header carries them.

    Raises:
        BitstreamError: A slice header cannot be read.
    """
    dropped = {*_PARAMETER_TYPES, UnitType.ACCESS_UNIT_DELIMITER}
    units = [unit for unit in split_stream(colour) if read_type(unit) not in dropped]
    for unit in split_stream(alpha):
        if is_slice(unit):
            renamed = rename_slice(unit, binding.alpha_sequence, binding.alpha_picture, _ALPHA_IDENTIFIER)
            units.append(relabel(renamed, ALPHA_LAYER))
    return join_stream(units)


def build_alpha_message() -> bytes:
    """Return the SEI unit that calls layer 1 straight alpha, 0 transparent to 255 opaque, F.14.2.8."""
    writer = BitWriter()
    writer.write(0, 1)  # alpha_channel_cancel_flag
    writer.write(0, 3)  # alpha_channel_use_idc: straight
    writer.write(0, 3)  # alpha_channel_bit_depth_minus8
    writer.write(0, 9)  # alpha_transparent_value
    writer.write(255, 9)  # alpha_opaque_value
    writer.write(0, 2)  # no increment, no clip
    writer.align()
    body = writer.to_bytes()
    return build_unit(UnitType.PREFIX_MESSAGE, bytes([_ALPHA_CHANNEL_INFO, len(body)]) + body + b"\x80")


def take_base(units: Iterable[bytes]) -> bytes:
    """Return the units of layer 0 as an Annex B stream."""
    return join_stream(unit for unit in units if read_layer(unit) == 0)


def take_alpha(units: Iterable[bytes]) -> bytes:
    """Return the slices of layer 1 as an Annex B stream of layer 0, for a decoder that knows one layer."""
    return join_stream(relabel(unit, 0) for unit in units if read_layer(unit) == ALPHA_LAYER and is_slice(unit))


def take_alpha_parameters(units: Iterable[bytes]) -> bytes:
    """Return layer 1's parameter sets as those of a stream of its own; empty when it has none.

    Raises:
        BitstreamError: A set is missing or has a feature that is not handled.
    """
    found = [
        relabel(unit, 0)
        for unit in units
        if read_layer(unit) == ALPHA_LAYER and read_type(unit) in _PARAMETER_TYPES[1:]
    ]
    if not found:
        return b""
    sequences = [unit for unit in found if read_type(unit) == UnitType.SEQUENCE_PARAMETERS]
    if not sequences:
        raise BitstreamError("met an alpha layer without its SPS")
    return join_stream([build_single_layer_video(parse_sequence(sequences[0])), *found])


def _find_parameters(stream: bytes) -> tuple[bytes, bytes, bytes]:
    units = {read_type(unit): unit for unit in reversed(split_stream(stream))}
    missing = [wanted.name for wanted in _PARAMETER_TYPES if wanted not in units]
    if missing:
        raise BitstreamError(f"met a first picture without {', '.join(missing)}")
    video, sequence, picture = (units[wanted] for wanted in _PARAMETER_TYPES)
    return video, sequence, picture
