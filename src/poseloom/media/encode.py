"""One pass over frames, clips of several formats out."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import FaultError, InvalidOrder
from poseloom.frames.bleed import bleed
from poseloom.frames.image import Rgba
from poseloom.media.colour import Converter, Matrix, Planes, choose_matrix
from poseloom.media.draft import Draft
from poseloom.media.hevc import HevcEncoder
from poseloom.media.publication import publish
from poseloom.media.stacked import StackedEncoder
from poseloom.media.vp9 import Vp9Encoder

ENCODER_VERSION = "1"
"""Changes whenever the same frames would give other bytes; part of a clip's recipe."""

LADDER: Mapping[ClipFormat, tuple[int, ...]] = {
    ClipFormat.WEBM: (22, 16, 10, 5, 2, 2),
    ClipFormat.HEVC: (22, 18, 14, 10, 5, 0),
    ClipFormat.STACKED: (22, 18, 14, 10, 4, 2),
}
"""Quantisers by strength: crf for VP9, qp for the others; later ones are finer.

VP9's keyframes lose nothing from crf 2 down, HEVC loses nothing at 0. H.264 has no lossless rung because
players do not decode its lossless profile; at 2 about one sample in a thousand is off by one.
"""
STRENGTHS = range(len(LADDER[ClipFormat.WEBM]))
"""The rungs of the ladder, the same for every format."""


class Encoder(Protocol):
    """Writes one clip of one format."""

    def write(self, planes: Planes) -> None:
        """Append a frame, bled and converted by the matrix of the encoder's format."""

    def finish(self) -> None:
        """Write what is left and close the file."""

    def abandon(self) -> None:
        """Close the file as it is, after a failure; raises nothing."""


def open_encoder(draft: Draft, fmt: ClipFormat) -> Encoder:
    """Return an encoder of `fmt` that writes to `draft.path`.

    Raises:
        StorageFailed: The file cannot be created.
    """
    match fmt:
        case ClipFormat.WEBM:
            return Vp9Encoder(draft)
        case ClipFormat.HEVC:
            return HevcEncoder(draft)
        case ClipFormat.STACKED:
            return StackedEncoder(draft)


def encode_clip(
    frames: Iterable[Rgba],
    targets: Mapping[ClipFormat, Path],
    *,
    fps: Fraction,
    frame_count: int,
    quality: Quality,
    strength: int,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """Write `frames` as one clip per format, in one pass, holding one frame at a time.

    Files appear under their names when all of them are complete; after any exception none is left.
    The same arguments give the same bytes.

    Args:
        frames: (H, W, 4) uint8 each, straight alpha, not bled, of one size with even sides.
        targets: A file per format.
        fps: Frames per second.
        frame_count: How many frames will come, 1 or more.
        quality: The encoders' effort.
        strength: A rung of `STRENGTHS`; poses stay equal across clips only at equal strength and quality.
        on_frame: Called with the number of frames written so far, after each.

    Raises:
        InvalidOrder: The first frame's sides are not even.
        StorageFailed: A file cannot be written.
        FaultError: Frames of different sizes, or not as many as announced.
    """
    remaining = iter(frames)
    first = next(remaining, None)
    if first is None:
        raise FaultError("a clip of no frames cannot be encoded")
    height, width = first.shape[:2]
    if width % 2 or height % 2:
        raise InvalidOrder(f"frames are {width}x{height}, but sides must be even; resize them", field="size")
    with publish(list(targets.values())) as paths:
        drafts = {
            fmt: Draft(
                path=path,
                target=targets[fmt],
                width=width,
                height=height,
                fps=fps,
                frame_count=frame_count,
                quality=quality,
                quantiser=LADDER[fmt][strength],
            )
            for fmt, path in zip(targets, paths, strict=True)
        }
        with _Desk(drafts) as desk:
            for number, image in enumerate(chain([first], remaining), start=1):
                if number > frame_count or image.shape != first.shape:
                    raise FaultError(f"frame {number} of {frame_count} is {image.shape}, the first is {first.shape}")
                desk.write(image)
                if on_frame is not None:
                    on_frame(number)
            if number != frame_count:
                raise FaultError(f"{number} frames came where {frame_count} were announced")
            desk.finish()


class _Desk:
    """Several encoders that are fed together; whatever happens, all of them are closed."""

    def __init__(self, drafts: Mapping[ClipFormat, Draft]) -> None:
        self._drafts = drafts
        self._encoders: list[tuple[Matrix, Encoder]] = []
        self._converters = {matrix: Converter(matrix) for matrix in map(choose_matrix, drafts)}

    def __enter__(self) -> Self:
        try:
            for fmt, draft in self._drafts.items():
                self._encoders.append((choose_matrix(fmt), open_encoder(draft, fmt)))
        except BaseException:
            self._abandon()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._abandon()

    def write(self, image: Rgba) -> None:
        """Bleed and convert once, write to every encoder."""
        whole = bleed(image)
        planes = {matrix: converter.split(whole) for matrix, converter in self._converters.items()}
        for matrix, encoder in self._encoders:
            encoder.write(planes[matrix])

    def finish(self) -> None:
        """Complete every file."""
        for _, encoder in self._encoders:
            encoder.finish()

    def _abandon(self) -> None:
        for _, encoder in self._encoders:
            encoder.abandon()
