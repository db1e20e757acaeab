import numpy as np
import pytest

from poseloom.core.clip import ClipFormat
from poseloom.frames.seam import measure_subject_psnr
from poseloom.media.colour import (
    Converter,
    Matrix,
    build_frame,
    narrow_to_matte,
    pass_through,
    read_planes,
    widen_from_matte,
)
from poseloom.testing.subject import draw_subject

LEVELS = np.arange(256, dtype=np.uint8)[None]


@pytest.mark.parametrize("fmt", [ClipFormat.WEBM, ClipFormat.HEVC])
def test_alpha_passes_exactly_where_it_has_a_plane_of_its_own(fmt: ClipFormat) -> None:
    image = draw_subject(96, 0.3)
    image[:64, :64, 3] = np.arange(256, dtype=np.uint8).repeat(16).reshape(64, 64)
    assert np.array_equal(pass_through(image, fmt)[..., 3], image[..., 3])


def test_a_matte_keeps_its_ends_exactly_and_the_rest_within_a_level() -> None:
    back = widen_from_matte(narrow_to_matte(LEVELS)).astype(int)
    assert back[0, 0] == 0
    assert back[0, -1] == 255
    assert np.abs(back - LEVELS).max() <= 1


@pytest.mark.parametrize("matrix", Matrix)
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 60), (20, 160, 240), (128, 128, 128)])
def test_flat_colours_come_back_within_rounding(matrix: Matrix, colour: tuple[int, int, int]) -> None:
    image = np.full((32, 48, 4), (*colour, 255), np.uint8)
    converter = Converter(matrix)
    back = converter.join(converter.split(image))
    assert np.abs(back.astype(int) - image).max() <= 2


@pytest.mark.parametrize("fmt", ClipFormat)
def test_nothing_is_shifted_on_the_way_there_and_back(fmt: ClipFormat) -> None:
    image = draw_subject((128, 96), 0.2)
    back = pass_through(image, fmt)
    here = measure_subject_psnr(back, image)
    assert all(here > measure_subject_psnr(np.roll(back, step, axis), image) for step in (-1, 1) for axis in (0, 1))


def test_the_ceiling_of_colourful_art_is_under_that_of_grey_art() -> None:
    image = draw_subject(128, 0)
    grey = image.copy()
    grey[..., :3] = image[..., 1:2]
    colourful_db = measure_subject_psnr(pass_through(image, ClipFormat.WEBM), image)
    assert measure_subject_psnr(pass_through(grey, ClipFormat.WEBM), grey) > colourful_db + 10


def test_planes_are_stored_and_read_without_the_padding_between_their_rows() -> None:
    planes = [np.arange(h * w, dtype=np.uint8).reshape(h, w) for h, w in ((98, 130), (49, 65), (49, 65))]
    back = read_planes(build_frame(planes, "yuv420p"))
    assert all(np.array_equal(a, b) for a, b in zip(planes, back, strict=True))
