"""Find the parts of a pair of poses that one smooth flow cannot move: limbs that turn, layers that cross.

The body flows; a part is proposed, given the cells that it explains better, and kept when the whole reading has fewer
faults with it. What moves almost as the body does becomes a start for the body's flow instead.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from poseloom.core.confidence import judge_confidence, measure_trust
from poseloom.frames.anatomy import Anatomy, judge_anatomy
from poseloom.frames.attachment import SLACK, attach_parts, drop_strays, land_parts, release_cells
from poseloom.frames.comparison import Both, Comparison, Mask, count_cells, grow
from poseloom.frames.flow import Field, resample_field, smooth
from poseloom.frames.labelling import Labels, keep_labels
from poseloom.frames.layer import lies_before
from poseloom.frames.proposal import Proposal, Proposer
from poseloom.frames.ranking import (
    LEAST_CELLS,
    LEAST_WORTH,
    Ranked,
    claim_cells,
    discount,
    is_alike,
    list_calmer,
    weigh_proposal,
)
from poseloom.frames.rating import LIMB_RADIANS, explain_places, lies_within, rate_parts, tell_places
from poseloom.frames.registration import FIRM, FIRM_ON, REFINE_FAST, FeaturePyramid, Stiffness, register
from poseloom.frames.similarity import Similarity, read_turn
from poseloom.frames.union import iterate_merged, refit_turn

LONG_SIDES = 112, 104
"""Grids on which parts are sought: what is missed on one may be found on the other."""
_TRIES = 12
_LEAST_RATIO = 0.1
"""Guesses that promise less than a tenth of the best so far are not worth their time."""
_NEARLY = 0.025
"""A limb that changes so little may need its twin: each alone, the body's flow makes up for the other."""
_CLEARLY = 0.88
"""A part that is found with the body's help is taken as it is found without, when that is so much better."""
_QUICKLY = 0.9
_PARTS = 6
_GOOD_ENOUGH = 0.03
_IMPROVEMENT = 0.003
_LEAST_SHARE = 0.9
"""Parts are worth their trouble when they take away a tenth of the faults."""
_NEARLY_SHARE = 0.935
_SURE_SHARE = 1.1
"""Where their turns leave hardly anything open, they may cost so much: a limb that melts is seen more than a cut."""
_CALMER_SHARE = 1.015
"""Of two ways to turn a part that leave nearly as much open, it goes the calmer one: a ball fits at every turn."""
_CALMER_TRIES = 4
_CALMER_CELLS = 0.75
"""A part that goes a calmer way keeps this share of its cells: an upper arm that stays where it was is gone."""
_LEAST_GAIN = 6.0
_HIDES, _SHOWS = 0.3, 0.25
"""Shares of what a guess claims, explained without it as well: in the pose that hides the part, and in the other."""
_MELTING_CELLS = 9
_ROUGH_CUT = 0.003
"""A cut that costs more, per cell of the silhouettes, may be made elsewhere."""
_UNSETTLED = 0.12
_TWINS = 4
_TWIN_WORTH = 1.5
"""The twin of a part that was found is tried before others."""


@dataclass(frozen=True, slots=True)
class Dissection:
    """What a search found.

    Attributes:
        anatomy: The best reading.
        is_near_miss: Whether parts were found that explain the pair nearly so much better that they would be in it.
    """

    anatomy: Anatomy
    is_near_miss: bool = False


def dissect(comparison: Comparison, velocity: Field, start: Field) -> Dissection:
    """Return the best reading of a pair of poses that was found.

    Args:
        comparison: Both poses.
        velocity: (h, w, 2) on its grid, the best single flow; it is the answer when no part makes it better.
        start: (h, w, 2) on any grid, where the search for a flow begins.
    """
    nothing = np.zeros(comparison.shape, np.intp)
    single = Anatomy(velocity=velocity, turns=(), labels=(nothing, nothing))
    score = judge_anatomy(single, comparison).score
    if score < _GOOD_ENOUGH:
        return Dissection(single)
    return _Search(comparison, _Reading(single, score), start).run()


