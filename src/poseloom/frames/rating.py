"""What makes a part one: an outline that both poses draw, and a turn that explains its place."""

import math
from collections.abc import Sequence

import numpy as np

from poseloom.frames.anatomy import Anatomy, trace_anatomy
from poseloom.frames.comparison import Both, Comparison, Mask, count_cells, grow, measure_overlap
from poseloom.frames.labelling import measure_roughness
from poseloom.frames.similarity import Similarity, move_points, read_turn

LIMB_RADIANS = math.radians(28)
"""What turns by less moves along."""
_LEAST_OVERLAP = 0.78
_LEAST_STILL_OVERLAP = 0.88
"""Of what does not turn, the other pose shows all but what something hides."""
_MOST_ROUGHNESS = 0.28
"""Half of the outline across plain colour: no artist drew that part apart from what it hangs on."""
_MOST_OPEN, _MOST_AMISS = 0.5, 1.7
"""A turn that leaves half open in its place is not what happens there, nor one nearly so of a part hardly drawn."""
_TELLING, _INDULGENCE, _HIDDEN_INDULGENCE = 0.33, 0.65, 0.95
"""A part that takes away a third of what is open in its place may be drawn apart, or be hidden, by so much worse."""
_DRAWN_SHARE = 0.75
"""An outline that plain colour hides is drawn in the other pose when that explains a quarter of its roughness."""
_SEEN_ROUGHNESS = 0.235
"""What plain colour hides in one pose is drawn apart in the other."""
_LEAST_ROUGHNESS = 0.13
"""Less is drawn apart all around."""
_SMALL_SHARE, _SMALL_ROUGHNESS = 0.02, 0.14
"""An eye is so small, and is an eye if it is drawn apart in one of the poses alone: it does not turn into a mouth."""
_LARGEST_SHARE = 0.31
"""Wings may be that large; what is larger is the body, or half of it."""
_LEAST_SEEN = 0.45
"""A tail behind a body shows half of itself; less shows only what plain colour hides."""
_LEAST_OUTER, _WITHIN_ROUGHNESS, _WITHIN_SHARE = 0.35, 0.19, 0.045
"""What reaches the outline with less of its edge is inside. A paw there is drawn apart better, or smaller."""
_DEEPEST_SHARE = 0.05
"""No limb goes through the ground by more of the height of the stage."""
_EXPLAINED = 0.25
"""A turn that leaves less than that open is what happens there."""
_TOLD = 0.45
"""One that takes away so much of what is open is, too, even where the poses do not quite match anywhere."""


def rate_parts(anatomy: Anatomy, comparison: Comparison, flows: Both) -> list[float]:
    """Return 1 or more for each part that is one: it has one outline in both poses, drawn in each.

    Args:
        anatomy: What was read of a pair.
        comparison: Both poses.
        flows: (h, w) each, what a single flow without parts leaves open in each pose.
    """
    return [_rate(anatomy, comparison, flows, part) for part in range(1, len(anatomy.turns) + 1)]


def _rate(anatomy: Anatomy, comparison: Comparison, flows: Both, part: int) -> float:
    masks, turn = anatomy.find(part), anatomy.turns[part - 1]
    overlap = measure_overlap(*masks, turn)
    roughs = [measure_roughness(mask, bonds) for mask, bonds in zip(masks, comparison.bonds, strict=True)]
    sizes = _measure_shares(masks, comparison)
    # What lies inside the outline and is drawn apart all around is a feature: it slides. Without lines, so is the rest.
    is_apart = max(roughs) < _LEAST_ROUGHNESS or (max(sizes) < _SMALL_SHARE and min(roughs) < _SMALL_ROUGHNESS)
    if (is_apart or not comparison.is_lined) and not any(map(_is_outermost, masks, comparison.solid)):
        return 0.0
    may_hide = _may_hide(comparison, masks, roughs)
    rough = _see_roughness(comparison, masks, turn, roughs) if may_hide else max(roughs)
    if max(sizes) > _LARGEST_SHARE or (min(sizes) < _LEAST_SEEN * max(sizes) and not may_hide):
        return 0.0
    least_overlap = _LEAST_OVERLAP if abs(read_turn(turn)) > LIMB_RADIANS else _LEAST_STILL_OVERLAP
    before, after = (_measure_open(prices, masks) for prices in (flows, comparison.price_turn(turn)))
    is_telling = before - after > _TELLING
    rough_share = rough / _MOST_ROUGHNESS * (_INDULGENCE if is_telling and may_hide else 1)
    if after > _MOST_OPEN or rough_share + after / _MOST_OPEN > _MOST_AMISS or _sinks(anatomy, comparison, part):
        return 0.0
    return min(overlap / least_overlap / (_HIDDEN_INDULGENCE if is_telling else 1), 1 / max(rough_share, 1e-6))


