import math

import numpy as np
import pytest

from poseloom.frames.image import blank
from poseloom.frames.seam import measure_alpha_psnr, measure_subject_psnr


def test_equal_pictures_are_infinitely_close() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (12, 9, 4), np.uint8)
    assert measure_subject_psnr(picture, picture) == math.inf
    assert measure_alpha_psnr(picture, picture) == math.inf


def test_two_empty_pictures_are_infinitely_close() -> None:
    assert measure_subject_psnr(blank(4), blank(4)) == math.inf


def test_colour_under_transparency_does_not_count() -> None:
    hidden = blank(4)
    hidden[..., :3] = 90
    assert measure_subject_psnr(hidden, blank(4)) == math.inf


def test_a_step_of_one_level_is_forty_eight_decibels() -> None:
    picture = np.full((4, 4, 4), 255, np.uint8)
    reference = picture.copy()
    reference[..., :3] = 254
    assert measure_subject_psnr(picture, reference) == pytest.approx(20 * math.log10(255), abs=1e-3)


def test_only_the_subject_counts_not_the_size_of_the_canvas() -> None:
    small, large = np.full((4, 4, 4), 255, np.uint8), blank(32)
    large[:4, :4] = 255
    dim_small, dim_large = small.copy(), large.copy()
    dim_small[..., 0] = 250
    dim_large[:4, :4, 0] = 250
    assert measure_subject_psnr(small, dim_small) == pytest.approx(measure_subject_psnr(large, dim_large))


def test_a_subject_that_is_missing_counts_on_both_sides() -> None:
    there = np.full((4, 4, 4), 255, np.uint8)
    assert measure_subject_psnr(there, blank(4)) == measure_subject_psnr(blank(4), there) == 0.0


def test_alpha_is_measured_on_the_whole_plane() -> None:
    picture = blank(2)
    picture[0, 0, 3] = 255
    assert measure_alpha_psnr(picture, blank(2)) == pytest.approx(10 * math.log10(4))
