import cv2
import numpy as np
import pytest

from poseloom.frames.image import Rgba
from poseloom.frames.matte import key_flat_border
from poseloom.testing.subject import draw_subject


def flatten(picture: Rgba, backdrop: tuple[int, int, int]) -> Rgba:
    share = picture[..., 3:] / 255
    colour = picture[..., :3] * share + np.array(backdrop) * (1 - share)
    return np.dstack([(colour + 0.5).astype(np.uint8), np.full(picture.shape[:2], 255, np.uint8)])


@pytest.mark.parametrize("backdrop", [(255, 255, 255), (0, 177, 64), (90, 120, 200)])
def test_a_subject_comes_off_its_sheet_as_it_was(backdrop: tuple[int, int, int]) -> None:
    subject = draw_subject(200, 0.2)
    keyed = key_flat_border(flatten(subject, backdrop))
    assert keyed is not None
    error = np.abs(keyed[..., 3].astype(int) - subject[..., 3])
    assert error.mean() < 0.5
    assert np.count_nonzero(error > 40) < 20


def test_the_edge_keeps_no_colour_of_the_sheet() -> None:
    subject = draw_subject(200, 0.2)
    keyed = key_flat_border(flatten(subject, (0, 255, 0)))
    assert keyed is not None
    edge = keyed[(keyed[..., 3] > 20) & (keyed[..., 3] < 235)].astype(int)
    assert len(edge) > 100
    assert (edge[:, 1] - np.maximum(edge[:, 0], edge[:, 2])).max() < 25


def test_a_white_belly_on_a_white_sheet_stays() -> None:
    sheet = np.full((100, 100, 4), 255, np.uint8)
    cv2.circle(sheet, (50, 50), 30, (20, 20, 20, 255), -1, cv2.LINE_AA)
    cv2.circle(sheet, (50, 50), 15, (255, 255, 255, 255), -1, cv2.LINE_AA)
    keyed = key_flat_border(sheet)
    assert keyed is not None
    assert keyed[50, 50].tolist() == [255, 255, 255, 255]
    assert keyed[5, 5].tolist() == [0, 0, 0, 0]


def test_the_noise_of_a_jpeg_leaves_no_specks() -> None:
    subject = draw_subject(200, 0.2)
    colour = flatten(subject, (255, 255, 255))[..., :3]
    _, packed = cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_QUALITY, 85])
    noisy = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    keyed = key_flat_border(np.dstack([noisy, np.full((200, 200), 255, np.uint8)]))
    assert keyed is not None
    far = cv2.dilate(subject[..., 3], np.ones((9, 9), np.uint8)) == 0
    assert not keyed[far].any()


def test_dark_ink_on_a_nearly_black_sheet_stays() -> None:
    sheet = np.full((100, 100, 4), (30, 30, 30, 255), np.uint8)
    cv2.circle(sheet, (50, 50), 30, (20, 22, 38, 255), -1)
    keyed = key_flat_border(sheet)
    assert keyed is not None
    assert keyed[50, 50].tolist() == [20, 22, 38, 255]


def test_a_border_of_two_colours_is_not_flat() -> None:
    sheet = np.full((60, 60, 4), 255, np.uint8)
    sheet[:20, :, :3] = 40
    assert key_flat_border(sheet) is None


def test_a_picture_with_transparency_is_not_for_keying() -> None:
    assert key_flat_border(draw_subject(60, 0)) is None


def test_a_sheet_without_a_subject_becomes_empty() -> None:
    keyed = key_flat_border(np.full((30, 30, 4), 255, np.uint8))
    assert keyed is not None
    assert not keyed.any()
