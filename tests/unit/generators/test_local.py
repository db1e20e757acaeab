from fractions import Fraction

import numpy as np

from poseloom.core.manner import read_manner
from poseloom.generators.local import VERSION, iterate_frames
from poseloom.testing.subject import draw_subject

SOURCE, TARGET = draw_subject(64, 0.2), draw_subject(64, 0.7)


def test_a_forward_ends_with_its_target() -> None:
    frames = list(iterate_frames(SOURCE, TARGET, frame_count=12, fps=Fraction(30000, 1001)))
    assert len(frames) == 12
    assert np.array_equal(frames[0], SOURCE)
    assert np.array_equal(frames[-1], TARGET)


def test_a_loop_ends_where_it_began_and_ignores_the_target() -> None:
    frames = list(iterate_frames(SOURCE, TARGET, frame_count=12, fps=24, loop=True))
    assert np.array_equal(frames[0], SOURCE)
    assert np.array_equal(frames[-1], SOURCE)


def test_the_same_poses_give_the_same_frames() -> None:
    def draw() -> bytes:
        return b"".join(frame.tobytes() for frame in iterate_frames(SOURCE, TARGET, frame_count=12, fps=24))

    assert draw() == draw()


def test_the_version_is_a_word() -> None:
    assert VERSION.isalnum()


def test_the_manner_steers_loops_and_forwards() -> None:
    def draw(said: str | None, *, loop: bool) -> bytes:
        frames = iterate_frames(SOURCE, TARGET, frame_count=24, fps=24, loop=loop, manner=read_manner(said))
        return b"".join(frame.tobytes() for frame in frames)

    for loop in (False, True):
        assert draw(None, loop=loop) == draw("Pim looks up.", loop=loop) != draw("Pim jumps.", loop=loop)
