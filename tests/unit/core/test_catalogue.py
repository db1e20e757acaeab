from fractions import Fraction

import pytest

from poseloom.core.catalogue import LOCAL, Catalogue, GeneratorFacts
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import InvalidOrder


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(
        generators={LOCAL: GeneratorFacts(name=LOCAL), "painter": GeneratorFacts(name="painter", is_remote=True)},
        formats=tuple(ClipFormat), quality=Quality.STANDARD, size=512, fps=Fraction(24), width=2,
        starting_credits=Fraction(1000),
    )  # fmt: skip


def test_the_first_wish_decides(catalogue: Catalogue) -> None:
    assert catalogue.choose_generator("painter", "local").name == "painter"
    assert catalogue.choose_generator(None, "painter").is_remote


def test_without_a_wish_the_first_generator_is_chosen(catalogue: Catalogue) -> None:
    assert catalogue.choose_generator(None).name == LOCAL


def test_a_generator_that_is_not_here_is_refused_by_name(catalogue: Catalogue) -> None:
    with pytest.raises(InvalidOrder, match="give one of local, painter") as refusal:
        catalogue.choose_generator("sculptor")
    assert refusal.value.fields == {"field": "generator"}
