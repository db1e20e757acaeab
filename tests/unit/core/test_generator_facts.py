from fractions import Fraction

import pytest

from poseloom.core.catalogue import GeneratorFacts
from poseloom.core.error import InvalidOrder

PAINTER = GeneratorFacts(
    name="painter", is_remote=True, durations_seconds=(Fraction(5), Fraction(15, 2)), size_max=1024, takes_target=False
)


def test_a_clip_that_a_generator_makes_is_let_through() -> None:
    PAINTER.check_clip(duration_seconds=Fraction(15, 2), size=1024, is_loop=True)


def test_a_generator_without_limits_makes_every_clip() -> None:
    GeneratorFacts(name="free").check_clip(duration_seconds=Fraction(1), size=4096, is_loop=False)


@pytest.mark.parametrize(
    ("seconds", "size", "is_loop", "field", "fix"),
    [
        (4, 512, True, "duration", r"no clips of 4 seconds; give one of 5, 7\.5"),
        (5, 1026, True, "size", "1024 pixels at most"),
        (5, 512, False, "generator", "takes no last frame"),
    ],
)
def test_a_clip_that_it_cannot_make_is_refused_by_field(
    seconds: int, size: int, is_loop: bool, field: str, fix: str
) -> None:
    with pytest.raises(InvalidOrder, match=fix) as refusal:
        PAINTER.check_clip(duration_seconds=Fraction(seconds), size=size, is_loop=is_loop)
    assert refusal.value.fields == {"field": field}
