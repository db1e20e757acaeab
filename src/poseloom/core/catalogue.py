"""What a server offers: its generators and how clips come out unless a call says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import InvalidOrder
from poseloom.core.price import CREDITS_PER_SECOND

LOCAL = "local"
"""The generator that every server has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorFacts:
    """What is known of a generator.

    Attributes:
        is_remote: It is a service elsewhere; its jobs wait rather than work.
        rate: Credits for a second of video.
    """

    name: str
    is_remote: bool = False
    rate: Fraction = CREDITS_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What a server offers.

    Attributes:
        generators: By name; the first is the default.
        size: Width and height in pixels of clips whose canvas says nothing.
        fps: Frames per second of clips whose canvas says nothing.
        width: How many clips are rendered at once, for estimates.
        starting_credits: What a new workspace is granted.
    """

    generators: Mapping[str, GeneratorFacts]
    formats: tuple[ClipFormat, ...]
    quality: Quality
    size: int
    fps: Fraction
    width: int
    starting_credits: Fraction

    def choose_generator(self, *wishes: str | None) -> GeneratorFacts:
        """Return the generator of the first wish that is one, else the default.

        Raises:
            InvalidOrder: There is no such generator here; `field` is `generator`.
        """
        name = next((wish for wish in wishes if wish is not None), next(iter(self.generators)))
        facts = self.generators.get(name)
        if facts is None:
            known = ", ".join(self.generators)
            raise InvalidOrder(f"generator: there is no {name!r} here; give one of {known}", field="generator")
        return facts
