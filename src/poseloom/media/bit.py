"""Reading and writing single bits, most significant first, with Exp-Golomb codes.

Source: Rec. ITU-T H.265, 7.2 (u(n)), 9.2 (ue(v), se(v)), 7.4.2 (emulation prevention).
"""

import re

_ESCAPED = re.compile(rb"\x00\x00\x03")
_TO_ESCAPE = re.compile(rb"\x00\x00(?=[\x00-\x03]|\Z)")
_MAX_EXP_GOLOMB_ZEROS = 32


class BitstreamError(ValueError):
    """Bytes are not the syntax that was expected; the message says what was met."""


class BitReader:
    """A cursor over `data`, counted in bits from its start."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._length = len(data) * 8
        self.position = 0

    def read(self, count: int) -> int:
        """Return the next `count` bits as an unsigned number, u(n).

        Raises:
            BitstreamError: Fewer bits are left.
        """
        end = self.position + count
        if end > self._length:
            raise BitstreamError(f"{count} bits asked for at bit {self.position} of {self._length}")
        self.position = end
        return (self._value >> (self._length - end)) & ((1 << count) - 1)

    def read_flag(self) -> bool:
        """Return the next bit, u(1)."""
        return self.read(1) == 1

    def read_unsigned(self) -> int:
        """Return an unsigned Exp-Golomb number, ue(v).

        Raises:
            BitstreamError: The code is cut off or longer than 32 leading zeros.
        """
        zeros = 0
        while not self.read_flag():
            zeros += 1
            if zeros > _MAX_EXP_GOLOMB_ZEROS:
                raise BitstreamError(f"an Exp-Golomb code with over {zeros - 1} zeros at bit {self.position}")
        return (1 << zeros) - 1 + self.read(zeros)

    def read_signed(self) -> int:
        """Return a signed Exp-Golomb number, se(v)."""
        code = self.read_unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


class BitWriter:
    """Bits in the order they are written."""

    def __init__(self) -> None:
        self._value = 0
        self.length = 0

    def write(self, value: int, count: int) -> None:
        """Append `value` as `count` bits, u(n).

        Raises:
            BitstreamError: It does not fit.
        """
        if not 0 <= value < 1 << count:
            raise BitstreamError(f"{value} does not fit into {count} bits")
        self._value = (self._value << count) | value
        self.length += count

    def write_flag(self, *, on: bool) -> None:
        """Append one bit, u(1)."""
        self.write(int(on), 1)

    def write_unsigned(self, value: int) -> None:
        """Append an unsigned Exp-Golomb number, ue(v)."""
        if value < 0:
            raise BitstreamError(f"{value} is negative and cannot be an unsigned Exp-Golomb number")
        code = value + 1
        self.write(code, 2 * code.bit_length() - 1)

    def write_signed(self, value: int) -> None:
        """Append a signed Exp-Golomb number, se(v)."""
        self.write_unsigned(2 * value - 1 if value > 0 else -2 * value)

    def copy(self, reader: BitReader, end: int) -> None:
        """Append what `reader` holds from its cursor up to bit `end`."""
        count = end - reader.position
        self.write(reader.read(count), count)

    def align(self) -> None:
        """Append a one and zeros up to a whole byte, rbsp_trailing_bits() and byte_alignment()."""
        self.write(1, 1)
        self.write(0, -self.length % 8)

    def to_bytes(self) -> bytes:
        """Return what was written.

        Raises:
            BitstreamError: It does not end on a whole byte.
        """
        if self.length % 8:
            raise BitstreamError(f"{self.length} bits are no whole number of bytes")
        return self._value.to_bytes(self.length // 8, "big")


def escape(payload: bytes) -> bytes:
    """Return `payload` with emulation prevention, so that no start code appears in it."""
    return _TO_ESCAPE.sub(b"\x00\x00\x03", payload)


def unescape(payload: bytes) -> bytes:
    """Return `payload` without its emulation prevention bytes, the inverse of `escape`."""
    return _ESCAPED.sub(b"\x00\x00", payload)


def find_stop_bit(payload: bytes) -> int:
    """Return the position of rbsp_stop_one_bit, the last one in `payload`.

    Raises:
        BitstreamError: There is none.
    """
    trimmed = payload.rstrip(b"\x00")
    if not trimmed:
        raise BitstreamError("a payload of zeros has no end")
    last = trimmed[-1]
    return len(trimmed) * 8 - (last & -last).bit_length()
