"""The type of coded data; PyAV's class is generic for type checkers alone."""

from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:
    import av
    from av.stream import Stream
    from av.video.stream import VideoStream

CodedPacket: TypeAlias = Union["av.Packet[Stream]", "av.Packet[VideoStream]"]
"""A packet of a picture track, or of no track yet."""
