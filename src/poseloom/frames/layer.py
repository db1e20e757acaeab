"""Which of two things that cross lies before the other."""

import numpy as np

from poseloom.frames.anatomy import Anatomy
from poseloom.frames.comparison import Comparison, count_cells
from poseloom.frames.flow import look_up
from poseloom.frames.similarity import invert, pull_back

_DIFFERENT = 0.3
"""A colour gap, summed over four channels, from which one thing is not seen where another is."""
_DOUBT = 1.5
_SHARE = 0.085


def lies_before(anatomy: Anatomy, comparison: Comparison, part: int) -> bool:
    """Say whether a part, counted from 1, hides more of the body than the body hides of it; in doubt it does."""
    masks, turn = anatomy.find(part), anatomy.turns[part - 1]
    flows, turns = comparison.price_flow(anatomy.velocity), comparison.price_turn(turn)
    hides = hidden = 0
    for here, there, duration, way in ((0, 1, 1.0, turn), (1, 0, -1.0, invert(turn))):
        bodies = [(anatomy.labels[side] == 0) & comparison.solid[side] for side in (here, there)]
        places = np.asarray(comparison.places + comparison.follow(anatomy.velocity, duration), np.float32)
        under = look_up(masks[there].astype(np.float32), places) > 0.5
        over = pull_back(bodies[1].astype(np.float32), way) > 0.5
        hides += count_cells(bodies[0] & under & (flows[here] > _DIFFERENT))
        hidden += count_cells(masks[here] & over & (turns[here] > _DIFFERENT))
    return hidden <= _DOUBT * hides + _SHARE * sum(map(count_cells, masks))