def _measure_shares(masks: tuple[Mask, Mask], comparison: Comparison) -> list[float]:
    """Return how much of each pose a part is."""
    return [count_cells(mask) / max(count_cells(solid), 1) for mask, solid in zip(masks, comparison.solid, strict=True)]


def lies_within(anatomy: Anatomy, comparison: Comparison, part: int) -> bool:
    """Say whether a part, counted from 1, is nothing but a piece of what is drawn inside an outline without lines.

    It hardly reaches that outline, and neither pose draws it apart: half a mouth with the chin below.
    """
    masks = anatomy.find(part)
    if comparison.is_lined or max(_measure_shares(masks, comparison)) < _WITHIN_SHARE:
        return False
    outer = max(map(_measure_outer, masks, comparison.solid))
    roughs = map(measure_roughness, masks, comparison.bonds)
    return outer < _LEAST_OUTER and min(roughs) > _WITHIN_ROUGHNESS


def _measure_outer(mask: Mask, solid: Mask) -> float:
    """Return which share of a part's own edge is on the outline of a pose."""
    edge = mask & grow(~mask, 3)
    return count_cells(mask & grow(~solid, 3)) / max(count_cells(edge), 1)


def _sinks(anatomy: Anatomy, comparison: Comparison, part: int) -> bool:
    """Say whether a part would be far below the ground on which both poses stand, half-way."""
    path = trace_anatomy(anatomy, comparison)[part - 1]
    flows = comparison.follow(anatomy.velocity, 0.5), comparison.follow(anatomy.velocity, 1.0)
    places = move_points(comparison.places[anatomy.find(part)[0]], path.find(0.5, flows))
    stood_on = np.flatnonzero((comparison.solid[0] | comparison.solid[1]).any(axis=1))
    ground = stood_on[-1] if len(stood_on) else comparison.shape[0]
    return bool(places[:, 1].max() > ground + _DEEPEST_SHARE * comparison.shape[0])


def _may_hide(comparison: Comparison, masks: tuple[Mask, Mask], roughs: Sequence[float]) -> bool:
    """Say whether plain colour may hide a part in one pose: the other one shows it apart, against something else.

    Where a line goes around everything, it goes around what lies before its own colour, too.
    """
    clearer = roughs.index(min(roughs))
    return (
        not comparison.is_lined
        and roughs[clearer] < _SEEN_ROUGHNESS
        and _is_outermost(masks[clearer], comparison.solid[clearer])
    )


def _see_roughness(
    comparison: Comparison, masks: tuple[Mask, Mask], turn: Similarity, roughs: Sequence[float]
) -> float:
    """Return how rough the outline of a part is where each pose may draw it for the other one."""
    lent = [measure_roughness(mask, comparison.see_bonds(side, turn)) for side, mask in enumerate(masks)]
    return max(drawn if drawn < _DRAWN_SHARE * own else own for own, drawn in zip(roughs, lent, strict=True))


def explain_places(anatomy: Anatomy, comparison: Comparison) -> bool:
    """Say whether there are parts, and the turn of each leaves hardly anything open in the place where it is."""
    opens = [
        _measure_open(comparison.price_turn(turn), anatomy.find(part)) for part, turn in enumerate(anatomy.turns, 1)
    ]
    return bool(opens) and max(opens) < _EXPLAINED


def tell_places(anatomy: Anatomy, comparison: Comparison, flows: Both) -> bool:
    """Say whether there are parts, and the turn of each takes away nearly half of what may be open where it is.

    Args:
        anatomy: What was read of a pair.
        comparison: Both poses.
        flows: (h, w) each, what a single flow without parts leaves open in each pose.
    """
    gains = [
        _measure_open(flows, masks) - _measure_open(comparison.price_turn(turn), masks)
        for turn, masks in zip(anatomy.turns, map(anatomy.find, range(1, len(anatomy.turns) + 1)), strict=True)
    ]
    return bool(gains) and min(gains) > _TOLD


def _measure_open(prices: Both, masks: tuple[Mask, Mask]) -> float:
    """Return what is left open where a part is, 0..1, the mean of both poses."""
    return sum(float(np.minimum(price[mask], 1).mean()) for price, mask in zip(prices, masks, strict=True)) / 2


def _is_outermost(mask: Mask, solid: Mask) -> bool:
    """Say whether a part reaches the outline of a pose."""
    return bool((grow(~solid, 3) & mask).any())
