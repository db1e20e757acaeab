import numpy as np

from poseloom.frames.support import find_support


def test_what_belongs_to_a_place_stops_at_a_drawn_line() -> None:
    image = np.ones((21, 21, 4), np.float32)
    image[:, 13] = (0, 0, 0, 1)
    (support,) = find_support(image, [(10, 10)], 6)
    assert support[10, 12] == 1
    assert support[10, 14] == 0
    assert support[10, 6] > support[10, 4] == 0


def test_a_place_at_the_border_has_support_too() -> None:
    (support,) = find_support(np.ones((9, 12, 4), np.float32), [(0, 8)], 4)
    assert support.shape == (9, 12)
    assert support[8, 0] == 1
    assert support[0].max() == 0


def test_no_place_has_no_support() -> None:
    assert find_support(np.ones((9, 9, 4), np.float32), [], 4) == []
