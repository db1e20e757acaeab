"""The plain words that steer a clip (spec/manner.md), each with its inflections."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Motion(StrEnum):
    """What a mascot does with its whole body, in the order in which motions are told."""

    BREATHE = "breathe"
    SWAY = "sway"
    FLOAT = "float"
    BOUNCE = "bounce"
    JUMP = "jump"
    SHAKE = "shake"
    WAVE = "wave"
    SPIN = "spin"
    NOD = "nod"
    PULSE = "pulse"
    BLINK = "blink"
    SNAP = "snap"
    STILL = "still"


class Tempo(StrEnum):
    """How fast it is done."""

    SLOW = "slow"
    EVEN = "even"
    QUICK = "quick"


class Size(StrEnum):
    """How far it goes."""

    SMALL = "small"
    FULL = "full"
    BIG = "big"


def _index(*rows: str) -> Mapping[str, str]:
    """Return meaning by word, of rows such as `"bounce: bounce bounces hop"`."""
    index: dict[str, str] = {}
    for row in rows:
        meaning, words = row.split(": ")
        index |= dict.fromkeys(words.split(), meaning)
    return MappingProxyType(index)


MOTIONS = _index(
    "breathe: breathe breathes breathed breathing breath breaths inhale inhales inhaled inhaling exhale exhales "
    "exhaled exhaling",
    "sway: sway sways swayed swaying rocking wobble wobbles wobbled wobbling wobbly wiggle wiggles wiggled wiggling",
    "float: float floats floated floating floaty hover hovers hovered hovering drift drifts drifted drifting levitate "
    "levitates levitated levitating",
    "bounce: bounce bounces bounced bouncing bouncy hop hops hopped hopping",
    "jump: jump jumps jumped jumping leap leaps leaped leapt leaping",
    "shake: shake shakes shook shaken shaking shaky tremble trembles trembled trembling shiver shivers shivered "
    "shivering shudder shudders shuddered shuddering quiver quivers quivered quivering jitter jitters jittered "
    "jittering jittery",
    "wave: wave waves waved waving",
    "spin: spin spins spun spinning twirl twirls twirled twirling whirl whirls whirled whirling pirouette pirouettes "
    "pirouetted pirouetting",
    "nod: nod nods nodded nodding bob bobs bobbed bobbing",
    "pulse: pulse pulses pulsed pulsing pulsate pulsates pulsated pulsating throb throbs throbbed throbbing",
    "blink: blink blinks blinked blinking",
    "snap: snap snaps snapped snapping snappy pop pops popped popping instant instantly suddenly abruptly",
    "still: motionless unmoving immobile frozen freeze freezes froze freezing",
)
"""Words that are a motion wherever they stand."""

TEMPOS = _index(
    "slow: slow slows slowed slower slowly gentle gently calm calmly lazy lazily sleepy sleepily dreamy dreamily "
    "softly leisurely unhurried",
    "quick: quick quicker quickly fast faster brisk briskly rapid rapidly swift swiftly speedy speedily hasty hastily "
    "lively frantic frantically energetic energetically",
)

SIZES = _index(
    "small: subtle subtly slightly faintly barely",
    "big: exaggerated dramatically wildly strongly vigorously violently hugely",
)
"""Words that are a size wherever they stand."""

SIZES_BESIDE = _index(
    "small: small little tiny slight faint low",
    "big: big large huge giant great high wide wild strong dramatic",
)
"""Words that are a size only beside a motion: a big smile is not a big wave."""

MOVEMENTS = frozenset({"move", "moves", "moving", "movement", "movements", "motion", "motions", "gesture", "gestures"})
"""No motion by themselves, but a size beside them counts."""

INTENSIFIERS = frozenset({"a", "an", "very", "really", "so", "quite", "super", "too", "extremely"})
"""Passed over, as if they were not there."""

NEGATIONS = frozenset({"no", "not", "never", "without", "neither", "cannot", "dont", "doesnt", "didnt", "isnt", "wont"})
"""They take back what follows, as does every word that ends in n't."""
ALTERNATIVES = frozenset({"or", "nor"})
"""They carry a negation on."""
CONNECTIVES = frozenset({"and", "but", "then", "just", "only", "while", "yet", "as", "with", "before", "after"})
"""They end a negation."""
