"""Parts of a file that a request asks for (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"[ \t]*bytes[ \t]*=[ \t]*([0-9]{0,20})-([0-9]{0,20})[ \t]*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """Bytes `start` to before `end`. Empty when a request asks for what lies outside of the file."""

    start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return self.start >= self.end


def read_range(header: str, size_bytes: int) -> ByteRange | None:
    """Return the part of a file of `size_bytes` that a `Range` header asks for.

    Returns:
        None when the whole file is to be sent: the header has another unit or makes no sense, or asks for several
        parts, which no player does and which one whole answer satisfies.
    """
    match = _ONE_RANGE.fullmatch(header)
    if match is None:
        return None
    first, last = match.groups()
    if first:
        start = int(first)
        end = min(int(last) + 1, size_bytes) if last else size_bytes
        return None if last and int(last) < start else ByteRange(start=start, end=end)
    return ByteRange(start=max(size_bytes - int(last), 0), end=size_bytes) if last else None
