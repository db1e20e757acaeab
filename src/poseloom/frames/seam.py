"""How far a frame lies from its pose, in decibels (spec/clip.md)."""

import math

import numpy as np

from poseloom.frames.image import Rgba, premultiply

PEAK = 255.0


def measure_subject_psnr(image: Rgba, reference: Rgba) -> float:
    """Return the PSNR in dB of premultiplied colour over the pixels where either picture shows something.

    Args:
        image: (H, W, 4) uint8, straight alpha.
        reference: The same shape.

    Returns:
        Decibels at peak 255; `inf` when equal there, and for two empty pictures.
    """
    shown = (image[..., 3] > 0) | (reference[..., 3] > 0)
    if not shown.any():
        return math.inf
    gap = premultiply(image[shown][None])[..., :3] - premultiply(reference[shown][None])[..., :3]
    return _decibels(float(np.mean(np.square(gap, dtype=np.float64))) * PEAK**2)


def measure_alpha_psnr(image: Rgba, reference: Rgba) -> float:
    """Return the PSNR in dB of the whole alpha plane at peak 255; `inf` when equal."""
    gap = image[..., 3].astype(np.float64) - reference[..., 3]
    return _decibels(float(np.mean(np.square(gap))))


def _decibels(mean_squared_error: float) -> float:
    return math.inf if mean_squared_error == 0 else 10 * math.log10(PEAK**2 / mean_squared_error)
