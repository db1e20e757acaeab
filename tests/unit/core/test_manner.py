from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.manner import MOTIONS_LIMIT, NEUTRAL, Manner, narrow_manner, read_manner
from poseloom.core.vocabulary import MOTIONS, SIZES, SIZES_BESIDE, TEMPOS, Motion, Size, Tempo

words = st.sampled_from(
    sorted({*MOTIONS, *TEMPOS, *SIZES, *SIZES_BESIDE, "no", "or", "and", "doesn't", "still", ",", "turns", "around"})
)
proses = st.one_of(st.text(max_size=200), st.lists(words, max_size=12).map(" ".join))


@given(proses)
def test_any_prose_has_a_manner(prose: str) -> None:
    manner = read_manner(prose)
    assert len(manner.motions) <= MOTIONS_LIMIT
    assert manner.motions == tuple(motion for motion in Motion if motion in manner.motions)
    assert not set(manner.motions) & set(manner.avoided)
    assert manner.motions == (Motion.STILL,) or Motion.STILL not in manner.motions


@given(proses, proses)
def test_manners_are_equal_when_their_written_forms_are(one: str, other: str) -> None:
    first, second = read_manner(one), read_manner(other)
    assert (first == second) == (str(first) == str(second))


@given(proses)
def test_a_written_form_names_all_that_is_in_a_manner(prose: str) -> None:
    manner = read_manner(prose)
    written = str(manner).split()
    assert manner == Manner(
        motions=tuple(motion for motion in Motion if motion in written),
        avoided=tuple(motion for motion in Motion if f"-{motion}" in written),
        tempo=next((tempo for tempo in Tempo if tempo in written), Tempo.EVEN),
        size=next((size for size in Size if size in written), Size.FULL),
    )


@given(proses)
def test_capitals_never_matter(prose: str) -> None:
    assert read_manner(prose.upper().lower()) == read_manner(prose.lower())


@given(proses, st.booleans())
def test_to_narrow_twice_is_to_narrow_once(prose: str, is_loop: bool) -> None:
    once = narrow_manner(read_manner(prose), is_loop=is_loop)
    assert narrow_manner(once, is_loop=is_loop) == once


def test_nothing_said_is_neutral() -> None:
    assert read_manner(None) == read_manner("") == read_manner("Pim sits and reads.") == NEUTRAL
