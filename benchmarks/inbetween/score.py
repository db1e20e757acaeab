"""What an in-between is worth beside the truth.

All pictures are (H, W, 4) uint8, straight alpha, of one size. Lines are found, and colours compared, on a ground of
one colour that no sprite has much of.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.inbetween.pair import Mask
from poseloom.frames.image import Plane, Premultiplied, Rgba, premultiply

GROUND = (0.5, 0.75, 0.5)
_SEEN_ALPHA = 0.05
_BEST_PSNR = 60.0
_FARTHEST_PX = 30.0
_CANNY = (60, 140)
_SSIM_WINDOW = 7
_NEAR_LINE_PX = 16.0


def score_picture(picture: Rgba, truth: Rgba) -> dict[str, float]:
    """Return every score of `picture` against `truth`.

    `psnr`, `ssim`, `iou` and `sharp` are best high (`sharp` at 1); `line_px`, `doubled` and `ghost` are best at 0.
    """
    ours, theirs = premultiply(picture), premultiply(truth)
    seen = (ours[..., 3] > _SEEN_ALPHA) | (theirs[..., 3] > _SEEN_ALPHA)
    lines, true_lines = find_lines(ours), find_lines(theirs)
    return {
        "psnr": measure_psnr(ours, theirs, seen),
        "ssim": measure_ssim(lay_on_ground(ours), lay_on_ground(theirs), seen),
        "iou": measure_iou(ours[..., 3], theirs[..., 3]),
        "line_px": measure_line_distance(lines, true_lines),
        "doubled": measure_doubled(lines, true_lines),
        "ghost": measure_ghost(ours[..., 3], theirs[..., 3]),
        "sharp": measure_sharpness(ours, theirs),
    }


def measure_psnr(ours: Premultiplied, theirs: Premultiplied, seen: Mask) -> float:
    """Return the peak signal-to-noise ratio in dB over what is `seen`, at most 60."""
    gap = (ours - theirs)[seen]
    return min(_BEST_PSNR, float(-10 * np.log10(np.mean(gap * gap) + 1e-9)))


def measure_ssim(ours: NDArray[np.float32], theirs: NDArray[np.float32], seen: Mask) -> float:
    """Return the mean structural similarity over what is `seen`, -1..1.

    Args:
        ours: (H, W, 3) float32 in 0..1.
        theirs: The same shape.
        seen: (H, W) bool.
    """
    # Wang et al., "Image Quality Assessment" (2004): a flat window of 7 × 7, unbiased covariances.
    one, other = ours.astype(np.float64), theirs.astype(np.float64)
    mean_one, mean_other = _average(one), _average(other)
    unbiased = _SSIM_WINDOW**2 / (_SSIM_WINDOW**2 - 1)
    variance_one = unbiased * (_average(one * one) - mean_one * mean_one)
    variance_other = unbiased * (_average(other * other) - mean_other * mean_other)
    covariance = unbiased * (_average(one * other) - mean_one * mean_other)
    c1, c2 = 0.01**2, 0.03**2
    likeness = (2 * mean_one * mean_other + c1) * (2 * covariance + c2)
    likeness /= (mean_one**2 + mean_other**2 + c1) * (variance_one + variance_other + c2)
    return float(likeness.mean(axis=2)[seen].mean())


def measure_iou(ours: Plane, theirs: Plane) -> float:
    """Return the soft intersection over union of two alpha planes in 0..1."""
    return float(np.minimum(ours, theirs).sum() / (np.maximum(ours, theirs).sum() + 1e-6))


def measure_ghost(ours: Plane, theirs: Plane) -> float:
    """Return how much more half-transparency there is than in the truth, as a share of the truth's area."""
    return float((_haze(ours) - _haze(theirs)) / max(float(theirs.sum()), 1e-6))


def measure_sharpness(ours: Premultiplied, theirs: Premultiplied) -> float:
    """Return the sum of gradients as a multiple of the truth's."""
    return _contrast(lay_on_ground(ours)) / max(_contrast(lay_on_ground(theirs)), 1e-6)


def measure_line_distance(lines: Mask, true_lines: Mask) -> float:
    """Return the symmetric Chamfer distance of two line drawings in pixels, at most 30."""
    there = _measure_reach(true_lines)[lines].mean() if lines.any() else _FARTHEST_PX
    back = _measure_reach(lines)[true_lines].mean() if true_lines.any() else _FARTHEST_PX
    return float((there + back) / 2)


def measure_doubled(lines: Mask, true_lines: Mask) -> float:
    """Return by how much lines are longer than the truth's, place by place, as a share of the truth's length.

    A line that is displaced by less than about 16 pixels is as long as the true one around there and costs nothing;
    one that is drawn twice does, and a line that is missing elsewhere does not make up for it.
    """
    excess = np.maximum(_spread(lines) - _spread(true_lines), 0)
    return float(excess.sum() / max(float(true_lines.sum()), 1.0))


def find_lines(image: Premultiplied) -> Mask:
    """Return (H, W) bool: the edges that Canny's detector finds in any colour channel."""
    levels = np.asarray(lay_on_ground(image) * np.float32(255), np.uint8)
    channels = [cv2.Canny(np.ascontiguousarray(levels[..., index]), *_CANNY) for index in range(3)]
    return np.asarray(np.max(channels, axis=0) > 0)


def lay_on_ground(image: Premultiplied) -> NDArray[np.float32]:
    """Return (H, W, 3) float32 in 0..1: the picture on the ground of one colour."""
    ground = np.array(GROUND, np.float32)
    return np.asarray(np.clip(image[..., :3] + (1 - image[..., 3:]) * ground, 0, 1), np.float32)


def _average(values: NDArray[np.float64]) -> NDArray[np.float64]:
    window = (_SSIM_WINDOW, _SSIM_WINDOW)
    return np.asarray(cv2.blur(values, window, borderType=cv2.BORDER_REFLECT), np.float64)


def _haze(alpha: Plane) -> float:
    return float((4 * alpha * (1 - alpha)).sum())


def _contrast(image: NDArray[np.float32]) -> float:
    return float(np.abs(np.diff(image, axis=0)).sum() + np.abs(np.diff(image, axis=1)).sum())


def _measure_reach(lines: Mask) -> Plane:
    distance = cv2.distanceTransform(np.asarray(~lines, np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.minimum(distance, _FARTHEST_PX), np.float32)


def _spread(lines: Mask) -> Plane:
    blurred = cv2.GaussianBlur(lines.astype(np.float32), (0, 0), _NEAR_LINE_PX, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32)
