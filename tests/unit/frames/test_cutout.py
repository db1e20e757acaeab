"""Figures of other kinds than the rig, half-way beside their truth."""

import pytest

from benchmarks.inbetween.redrawing import RedrawnItem
from benchmarks.inbetween.score import score_picture
from benchmarks.inbetween.shape import Stand
from benchmarks.inbetween.troupe import STANDS, TroupeItem
from poseloom.frames.inbetween import Morph, prepare_morph


def prepare(figure: str, target: Stand) -> tuple[Morph, float]:
    """Return what lies between how a figure stands and `target`, and half-way its PSNR in dB beside the truth."""
    pair = TroupeItem(id=figure, level="hard", figure=figure, source=Stand(), target=target).load()
    morph = prepare_morph(pair.source, pair.target)
    return morph, score_picture(morph.draw(0.5), pair.truth[0.5])["psnr"]


def test_a_hand_that_bends_goes_along_with_its_sleeve() -> None:
    morph, psnr_db = prepare("girl", Stand(right_arm=140, right_elbow=30))
    assert morph.judgement.limbs == 1
    assert psnr_db > 22


def test_an_arm_stays_on_a_body_of_another_colour_behind_which_it_begins() -> None:
    _, psnr_db = prepare("blob", STANDS["wave"])
    assert psnr_db > 31


def test_what_goes_on_of_a_limb_behind_the_body_is_no_limb_of_its_own() -> None:
    morph, _ = prepare("blob", STANDS["wave"])
    assert [limb.is_front for limb in morph.limbs] == [False, True]
    assert morph.judgement.limbs == 1


@pytest.mark.parametrize("target", ["aside", "away"])
def test_a_face_that_looks_far_aside_slides(target: str) -> None:
    morph, psnr_db = prepare("blob", STANDS[target])
    assert not morph.limbs
    assert psnr_db > 25


@pytest.mark.parametrize("target", ["aside", "away"])
def test_a_face_slides_though_the_other_drawing_is_not_exact(target: str) -> None:
    """What is a little off everywhere is left open however the face goes."""
    exact = TroupeItem(id=target, level="hard", figure="blob", source=Stand(), target=STANDS[target])
    pair = RedrawnItem(drawn=exact).load()
    morph = prepare_morph(pair.source, pair.target)
    assert score_picture(morph.draw(0.5), pair.truth[0.5])["psnr"] > 28


def test_a_fox_whose_arms_have_its_own_colour_raises_both() -> None:
    """Each takes so much of the body along at first that only what is left without it is worth a second look."""
    morph, psnr_db = prepare("fox", STANDS["cheer"])
    assert morph.judgement.limbs == 2
    assert psnr_db > 19


def test_an_arm_that_hides_before_a_shirt_of_its_colour_swings_out_of_it() -> None:
    """The place for which it is guessed lies beside the thin arm, where nothing is drawn."""
    source, target = (Stand(right_arm=degrees, right_elbow=5) for degrees in (5, 110))
    pair = TroupeItem(id="arm", level="hard", figure="somebody", source=source, target=target).load()
    morph = prepare_morph(pair.source, pair.target)
    assert morph.judgement.limbs == 1
    assert score_picture(morph.draw(0.5), pair.truth[0.5])["psnr"] > 21


@pytest.mark.parametrize(("figure", "stand", "psnr_db"), [("bird", "wave", 31), ("fox", "wave", 29)])
def test_a_part_is_cut_out_in_one_pose_as_far_as_in_the_other(figure: str, stand: str, psnr_db: float) -> None:
    """Before a body of nearly their colour, a wing and a paw are explained by the body's flow as well."""
    assert prepare(figure, STANDS[stand])[1] > psnr_db
