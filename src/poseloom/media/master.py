"""The master of a clip: its frames, exactly, so that any format and the reverse can be made from it.

FFV1 in Matroska, every frame on its own, so that it can be read backwards without holding it.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from poseloom.core.error import FaultError, InvalidClip
from poseloom.frames.image import Rgba
from poseloom.media.packet import CodedPacket
from poseloom.media.publication import guard_reading, guard_writing, publish


def write_master(frames: Iterable[Rgba], path: Path, *, fps: Fraction) -> Generator[Rgba]:
    """Yield `frames` on, each after it was written losslessly to `path`, a .mkv, holding one at a time.

    The file appears when the last frame was taken; a taker that stops before and closes leaves nothing.

    Args:
        frames: (H, W, 4) uint8 each, all of one size; any even or odd size.
        path: The master's name.
        fps: Frames per second.

    Raises:
        StorageFailed: The file cannot be written.
        FaultError: No frame came, or one of another size.
    """
    with publish([path]) as (draft,):
        with guard_writing(path):
            container = av.open(str(draft), "w", format="matroska", container_options={"fflags": "+bitexact"})
        try:
            yield from _write_frames(container, frames, path, fps)
            with guard_writing(path):
                container.close()
        finally:
            with suppress(OSError, av.FFmpegError):
                container.close()


def _write_frames(container: OutputContainer, frames: Iterable[Rgba], path: Path, fps: Fraction) -> Iterator[Rgba]:
    stream: VideoStream | None = None
    shape: tuple[int, ...] = ()
    for number, image in enumerate(frames):
        if stream is None:
            shape = image.shape
            stream = _add_stream(container, shape[1], shape[0], fps)
        if image.shape != shape:
            raise FaultError(f"frame {number + 1} is {image.shape}, the first is {shape}")
        bgra = np.asarray(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGBA2BGRA), np.uint8)
        frame = av.VideoFrame.from_ndarray(bgra, format="bgra")
        frame.pts, frame.time_base = number, 1 / fps
        with guard_writing(path):
            container.mux(stream.encode(frame))
        yield image
    if stream is None:
        raise FaultError("a master of no frames cannot be written")
    with guard_writing(path):
        container.mux(stream.encode(None))


def _add_stream(container: OutputContainer, width: int, height: int, fps: Fraction) -> VideoStream:
    options = {"level": "3", "g": "1", "slicecrc": "1", "slices": "4"}
    stream = container.add_stream("ffv1", rate=fps, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "bgra"
    stream.time_base = 1 / fps
    stream.codec_context.thread_count = 1
    return stream


def read_master(path: Path, *, reverse: bool = False) -> Iterator[Rgba]:
    """Yield a master's frames, (H, W, 4) uint8, exactly as they were written, holding one at a time.

    Args:
        path: A file of `write_master`.
        reverse: Whether to yield the last one first.

    Raises:
        InvalidClip: Not a master, damaged, or cut short.
        StorageFailed: The file cannot be read.
    """
    with guard_reading(path), path.open("rb"):
        pass
    try:
        with guard_reading(path), av.open(str(path.resolve()), "r", format="matroska") as container:
            if not container.streams.video or container.streams.video[0].codec_context.name != "ffv1":
                raise InvalidClip(f"{path.name} is no master; make the clip again")
            stream = container.streams.video[0]
            stream.thread_count = 1
            stream.codec_context.options = {"err_detect": "explode"}
            packets = _read_backwards(container, stream) if reverse else container.demux(stream)
            count = 0
            for packet in packets:
                for frame in stream.codec_context.decode(packet):
                    bgra = np.asarray(frame.to_ndarray(), np.uint8)
                    yield np.asarray(cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGBA), np.uint8)
                    count += 1
            announced = round((container.duration or 0) * (stream.average_rate or 0) / av.time_base)
            if count < announced:
                raise InvalidClip(f"{path.name} is cut short at frame {count} of {announced}; make the clip again")
    except av.FFmpegError as error:
        raise InvalidClip(f"{path.name} is damaged ({error.strerror}); make the clip again") from error


def _read_backwards(container: InputContainer, stream: VideoStream) -> Iterator[CodedPacket]:
    # Numbers are kept, pictures are not: each one is sought and read when its turn comes.
    times = [packet.pts for packet in container.demux(stream) if packet.size and packet.pts is not None]
    for time in reversed(times):
        container.seek(time, stream=stream)
        yield next(packet for packet in container.demux(stream) if packet.pts == time)
