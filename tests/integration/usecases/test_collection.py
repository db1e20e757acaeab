import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import text

from poseloom.core.asset import AssetKind
from poseloom.core.error import GeneratorFailed, NotFound
from poseloom.core.identity import Prefix
from poseloom.core.job import JobState
from poseloom.core.page import LIMIT_MAX, Cursor, Page
from poseloom.core.request import AnimationOrder, GenerateAll
from poseloom.usecases.animation import generate_animation
from poseloom.usecases.credit import check_ledger
from poseloom.usecases.find import find_canvas
from poseloom.usecases.generate import generate_all
from poseloom.usecases.project import change_collection, delete_collection, list_collections, read_collection
from poseloom.usecases.settle import fail_job
from tests.integration.api.bench import CATALOGUE, Address, Bench, Owner
from tests.integration.usecases.crowd import call_at_once


def delete(bench: Bench, owner: Owner, collection_id: str) -> list[str]:
    with bench.database.write() as unit:
        return [job.id for job in delete_collection(unit, owner.caller, collection_id, bench.tools)]


def order(bench: Bench, mascot: Address) -> None:
    with bench.database.write() as unit:
        generate_all(
            unit, mascot.owner.caller, (mascot.collection_id, mascot.canvas_id), GenerateAll(),
            catalogue=CATALOGUE, tools=bench.tools,
        )  # fmt: skip


