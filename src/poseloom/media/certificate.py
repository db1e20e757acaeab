"""Proof that a clip's ends are its poses."""

from pathlib import Path

from poseloom.core.clip import ClipFormat, SeamCertificate, SeamEnd
from poseloom.core.error import SeamBroken
from poseloom.frames.image import Rgba
from poseloom.frames.seam import measure_alpha_psnr, measure_subject_psnr
from poseloom.media.colour import pass_through
from poseloom.media.decode import decode_ends


def certify_clip(path: Path, fmt: ClipFormat, source: Rgba, target: Rgba) -> SeamCertificate:
    """Return how far a clip's first and last frame lie from their poses.

    Args:
        path: The clip.
        fmt: What it was encoded as; decides the ceiling.
        source: The pose it starts from, (H, W, 4) uint8, straight alpha.
        target: The pose it ends in; for a reverse clip the caller swaps the two.

    Raises:
        InvalidClip: The file cannot be decoded.
        SeamBroken: A pose has another size than the clip.
        StorageFailed: The file cannot be read.
    """
    first, last = decode_ends(path)
    return SeamCertificate(first=_certify_end(path, fmt, first, source), last=_certify_end(path, fmt, last, target))


def _certify_end(path: Path, fmt: ClipFormat, frame: Rgba, pose: Rgba) -> SeamEnd:
    if frame.shape != pose.shape:
        raise SeamBroken(
            f"{path.name} is {frame.shape[1]}x{frame.shape[0]} but its pose is {pose.shape[1]}x{pose.shape[0]}; "
            "render the edge again"
        )
    return SeamEnd(
        colour_db=measure_subject_psnr(frame, pose),
        ceiling_db=measure_subject_psnr(pass_through(pose, fmt), pose),
        alpha_db=measure_alpha_psnr(frame, pose),
    )
