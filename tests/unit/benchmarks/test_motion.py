import pytest

from benchmarks.inbetween.method import METHODS, prepare_dissolve, prepare_hold
from benchmarks.inbetween.motion import score_motion
from benchmarks.inbetween.pair import STEPS
from benchmarks.inbetween.score import measure_ghost
from demo.build import render
from demo.rig import POSES
from poseloom.frames.image import Rgba, premultiply

SIZE = 96


@pytest.fixture(scope="module")
def poses() -> tuple[Rgba, Rgba]:
    return render(POSES["idle"], SIZE), render(POSES["waving"], SIZE)


def test_cut_pops_by_as_many_steps_as_there_are(poses: tuple[Rgba, Rgba]) -> None:
    draw = prepare_hold(*poses).draw
    assert score_motion([draw(step / STEPS) for step in range(STEPS + 1)]) == pytest.approx(
        {"pop": STEPS, "jitter": 2, "torn": 0}
    )


def test_dissolve_neither_pops_nor_jitters(poses: tuple[Rgba, Rgba]) -> None:
    draw = prepare_dissolve(*poses).draw
    scores = score_motion([draw(step / STEPS) for step in range(STEPS + 1)])
    assert scores["pop"] < 1.2
    assert scores["jitter"] < 0.02


def test_flicker_is_jitter(poses: tuple[Rgba, Rgba]) -> None:
    assert score_motion([poses[index % 2] for index in range(9)])["jitter"] > 3


def test_still_picture_has_no_motion(poses: tuple[Rgba, Rgba]) -> None:
    assert score_motion([poses[0]] * 5) == {"pop": 0, "jitter": 0, "torn": 0}


def test_what_flies_apart_between_whole_pictures_is_torn(poses: tuple[Rgba, Rgba]) -> None:
    apart = poses[0].copy()
    apart[SIZE // 2 - 2 : SIZE // 2 + 2] = 0
    assert score_motion([poses[0], apart, apart, poses[1]])["torn"] == 0.5
    assert score_motion([apart, apart, apart, poses[1]])["torn"] == 0


@pytest.mark.parametrize("name", METHODS)
def test_every_method_starts_at_the_source_and_ends_at_the_target(name: str, poses: tuple[Rgba, Rgba]) -> None:
    draw = METHODS[name](*poses).draw
    for moment, pose in ((0.0, poses[0]), (1.0, poses[1])):
        drawn = draw(moment)
        assert drawn.shape == pose.shape
        # Where alpha is faint, 8 bits of straight colour come back a little off.
        solid = pose[..., 3] > 200
        assert abs(drawn[solid].astype(int) - pose[solid]).max() <= 2


@pytest.mark.parametrize("name", [name for name in METHODS if name != "hold"])
def test_every_method_but_a_cut_draws_something_new_half_way(name: str, poses: tuple[Rgba, Rgba]) -> None:
    drawn = METHODS[name](*poses).draw(0.5)
    assert drawn.dtype == poses[0].dtype
    assert not any((drawn == pose).all() for pose in poses)


@pytest.mark.parametrize("name", ["minterpolate", "dis", "dissolve"])
def test_a_crisp_method_draws_what_the_method_does_without_its_ghosts(name: str, poses: tuple[Rgba, Rgba]) -> None:
    blended, crisp = (premultiply(METHODS[each](*poses).draw(0.5))[..., 3] for each in (name, f"{name}-crisp"))
    truth = premultiply(poses[0])[..., 3]
    assert measure_ghost(blended, truth) > 0.05
    assert measure_ghost(crisp, truth) < 0.01
    assert (crisp[blended > 0.6] == 1).all()
    assert not crisp[blended <= 0.5].any()