def test_a_collection_says_what_is_in_it(bench: Bench, owner: Owner, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle(bench.list_jobs(mascot)["idle-loop"].id)
    with bench.database.read() as unit:
        view = read_collection(unit, owner.caller, mascot.collection_id)
    made = len(CATALOGUE.formats) + len([AssetKind.POSTER])
    assert (view.item_count, view.asset_count) == (0, 2 + made)


def test_config_is_laid_over_what_is_there(bench: Bench, owner: Owner) -> None:
    collection_id = bench.add_collection(owner)
    for config in ({"caution_list": ["no hats"], "mood": "calm"}, {"mood": "wild"}):
        with bench.database.write() as unit:
            change_collection(unit, owner.caller, collection_id, {"config": config}, bench.tools)
    with bench.database.read() as unit:
        view = read_collection(unit, owner.caller, collection_id)
    assert view.collection.config == {"caution_list": ["no hats"], "mood": "wild"}


def test_pages_of_collections_do_not_move_when_one_is_added(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    made = [each_bench.add_collection(owner, f"Pim {number}") for number in range(5)]
    with each_bench.database.read() as unit:
        first = [view.collection for view in list_collections(unit, owner.caller, Page(limit=2), None)]
    each_bench.add_collection(owner, "Late")
    after = Cursor.at(first[1].created_at, first[1].id)
    with each_bench.database.read() as unit:
        second = list_collections(unit, owner.caller, Page(limit=200, after=after), None)
    shown = [collection.id for collection in (*first[:2], *(view.collection for view in second))]
    assert shown == made[::-1]


def test_a_deleted_collection_takes_everything_along_and_gives_the_credits_back(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    mascot, other = each_bench.add_mascot(owner), each_bench.add_mascot(owner)
    order(each_bench, mascot)
    jobs = each_bench.list_jobs(mascot)
    each_bench.settle(jobs["idle-loop"].id)
    cancelled = delete(each_bench, owner, mascot.collection_id)
    assert set(cancelled) == {job.id for edge_id, job in jobs.items() if edge_id != "idle-loop"}
    assert each_bench.read_balance(owner) == 980
    with each_bench.database.read() as unit:
        with pytest.raises(NotFound):
            find_canvas(unit, owner.caller, mascot.collection_id, mascot.canvas_id)
        assert unit.assets.count(collection_id=mascot.collection_id) == 0
        assert unit.clips.count(mascot.canvas_id) == 0
        assert {unit.jobs.read(job_id).state for job_id in cancelled} == {JobState.CANCELLED}  # type: ignore[union-attr]
        assert check_ledger(unit).violations == []
        # Nothing of another collection went.
        assert find_canvas(unit, owner.caller, other.collection_id, other.canvas_id).version == 1
        assert unit.assets.count(collection_id=other.collection_id) == 2


def test_clips_outside_of_canvases_are_cancelled_with_their_collection(bench: Bench, owner: Owner) -> None:
    collection_id = bench.add_collection(owner)
    request = AnimationOrder(source_image_asset_id=bench.add_pose(owner, collection_id))
    with bench.database.write() as unit:
        made = generate_animation(
            unit, owner.caller, collection_id, request, catalogue=CATALOGUE, tools=bench.tools
        )  # fmt: skip
    assert delete(bench, owner, collection_id) == [made.job.id]
    assert bench.read_balance(owner) == 1000


def test_more_canvases_than_a_page_holds_go_with_their_collection(bench: Bench, owner: Owner) -> None:
    mascot = bench.add_mascot(owner)
    with bench.database.write() as unit:
        stored = find_canvas(unit, owner.caller, mascot.collection_id, mascot.canvas_id)
        unit.canvases.add(*(replace(stored, id=bench.tools.mint(Prefix.CANVAS)) for _ in range(LIMIT_MAX + 1)))
    assert delete(bench, owner, mascot.collection_id) == []
    with bench.database.read() as unit:
        assert unit.canvases.count(workspace_id=owner.caller.workspace_id) == 0


def test_an_order_and_a_deletion_at_once_leave_no_job_that_runs(each_bench: Bench) -> None:
    """Whoever comes first: nothing runs for what is gone, nothing stays paid for it, and nobody waits for ever."""
    owner = each_bench.open_workspace()
    for _ in range(5):
        mascot = each_bench.add_mascot(owner)

        def meet(number: int, mascot: Address = mascot) -> None:
            if number == 0:
                delete(each_bench, owner, mascot.collection_id)
            else:
                order(each_bench, mascot)

        _, refused = call_at_once(2, meet)
        assert {type(error) for error in refused} <= {NotFound}
        assert {job.state for job in each_bench.list_jobs(mascot).values()} <= {JobState.CANCELLED}
    assert each_bench.read_balance(owner) == Fraction(1000)


def test_a_deletion_waits_for_a_job_that_is_just_ending_and_holds_nothing_meanwhile(postgres_bench: Bench) -> None:
    bench = postgres_bench
    owner = bench.open_workspace()
    mascot = bench.add_mascot(owner)
    order(bench, mascot)
    job_id = bench.list_jobs(mascot)["idle-wave"].id
    with ThreadPoolExecutor(1) as pool:
        with bench.database.write() as unit:
            unit.canvases.lock(owner.caller.workspace_id, mascot.canvas_id)
            deletion = pool.submit(delete, bench, owner, mascot.collection_id)
            await_waiting(bench)
            # Had the deletion this job already, each would wait for the other.
            assert fail_job(unit, job_id, GeneratorFailed("it is down; try again"), bench.tools)
        cancelled = deletion.result(timeout=30)
    assert job_id not in cancelled
    assert bench.read_balance(owner) == 1000


def await_waiting(bench: Bench) -> None:
    """Wait until a connection of this database waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 30
    with bench.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(waiting).scalar_one():
            assert time.monotonic() < deadline


def test_a_strangers_collection_is_not_there(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    mascot = each_bench.add_mascot(owner)
    order(each_bench, mascot)
    with pytest.raises(NotFound):
        delete(each_bench, stranger, mascot.collection_id)
    with each_bench.database.write() as unit:
        with pytest.raises(NotFound):
            change_collection(unit, stranger.caller, mascot.collection_id, {"name": "Mine"}, each_bench.tools)
        with pytest.raises(NotFound):
            read_collection(unit, stranger.caller, mascot.collection_id)
        assert list_collections(unit, stranger.caller, Page(), None) == []
    assert {job.state for job in each_bench.list_jobs(mascot).values()} == {JobState.PENDING}
