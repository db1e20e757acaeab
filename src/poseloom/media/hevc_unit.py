"""HEVC's NAL units: splitting streams into them and telling what they are.

A unit here is `bytes` without start code or length: two header bytes, then the escaped payload.
Source: Rec. ITU-T H.265, 7.3.1.2 (header), 7.4.2.2 (types), Annex B (byte stream);
ISO/IEC 14496-15, 8.3.2.1 (configuration record).
"""

import re
from collections.abc import Iterable
from enum import IntEnum

from poseloom.media.bit import BitstreamError, escape, unescape

HEADER_SIZE = 2
_START_CODE = re.compile(rb"\x00\x00\x01")
_CONFIGURATION_HEADER_SIZE = 22


class UnitType(IntEnum):
    """The types that are handled by name; every type up to `LAST_SLICE` is a slice."""

    FIRST_RANDOM_ACCESS = 16
    IDR_WITH_LEADING = 19
    IDR_ALONE = 20
    LAST_RANDOM_ACCESS = 23
    LAST_SLICE = 31
    VIDEO_PARAMETERS = 32
    SEQUENCE_PARAMETERS = 33
    PICTURE_PARAMETERS = 34
    ACCESS_UNIT_DELIMITER = 35
    PREFIX_MESSAGE = 39


def read_type(unit: bytes) -> int:
    """Return nal_unit_type, 0..63."""
    return (unit[0] >> 1) & 0x3F


def read_layer(unit: bytes) -> int:
    """Return nuh_layer_id, 0..63."""
    return ((unit[0] & 1) << 5) | (unit[1] >> 3)


def is_slice(unit: bytes) -> bool:
    """Return whether the unit carries coded picture data."""
    return read_type(unit) <= UnitType.LAST_SLICE


def relabel(unit: bytes, layer: int) -> bytes:
    """Return the unit as one of another layer."""
    return bytes([(unit[0] & 0xFE) | (layer >> 5), ((layer & 0x1F) << 3) | (unit[1] & 7)]) + unit[2:]


def build_unit(unit_type: int, payload: bytes) -> bytes:
    """Return a unit of layer 0 and temporal layer 0 around an unescaped payload."""
    return bytes([unit_type << 1, 1]) + escape(payload)


def read_payload(unit: bytes) -> bytes:
    """Return the unit's payload, unescaped."""
    return unescape(unit[HEADER_SIZE:])


def replace_payload(unit: bytes, payload: bytes) -> bytes:
    """Return the unit with another, unescaped, payload."""
    return unit[:HEADER_SIZE] + escape(payload)


def split_stream(stream: bytes) -> list[bytes]:
    """Return the units of an Annex B byte stream.

    Raises:
        BitstreamError: A unit is too short to have a header.
    """
    starts = [match.start() for match in _START_CODE.finditer(stream)]
    ends = [*starts[1:], len(stream)]
    # Zeros before the next start code are its own; a unit never ends in one.
    return _check(stream[start + 3 : end].rstrip(b"\x00") for start, end in zip(starts, ends, strict=True))


def join_stream(units: Iterable[bytes]) -> bytes:
    """Return the units as an Annex B byte stream."""
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def split_sample(sample: bytes) -> list[bytes]:
    """Return the units of a .mov sample, each after its length in four bytes.

    Raises:
        BitstreamError: A length reaches past the end.
    """
    units = []
    position = 0
    while position < len(sample):
        start = position + 4
        position = start + int.from_bytes(sample[position:start], "big")
        if position > len(sample):
            raise BitstreamError(f"a unit ends at byte {position} of a sample of {len(sample)}")
        units.append(sample[start:position])
    return _check(units)


def split_configuration(record: bytes) -> list[bytes]:
    """Return the parameter sets and messages of an HEVCDecoderConfigurationRecord, all layers.

    Raises:
        BitstreamError: It is not one, is cut off, or its samples do not use four-byte lengths.
    """
    if len(record) <= _CONFIGURATION_HEADER_SIZE or record[0] != 1:
        raise BitstreamError(f"{len(record)} bytes that are no HEVC configuration record")
    if record[21] & 3 != 3:
        raise BitstreamError(f"sample lengths of {(record[21] & 3) + 1} bytes, only 4 are handled")
    units = []
    position = _CONFIGURATION_HEADER_SIZE + 1
    for _ in range(record[_CONFIGURATION_HEADER_SIZE]):
        count = int.from_bytes(record[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            start = position + 2
            position = start + int.from_bytes(record[position:start], "big")
            if position > len(record) or start > len(record):
                raise BitstreamError(f"an HEVC configuration record cut off at byte {len(record)}")
            units.append(record[start:position])
    return _check(units)


def _check(units: Iterable[bytes]) -> list[bytes]:
    checked = list(units)
    for unit in checked:
        if len(unit) <= HEADER_SIZE:
            raise BitstreamError(f"a unit of {len(unit)} bytes, which is no more than a header")
    return checked
