from dataclasses import replace
from fractions import Fraction

import pytest

from poseloom.core.asset import AssetKind
from poseloom.core.error import InsufficientCredits, InvalidOrder, NotFound
from poseloom.core.job import Batch, JobState, JobType
from poseloom.core.request import AnimationOrder
from poseloom.usecases.animation import Animation, generate_animation
from poseloom.usecases.credit import check_ledger
from tests.integration.api.bench import CATALOGUE, Bench, Owner
from tests.integration.usecases.crowd import call_at_once


def generate(bench: Bench, owner: Owner, collection_id: str, request: AnimationOrder) -> Animation:
    with bench.database.write() as unit:
        return generate_animation(unit, owner.caller, collection_id, request, catalogue=CATALOGUE, tools=bench.tools)


def read_batch(bench: Bench, made: Animation) -> Batch:
    with bench.database.read() as unit:
        return unit.batches.read(made.job.batch_id)


def check_book(bench: Bench) -> None:
    with bench.database.read() as unit:
        assert check_ledger(unit).violations == []


@pytest.fixture
def collection_id(bench: Bench, owner: Owner) -> str:
    return bench.add_collection(owner)


@pytest.fixture
def loop(bench: Bench, owner: Owner, collection_id: str) -> AnimationOrder:
    return AnimationOrder(source_image_asset_id=bench.add_pose(owner, collection_id))


def test_one_picture_makes_a_loop(bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder) -> None:
    made = generate(bench, owner, collection_id, loop)
    job = made.job
    assert (job.is_loop, job.type, job.state, job.canvas_id) == (True, JobType.ANIMATION, JobState.PENDING, None)
    assert job.cost_credits == 20
    assert made.balance == bench.read_balance(owner) == 980
    assert made.reverse is None
    assert AssetKind.FRAMES not in job.assets
    assert bench.queued == [job.id]
    assert bench.read_job(job.id) == job
    check_book(bench)


def test_two_pictures_make_a_way_that_may_be_played_backwards_later(
    bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder
) -> None:
    end = bench.add_pose(owner, collection_id)
    made = generate(bench, owner, collection_id, replace(loop, end_image_asset_id=end))
    assert (made.job.is_loop, made.reverse) == (False, None)
    assert (made.job.source_asset_id, made.job.target_asset_id) == (loop.source_image_asset_id, end)
    assert AssetKind.FRAMES in made.job.assets
    assert set(read_batch(bench, made).poses) == {loop.source_image_asset_id, end}


def test_the_way_back_is_free_and_waits(bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder) -> None:
    end = bench.add_pose(owner, collection_id)
    made = generate(
        bench, owner, collection_id, replace(loop, end_image_asset_id=end, auto_reverse=True, prompt="It jumps.")
    )
    forward, reverse = made.job, made.reverse
    assert reverse is not None
    assert reverse.prompt == forward.prompt == "It jumps."
    assert (reverse.type, reverse.forward_job_id) == (JobType.REVERSE, forward.id)
    assert reverse.cost_credits == 0
    assert (reverse.source_asset_id, reverse.target_asset_id) == (end, loop.source_image_asset_id)
    assert reverse.frames_asset_id == forward.assets[AssetKind.FRAMES]
    assert bench.queued == [forward.id]
    bench.settle(forward.id)
    assert bench.queued == [forward.id, reverse.id]
    bench.settle(reverse.id)
    check_book(bench)


def test_a_way_that_fails_takes_its_way_back_along_and_is_paid_back(
    bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder
) -> None:
    end = bench.add_pose(owner, collection_id)
    made = generate(bench, owner, collection_id, replace(loop, end_image_asset_id=end, auto_reverse=True))
    bench.fail(made.job.id)
    assert made.reverse is not None
    error = bench.read_job(made.reverse.id).error
    assert error is not None
    assert error.code == "forward_failed"
    assert bench.read_balance(owner) == 1000
    check_book(bench)


def test_a_call_says_how_its_clip_comes_out(
    bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder
) -> None:
    plain = read_batch(bench, generate(bench, owner, collection_id, loop))
    assert (plain.size, plain.fps, plain.seed) == (CATALOGUE.size, CATALOGUE.fps, None)
    asked = replace(loop, size=256, fps=Fraction(30), seed=7, duration_seconds=Fraction(2), name="Blink")
    made = generate(bench, owner, collection_id, asked)
    batch = read_batch(bench, made)
    assert (batch.size, batch.fps, batch.seed) == (256, Fraction(30), 7)
    assert (made.job.frames_total, made.job.label) == (60, "Blink")
    assert made.job.cost_credits == 10


def test_what_is_not_covered_is_not_queued(bench: Bench) -> None:
    poor = bench.open_workspace(credits_=19)
    collection_id = bench.add_collection(poor)
    request = AnimationOrder(source_image_asset_id=bench.add_pose(poor, collection_id))
    with pytest.raises(InsufficientCredits) as caught:
        generate(bench, poor, collection_id, request)
    assert caught.value.fields == {"required": 20, "balance": 19, "available": 19}
    assert not bench.queued
    assert bench.read_balance(poor) == 19


def test_callers_who_come_at_once_spend_no_more_than_there_is(each_bench: Bench) -> None:
    owner = each_bench.open_workspace(credits_=60)
    collection_id = each_bench.add_collection(owner)
    request = AnimationOrder(source_image_asset_id=each_bench.add_pose(owner, collection_id))
    made, refused = call_at_once(6, lambda _: generate(each_bench, owner, collection_id, request))
    assert sorted(animation.balance for animation in made) == [0, 20, 40]
    assert [type(error) for error in refused] == [InsufficientCredits] * 3
    check_book(each_bench)


def test_a_generator_that_there_is_not_is_refused(
    bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder
) -> None:
    with pytest.raises(InvalidOrder) as caught:
        generate(bench, owner, collection_id, replace(loop, generator="dream"))
    assert caught.value.fields["field"] == "generator"


def test_a_picture_that_there_is_not_is_refused_by_its_field(
    bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder
) -> None:
    with pytest.raises(InvalidOrder) as caught:
        generate(bench, owner, collection_id, replace(loop, end_image_asset_id="ast_none"))
    assert caught.value.fields["field"] == "end_image_asset_id"
    with pytest.raises(InvalidOrder) as caught:
        generate(bench, owner, collection_id, replace(loop, source_image_asset_id="ast_none"))
    assert caught.value.fields["field"] == "source_image_asset_id"


def test_a_video_is_no_picture(bench: Bench, owner: Owner, collection_id: str, loop: AnimationOrder) -> None:
    made = generate(bench, owner, collection_id, loop)
    bench.settle(made.job.id)
    with pytest.raises(InvalidOrder):
        generate(bench, owner, collection_id, AnimationOrder(source_image_asset_id=made.job.assets[AssetKind.WEBM]))


def test_neither_a_strangers_collection_nor_their_picture_is_there(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    ours, theirs = each_bench.add_collection(owner), each_bench.add_collection(stranger)
    request = AnimationOrder(source_image_asset_id=each_bench.add_pose(owner, ours))
    with pytest.raises(NotFound):
        generate(each_bench, stranger, ours, request)
    with pytest.raises(InvalidOrder):
        generate(each_bench, stranger, theirs, request)
    assert each_bench.read_balance(stranger) == each_bench.read_balance(owner) == 1000
