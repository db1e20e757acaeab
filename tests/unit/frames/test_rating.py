import cv2
import numpy as np
import pytest

from poseloom.core.confidence import Rendering
from poseloom.frames.image import Rgba
from poseloom.frames.inbetween import prepare_morph
from tests.unit.frames.hands import CALM, FACE, GRINNING, HANDS, SNEEZING, kiss


def resize(pose: Rgba, size_px: int) -> Rgba:
    return np.asarray(cv2.resize(pose, (size_px, size_px), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("size_px", [320, 512])
@pytest.mark.parametrize("where", HANDS)
def test_a_hand_that_appears_is_no_piece_of_the_face_that_turns(where: str, size_px: int) -> None:
    morph = prepare_morph(resize(FACE, size_px), resize(HANDS[where], size_px))
    assert morph.judgement.rendering is Rendering.FLOWS


@pytest.mark.parametrize("size_px", [320, 400, 512])
def test_a_handkerchief_is_no_white_of_an_eye_that_turns(size_px: int) -> None:
    morph = prepare_morph(resize(CALM, size_px), resize(SNEEZING, size_px))
    assert morph.judgement.limbs == 0


@pytest.mark.parametrize(
    ("heart", "size_px"), [((380, 370, 55), 320), ((400, 340, 70), 400), ((360, 390, 50), 512), ((400, 370, 70), 320)]
)
def test_a_heart_is_no_mouth_that_turns(heart: tuple[int, int, int], size_px: int) -> None:
    morph = prepare_morph(resize(GRINNING, size_px), resize(kiss(*heart), size_px))
    assert morph.judgement.limbs == 0
