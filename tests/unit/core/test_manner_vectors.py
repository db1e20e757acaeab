import pytest

from poseloom.core.manner import narrow_manner, read_manner
from poseloom.core.vocabulary import MOTIONS, SIZES, SIZES_BESIDE, TEMPOS
from tests.unit.core.vector import Case, every_case, read_vectors


@every_case("manner")
def test_a_description_asks_for_the_manner_that_the_vector_says(case: Case) -> None:
    descriptions = case["words"] if "words" in case else [case["description"]]
    assert {description: str(read_manner(description)) for description in descriptions} == dict.fromkeys(
        descriptions, case["manner"]
    )


@every_case("manner")
def test_what_says_nothing_of_such_a_clip_is_left_out(case: Case) -> None:
    for kind in case.keys() & {"loop", "forward"}:
        manner = narrow_manner(read_manner(case["description"]), is_loop=kind == "loop")
        assert str(manner) == case[kind]


@pytest.mark.parametrize("index", [MOTIONS, TEMPOS, SIZES, SIZES_BESIDE])
def test_every_word_stands_in_a_vector(index: dict[str, str]) -> None:
    shown = {word for case in read_vectors("manner") for words in case.get("words", ()) for word in words.split()}
    assert index.keys() <= shown