@dataclass(frozen=True, slots=True)
class _Reading:
    anatomy: Anatomy
    score: float
    cut: float = 0.0
    is_loose: bool = False


class _Search:
    """One search: what was read so far, and what was tried in vain."""

    def __init__(self, comparison: Comparison, single: _Reading, start: Field) -> None:
        self._comparison = comparison
        self._single = single
        self._flows = comparison.price_flow(single.anatomy.velocity)
        self._start = start
        self._pyramid = FeaturePyramid(*comparison.poses)
        firm = self._flow(np.ones(comparison.shape, bool), np.ones(comparison.shape, bool), self._start, FIRM)
        self._body = self._best = self._read(replace(single.anatomy, velocity=firm))
        self._proposer = Proposer(comparison)
        self._held: list[_Reading] = []
        self._dead: list[Proposal] = []
        self._kept: list[Proposal] = []
        # A velocity is known by its identity, so each is kept with what was read of it.
        self._looked: dict[tuple[int, bytes], tuple[Field, _Reading]] = {}

    def run(self) -> Dissection:
        """Try parts until nothing makes the reading better; where none does and that would be seen, more of them."""
        found = self._seek()
        if not found and not self._best.anatomy.turns and self._is_shown_slowly():
            # What was tried in vain is not tried again.
            self._best = self._body
            found = self._seek()
        landed = self._leave_inner(self._land(found)) if found else None
        if landed and landed.anatomy.turns:
            return Dissection(landed.anatomy)
        has_parts = bool(self._best.anatomy.turns) and self._best.score < _NEARLY_SHARE * self._single.score
        return Dissection(self._single.anatomy, is_near_miss=has_parts)

    def _is_shown_slowly(self) -> bool:
        """Say whether the single flow would be shown as slowly as can be: a limb that melts in it is seen."""
        return measure_trust(judge_confidence(self._single.score)) == 1

    def _seek(self) -> _Reading | None:
        """Return the best reading with parts, if they are worth their trouble."""
        self._search()
        best = self._prune()
        if len(best.anatomy.turns) < len(self._best.anatomy.turns) and best.score < self._single.score:
            best = self._seek_on(best)
        share = best.score / self._single.score
        is_sure = share < _SURE_SHARE and explain_places(best.anatomy, self._comparison)
        is_worth_it = share < _LEAST_SHARE or is_sure or (share < 1 and self._is_told(best))
        return self._calm(best) if is_worth_it else None

    def _is_told(self, reading: _Reading) -> bool:
        """Say whether its parts are seen to melt without it, and clearly turn."""
        return self._is_shown_slowly() and tell_places(reading.anatomy, self._comparison, self._flows)

    def _seek_on(self, pruned: _Reading) -> _Reading:
        """Return the best reading from a pruned one on: what turned out to be no part may have kept others out."""
        self._dead += self._kept
        spoiled, self._kept, self._best = self._best, [], pruned
        self._search()
        found = min(pruned, self._prune(), key=lambda one: one.score)
        # It still tells how much parts could explain.
        self._best = min(self._best, spoiled, key=lambda one: one.score)
        return found

    def _land(self, reading: _Reading) -> _Reading:
        """Return a reading with parts also where they land, as far as their turns explain that, unless it is worse."""
        anatomy = reading.anatomy
        before = [part for part in range(1, len(anatomy.turns) + 1) if lies_before(anatomy, self._comparison, part)]
        if not before:
            return reading
        landed = self._read(land_parts(anatomy, self._comparison, before))
        if landed.score >= reading.score + _IMPROVEMENT:
            return reading
        # What lands before its own colour with no line around it shows that it is no part after all.
        return self._drop(landed) if self._comparison.is_lined else landed

    def _leave_inner(self, reading: _Reading) -> _Reading:
        """Return what is left of a reading without parts that are but pieces of what lies inside the outline."""
        anatomy = reading.anatomy
        inner = [part for part in range(1, len(anatomy.turns) + 1) if lies_within(anatomy, self._comparison, part)]
        if not inner:
            return reading
        outer = [turn for part, turn in enumerate(anatomy.turns, 1) if part not in inner]
        return self._look(anatomy.velocity, outer)

    def _search(self) -> None:
        ranked: list[Ranked] | None = None
        most = 0.0
        for _ in range(_TRIES):
            if self._best.score < _GOOD_ENOUGH or len(self._best.anatomy.turns) == _PARTS:
                return
            ranked = self._rank() if ranked is None else ranked
            first = max(ranked, key=lambda one: one.worth, default=None)
            if first is None or first.worth < _LEAST_RATIO * most:
                return
            most = max(most, first.worth)
            reading = self._try(first.proposal)
            if self._is_in_vain(reading):
                return
            if reading.score < self._best.score - _IMPROVEMENT:
                self._best, ranked = reading, None
                self._held.append(reading)
                self._kept.append(first.proposal)
            else:
                self._dead.append(first.proposal)
                ranked = discount(ranked, first.proposal)

    def _is_in_vain(self, reading: _Reading) -> bool:
        """Say whether the search is too slow to reach what is trusted; limbs of what is staged are not shown."""
        nearest = min(reading.score, self._best.score)
        return reading.score > _QUICKLY * self._best.score and not measure_trust(judge_confidence(nearest))

    def _prune(self) -> _Reading:
        """Return the best reading of which every part is one.

        That is what is left without those that are none, or what was held before they came: a part that is none may
        have spoiled the place of one that is.
        """
        reading = self._drop(self._best)
        better = [one for one in self._held if one.score < reading.score and self._rate_worst(one) >= 1]
        return min([reading, *better], key=lambda one: one.score)

    def _drop(self, reading: _Reading) -> _Reading:
        """Return what is left of a reading without parts that are none."""
        while reading.anatomy.turns:
            anatomy = reading.anatomy
            rates = rate_parts(anatomy, self._comparison, self._flows)
            worst = int(np.argmin(rates))
            if rates[worst] >= 1:
                break
            reading = self._look(anatomy.velocity, [*anatomy.turns[:worst], *anatomy.turns[worst + 1 :]])
        return reading

    def _rate_worst(self, reading: _Reading) -> float:
        return min(rate_parts(reading.anatomy, self._comparison, self._flows), default=1.0)

    def _calm(self, reading: _Reading) -> _Reading:
        """Return a reading whose parts go calmer ways, where those leave hardly more open."""
        for part in range(len(reading.anatomy.turns)):
            anatomy, own = reading.anatomy, self._list_parts(reading.anatomy)[part]
            for guess in list_calmer(self._proposer.list_known(), own)[:_CALMER_TRIES]:
                calmer = self._look(anatomy.velocity, [*anatomy.turns[:part], guess.turn, *anatomy.turns[part + 1 :]])
                is_nearly_as_good = calmer.score < _CALMER_SHARE * reading.score
                if is_nearly_as_good and self._is_as_whole(calmer, reading, part + 1):
                    reading = calmer
                    break
        return reading

    def _is_as_whole(self, calmer: _Reading, reading: _Reading, part: int) -> bool:
        """Say whether a reading has as many parts as another, each of which is one, and hardly less of one of them."""
        if len(calmer.anatomy.turns) < len(reading.anatomy.turns) or self._rate_worst(calmer) < 1:
            return False
        after, before = (sum(map(count_cells, one.anatomy.find(part))) for one in (calmer, reading))
        return after >= _CALMER_CELLS * before

    def _read(self, anatomy: Anatomy) -> _Reading:
        verdict = judge_anatomy(anatomy, self._comparison)
        return _Reading(anatomy, verdict.score, verdict.cut, is_loose=verdict.looseness > 0)

    def _flow(self, near: Mask, far: Mask, start: Field, stiffness: Stiffness) -> Field:
        """Return the body's flow where both masks trust the poses."""
        pyramid = self._pyramid.entrust(near.astype(np.float32), far.astype(np.float32))
        return resample_field(
            register(pyramid, REFINE_FAST, register(pyramid, stiffness, start)), self._comparison.shape
        )

    def _rank(self) -> list[Ranked]:
        """Return new proposals that promise something."""
        prices = self._price()
        left = _measure_left(prices)
        motions = self._best.anatomy.measure_motion(self._comparison)
        parts = self._list_parts(self._best.anatomy)
        known = [*self._dead, *self._kept, *parts]

        def weigh(proposals: Iterable[Proposal]) -> list[Ranked]:
            new = [one for one in proposals if not any(is_alike(one, other) for other in known)]
            worths = [weigh_proposal(self._comparison, proposal, prices, motions) for proposal in new]
            return [Ranked(worth, one) for worth, one in zip(worths, new, strict=True)]

        ranked = weigh(self._proposer.propose(left))
        limbs = sorted((one for one in ranked if _does_turn_far(one.proposal)), key=lambda one: -one.worth)[:_TWINS]
        likely = [one.proposal for one in limbs if one.worth > _LEAST_GAIN]
        # A limb that was taken for its twin fits badly, and still tells that there is one.
        hinted = [one.proposal for one in limbs if one.worth > LEAST_WORTH]
        twins = weigh(self._proposer.mirror([*self._kept, *parts], left))
        ranked += [replace(one, worth=_TWIN_WORTH * one.worth) for one in twins]
        ranked += weigh([*self._proposer.mirror(likely, left), *self._proposer.uncross(hinted, left)])
        return [one for one in ranked if one.worth > _LEAST_GAIN]

    def _price(self) -> Both:
        """Return what the best reading leaves open in each pose."""
        anatomy = self._best.anatomy
        prices = [self._comparison.price_flow(anatomy.velocity), *map(self._comparison.price_turn, anatomy.turns)]
        near, far = (np.minimum.reduce([price[side] for price in prices]) for side in (0, 1))
        return near, far

    def _list_parts(self, anatomy: Anatomy) -> list[Proposal]:
        """Return what a reading says about its parts, as if it were guessed for the middle of each."""
        parts = []
        for part, turn in enumerate(anatomy.turns, 1):
            rows, columns = np.nonzero(anatomy.labels[0] == part)
            parts.append(Proposal(turn=turn, seed=(float(np.median(columns)), float(np.median(rows))), side=0))
        return parts

    def _try(self, proposal: Proposal) -> _Reading:
        """Return the reading with a part more, or with it and its twin where it alone is nearly good enough."""
        reading = self._try_turns(self._best.anatomy.velocity, [proposal.turn])
        is_in_vain = reading.score > self._best.score - _IMPROVEMENT
        hidden = self._try_hidden(proposal) if _does_turn_far(proposal) else None
        if hidden is not None and hidden.score < (1 if is_in_vain else _CLEARLY) * reading.score:
            reading = hidden
        gain = 1 - reading.score / self._best.score
        if abs(gain) > _NEARLY or not _does_turn_far(proposal) or not reading.anatomy.turns:
            return reading
        parts, velocity = self._list_parts(self._best.anatomy), self._best.anatomy.velocity
        twins = self._proposer.mirror([proposal], _measure_left(self._price()))
        pairs = [
            self._try_turns(velocity, [proposal.turn, twin.turn])
            for twin in twins
            if not any(is_alike(twin, part) for part in parts)
        ]
        return min([reading, *pairs], key=lambda one: one.score)

    def _try_hidden(self, proposal: Proposal) -> _Reading | None:
        """Return the reading with a part that plain colour hides in one of the poses; None where none does.

        A body of the same colour shrinks and grows a limb so well that little is left for a turn to explain better. So
        the body flows once more without what the guess explains around its seed, too.
        """
        claimed = claim_cells(self._comparison, proposal)
        if min(map(count_cells, claimed)) < LEAST_CELLS:
            return None
        prices, offers = self._price(), self._comparison.price_turn(proposal.turn)
        hidden = [
            float((price[claim] <= offer[claim] + SLACK).mean())
            for price, offer, claim in zip(prices, offers, claimed, strict=True)
        ]
        if max(hidden) < _HIDES or min(hidden) > _SHOWS:
            return None
        near, far = (
            ~grow(claim | (labels > 0)) for claim, labels in zip(claimed, self._best.anatomy.labels, strict=True)
        )
        return self._try_turns(self._flow(near, far, self._start, FIRM), [proposal.turn], lands=True)

    def _try_turns(self, velocity: Field, turns: list[Similarity], *, lands: bool = False) -> _Reading:
        """Return the reading with some turns more, looked at twice when it promises anything."""
        first = self._look(velocity, [*self._best.anatomy.turns, *turns], lands=lands)
        if first.score >= self._best.score or not first.anatomy.turns:
            return first
        again = self._look(first.anatomy.velocity, list(first.anatomy.turns), lands=lands)
        return min(first, again, key=lambda reading: reading.score)

    def _look(self, velocity: Field, turns: list[Similarity], *, lands: bool = False) -> _Reading:
        turns, labels = self._assign(velocity, turns, lands=lands)
        key = id(velocity), b"".join(array.tobytes() for array in (*turns, *labels))
        if key not in self._looked:
            # A twin that explains nothing is dropped, and what is left may have been looked at.
            self._looked[key] = velocity, self._read_parts(velocity, turns, labels)
        return self._looked[key][1]

    def _read_parts(self, velocity: Field, turns: list[Similarity], labels: tuple[Labels, Labels]) -> _Reading:
        velocity, turns, labels = self._settle(velocity, turns, labels)
        turns = [refit_turn(self._comparison, labels, (part,), turn)[0] for part, turn in enumerate(turns, 1)]
        reading = self._attach(Anatomy(velocity=velocity, turns=tuple(turns), labels=labels))
        released = self._release(reading.anatomy) if reading.cut > _ROUGH_CUT else None
        if released is None or released.score >= reading.score:
            return reading
        return released if self._rate_worst(released) >= min(1, self._rate_worst(reading)) else reading

    def _attach(self, anatomy: Anatomy) -> _Reading:
        """Return a reading, with parts that would be torn off made longer if that is better."""
        reading = self._merge(anatomy)
        if not reading.is_loose:
            return reading
        attached = self._merge(attach_parts(anatomy, self._comparison))
        return min(reading, attached, key=lambda one: one.score)

    def _merge(self, anatomy: Anatomy) -> _Reading:
        """Return the best reading of some parts as they are, and of those of them joined that may be one."""
        readings = map(self._read, (anatomy, *iterate_merged(anatomy, self._comparison)))
        return min(readings, key=lambda one: one.score)

    def _release(self, anatomy: Anatomy) -> _Reading | None:
        """Return the reading in which the body keeps what its flow explains as well; None where a part is lost."""
        labels = drop_strays(release_cells(anatomy, self._comparison).labels, anatomy.turns)
        parts = range(1, len(anatomy.turns) + 1)
        if min((count_cells(side == part) for side in labels for part in parts), default=0) <= LEAST_CELLS:
            return None
        return self._attach(replace(anatomy, labels=labels))

    def _assign(
        self, velocity: Field, turns: list[Similarity], *, lands: bool
    ) -> tuple[list[Similarity], tuple[Labels, Labels]]:
        """Return the turns that have cells in both poses, and whose those are, on request where they land, too."""
        labels = self._comparison.assign(velocity, turns)
        if lands:
            labels = land_parts(Anatomy(velocity=velocity, turns=tuple(turns), labels=labels), self._comparison).labels
        labels = drop_strays(labels, turns)
        kept = [
            part for part in range(1, len(turns) + 1) if min(count_cells(side == part) for side in labels) > LEAST_CELLS
        ]
        return [turns[part - 1] for part in kept], keep_labels(labels, kept)

    def _settle(
        self, velocity: Field, turns: list[Similarity], labels: tuple[Labels, Labels]
    ) -> tuple[Field, list[Similarity], tuple[Labels, Labels]]:
        """Let the body flow anew without its limbs; parts that it then carries along are none."""
        limbs = [part for part, turn in enumerate(turns, 1) if self._is_limb(velocity, turn, labels[0] == part)]
        while True:
            body = [part for part in range(1, len(turns) + 1) if part not in limbs]
            flow = self._flow_without(velocity, turns, labels, limbs, body)
            torn = self._find_torn(flow, turns, labels, body)
            if not torn:
                return flow, [turns[part - 1] for part in limbs], keep_labels(labels, limbs)
            limbs = sorted([*limbs, *torn])

    def _is_limb(self, velocity: Field, turn: Similarity, mask: Mask) -> bool:
        """Say whether a part turns against the body; what is right around the part may melt along with it."""
        field = self._comparison.follow(velocity, 1.0)
        body = self._comparison.solid[0] & ~grow(mask, _MELTING_CELLS)
        if not body.any():
            return True
        along_x = np.gradient(field, axis=1)[body].mean(axis=0)
        carried = math.atan2(float(along_x[1]), 1 + float(along_x[0]))
        return abs(math.remainder(read_turn(turn) - carried, math.tau)) > LIMB_RADIANS

    def _flow_without(
        self,
        velocity: Field,
        turns: Sequence[Similarity],
        labels: tuple[Labels, Labels],
        limbs: list[int],
        body: list[int],
    ) -> Field:
        near, far = (~grow(np.isin(side, limbs)) for side in labels)
        if not body:
            return self._flow(near, far, self._start, FIRM)
        start = self._spread(velocity, turns, labels, body, (near, far))
        return self._flow(near, far, start, FIRM_ON)

    def _spread(
        self,
        velocity: Field,
        turns: Sequence[Similarity],
        labels: tuple[Labels, Labels],
        body: list[int],
        trusted: tuple[Mask, Mask],
    ) -> Field:
        """Return a field that does what the body's parts do, carried on smoothly over the limbs."""
        near, far = (np.where(np.isin(side, body), side, 0) for side in labels)
        there, back = Anatomy(velocity=velocity, turns=tuple(turns), labels=(near, far)).measure_motion(
            self._comparison
        )
        weights = [(pose[..., 3] * mask)[..., None] for pose, mask in zip(self._comparison.poses, trusted, strict=True)]
        total, weight = weights[0] * there - weights[1] * back, weights[0] + weights[1]
        spread, done = np.zeros_like(total), np.zeros_like(weight)
        for sigma_cells in (2.0, 6.0, 18.0):
            amount = smooth(weight, sigma_cells)[..., None]
            share = (1 - done) * np.clip(50 * amount, 0, 1)
            spread += share * smooth(total, sigma_cells) / np.maximum(amount, np.float32(1e-4))
            done += share
        return smooth(spread, 1.5)

    def _find_torn(
        self, velocity: Field, turns: Sequence[Similarity], labels: tuple[Labels, Labels], body: list[int]
    ) -> list[int]:
        """Return the parts that the body's flow was meant to carry along, and does not."""
        if not body:
            return []
        flowing = self._comparison.price_flow(velocity)
        torn = []
        for part in body:
            turning = self._comparison.price_turn(turns[part - 1])
            excess = [(flowing[side] - turning[side])[labels[side] == part] for side in (0, 1)]
            if float(np.concatenate(excess).mean()) > _UNSETTLED:
                torn.append(part)
        return torn


def _measure_left(prices: Both) -> Both:
    """Return what is left open, about 0..1."""
    near, far = prices
    return np.minimum(near / 0.5, 1.3), np.minimum(far / 0.5, 1.3)


def _does_turn_far(proposal: Proposal) -> bool:
    """Say whether a guess is about a limb rather than about the body."""
    return abs(read_turn(proposal.turn)) > LIMB_RADIANS
