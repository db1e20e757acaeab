"""How a clip is acted, read from the plain words of its description (spec/manner.md)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from poseloom.core.vocabulary import (
    ALTERNATIVES,
    CONNECTIVES,
    INTENSIFIERS,
    MOTIONS,
    MOVEMENTS,
    NEGATIONS,
    SIZES,
    SIZES_BESIDE,
    TEMPOS,
    Motion,
    Size,
    Tempo,
)

READ_LIMIT = 1000
"""Characters of a description that are read."""
MOTIONS_LIMIT = 3
"""More at once is a muddle."""
NEGATION_REACH = 3
"""Words behind a negation that it takes back."""

_TIME_FACTORS = {Tempo.SLOW: 1.5, Tempo.EVEN: 1.0, Tempo.QUICK: 2 / 3}
_SIZE_FACTORS = {Size.SMALL: 0.5, Size.FULL: 1.0, Size.BIG: 1.5}
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\s[-–—]+\s|[.,;:!?()…\n]")
_NATURAL = frozenset({Motion.BREATHE, Motion.SWAY, Motion.FLOAT, Motion.BLINK})
"""What a pose may do unasked, so that it can be taken back."""
_MEANT_OF_LOOPS = frozenset(Motion) - {Motion.SNAP}
_MEANT_OF_WAYS = frozenset(Motion) - {Motion.BREATHE, Motion.BLINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a clip is acted. The neutral one says nothing: everything is chosen by the poses.

    Attributes:
        motions: What is done, in the order of `Motion`.
        avoided: What must not be done though the pose may suggest it, in that order.
        tempo: How fast.
        size: How far.
    """

    motions: tuple[Motion, ...] = ()
    avoided: tuple[Motion, ...] = ()
    tempo: Tempo = Tempo.EVEN
    size: Size = Size.FULL

    @property
    def time_factor(self) -> float:
        """How much longer everything takes."""
        return _TIME_FACTORS[self.tempo]

    @property
    def size_factor(self) -> float:
        """How much further everything goes."""
        return _SIZE_FACTORS[self.size]

    def __str__(self) -> str:
        """Return the one form in which it is written down; equal manners have equal forms."""
        words = [*self.motions, *(f"-{motion}" for motion in self.avoided)]
        words += [self.tempo] if self.tempo is not Tempo.EVEN else []
        words += [self.size] if self.size is not Size.FULL else []
        return " ".join(words) or "neutral"


NEUTRAL = Manner()


@dataclass(slots=True)
class _Reading:
    """What has been read so far; the last word on a matter stands."""

    motions: dict[Motion, bool] = field(default_factory=dict)
    tempo: Tempo = Tempo.EVEN
    size: Size = Size.FULL

    def note(self, meaning: Motion | Tempo | Size, *, is_denied: bool) -> None:
        match meaning:
            case Motion():
                if self.motions.get(meaning) == is_denied:
                    # What is asked for after all is asked for now.
                    del self.motions[meaning]
                self.motions.setdefault(meaning, not is_denied)
            case Tempo() if not is_denied:
                self.tempo = meaning
            case Size() if not is_denied:
                self.size = meaning
            case _:
                pass

    def conclude(self) -> Manner:
        asked = [motion for motion, is_wanted in self.motions.items() if is_wanted]
        moving = [motion for motion in asked if motion is not Motion.STILL]
        chosen = moving[:MOTIONS_LIMIT] or asked
        denied = {motion for motion, is_wanted in self.motions.items() if not is_wanted}
        return Manner(
            motions=tuple(motion for motion in Motion if motion in chosen),
            avoided=tuple(motion for motion in Motion if motion in denied & _NATURAL),
            tempo=self.tempo,
            size=self.size,
        )


def read_manner(description: str | None) -> Manner:
    """Return the manner that a description asks for; words that are not known say nothing."""
    words = _split(description or "")
    reading = _Reading()
    reach = 0
    is_denying = False
    for place, word in enumerate(words):
        if not word or word in CONNECTIVES:
            reach, is_denying = 0, False
        elif word in NEGATIONS or word.endswith("n't"):
            reach, is_denying = NEGATION_REACH, True
        elif word in ALTERNATIVES:
            reach = NEGATION_REACH if is_denying else 0
        else:
            meaning = _understand(words, place)
            if meaning is not None:
                reading.note(meaning, is_denied=reach > 0)
            reach = max(0, reach - 1)
    return reading.conclude()


def narrow_manner(manner: Manner, *, is_loop: bool) -> Manner:
    """Return `manner` without what says nothing of a loop, or of a way between two poses."""
    meant = _MEANT_OF_LOOPS if is_loop else _MEANT_OF_WAYS
    natural = _NATURAL if is_loop else {Motion.BREATHE}
    return Manner(
        motions=tuple(motion for motion in manner.motions if motion in meant),
        avoided=tuple(motion for motion in manner.avoided if motion in natural),
        tempo=manner.tempo,
        size=manner.size,
    )


def _split(description: str) -> list[str]:
    """Return the words in small letters; an empty one wherever a clause ends."""
    text = description[:READ_LIMIT].casefold().replace("’", "'")
    tokens = [token if token[0].isalpha() else "" for token in _TOKEN.findall(text)]
    return [token for token in tokens if token not in INTENSIFIERS]


def _understand(words: Sequence[str], place: int) -> Motion | Tempo | Size | None:
    """Return what the word at `place` means there."""
    word, following = words[place], _peek(words, place + 1)
    if word in SIZES:
        return Size(SIZES[word])
    if word in SIZES_BESIDE:
        return Size(SIZES_BESIDE[word]) if _stands_beside_motion(words, place) else None
    if word in TEMPOS:
        # Whoever is fast asleep is not in a hurry.
        return None if following == "asleep" else Tempo(TEMPOS[word])
    return _find_motion(words, place)


def _find_motion(words: Sequence[str], place: int) -> Motion | None:
    word, following = words[place], _peek(words, place + 1)
    if word == "still":
        # "Stands still" holds; "still waves" goes on.
        return Motion.STILL if not following or following in CONNECTIVES else None
    if word in {"turn", "turns", "turned", "turning"}:
        return Motion.SPIN if following in {"around", "round"} else None
    if word in {"shift", "shifts", "shifted", "shifting"}:
        around = {_peek(words, place + step) for step in (-1, 1, 2)}
        return Motion.SWAY if "weight" in around else None
    motion = MOTIONS.get(word)
    if motion is None or (motion == Motion.NOD and following == "off"):
        return None
    return Motion(motion)


def _stands_beside_motion(words: Sequence[str], place: int) -> bool:
    """Say whether the size at `place` is one of a motion before or after it, other sizes and tempos between."""
    return _meets_motion(words, place, 1) or _meets_motion(words, place, -1)


def _meets_motion(words: Sequence[str], place: int, step: int) -> bool:
    place += step
    while (word := _peek(words, place)) in SIZES_BESIDE or word in TEMPOS:
        place += step
    return word in MOVEMENTS or (bool(word) and _find_motion(words, place) is not None)


def _peek(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""
