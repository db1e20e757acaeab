"""Records come back as they were put, page by page, and to nobody but their owner."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from poseloom.core.confidence import Fault, FaultKind, judge_pair
from poseloom.core.error import InvalidRequest
from poseloom.core.identity import Prefix
from poseloom.core.job import JobError, JobState, Submission
from poseloom.core.page import Cursor, Page, close_page, decode_cursor
from poseloom.core.workspace import Collection
from tests.integration.store.desk import NOON, Desk

MANY = 1200
"""More than go into one query."""
PROPERTY = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def desk(sql_url: str) -> Iterator[Desk]:
    desk = Desk.open(sql_url)
    yield desk
    desk.close()


def add_collections(desk: Desk, workspace_id: str, milliseconds: list[int]) -> list[Collection]:
    records = [desk.write_collection(workspace_id, NOON + timedelta(milliseconds=at)) for at in milliseconds]
    with desk.database.write() as unit:
        unit.collections.add(*records)
    return records


def read_page(desk: Desk, workspace_id: str, page: Page) -> tuple[list[Collection], str | None]:
    with desk.database.read() as unit:
        rows = unit.collections.list_page(workspace_id, page)
    shown, cursor = close_page(rows, page, lambda record: Cursor.at(record.created_at, record.id))
    return list(shown), cursor


@PROPERTY
@given(
    first=st.lists(st.integers(0, 4), max_size=24),
    later=st.lists(st.lists(st.integers(0, 6), max_size=3), max_size=8),
    limit=st.integers(1, 7),
)
def test_walking_pages_shows_every_record_once_whatever_is_added_meanwhile(
    desk: Desk, first: list[int], later: list[list[int]], limit: int
) -> None:
    workspace_id = desk.add_workspace()
    records = add_collections(desk, workspace_id, first)
    seen: list[Collection] = []
    additions, cursor, is_first = iter(later), None, True
    while is_first or cursor is not None:
        after = None if cursor is None else decode_cursor(cursor)
        shown, cursor = read_page(desk, workspace_id, Page(limit=limit, after=after))
        seen += shown
        is_first = False
        add_collections(desk, workspace_id, next(additions, []))
    places = [(record.created_at, record.id) for record in seen]
    assert places == sorted(set(places), reverse=True)
    assert {record.id for record in records} <= {record.id for record in seen}


def test_a_page_holds_one_more_record_only_when_there_is_one(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    add_collections(desk, workspace_id, [1, 2, 3])
    assert read_page(desk, workspace_id, Page(limit=3))[1] is None
    assert read_page(desk, workspace_id, Page(limit=2))[1] is not None


def test_a_cursor_that_no_list_gave_is_refused(desk: Desk) -> None:
    with desk.database.read() as unit, pytest.raises(InvalidRequest, match="cursor"):
        unit.collections.list_page("wsp_1", Page(after=Cursor(key=2**60, id="col_1")))


def test_a_list_shows_what_equals_and_where_nothing_is_said(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    batch = desk.write_batch(workspace_id)
    kinds = [(None, None, JobState.FAILED), ("cnv_1", "e", JobState.FAILED), ("cnv_1", "f", JobState.PENDING)]
    jobs = [desk.write_job(batch, *kind) for kind in kinds]
    with desk.database.write() as unit:
        unit.batches.add(batch)
        unit.jobs.add(*jobs)
    with desk.database.read() as unit:
        assert [job.id for job in unit.jobs.list_page(workspace_id, Page(), canvas_id=None)] == [jobs[0].id]
        listed = unit.jobs.list_page(workspace_id, Page(), canvas_id="cnv_1", state=JobState.FAILED)
        assert [job.id for job in listed] == [jobs[1].id]
        assert unit.jobs.count(workspace_id=workspace_id, state=JobState.FAILED) == 2


def test_nobody_finds_or_lists_what_is_another_workspaces(desk: Desk) -> None:
    owner, stranger = desk.add_workspace(), desk.add_workspace()
    collection, asset, canvas = desk.write_collection(owner), desk.write_asset(owner), desk.write_canvas(owner)
    with desk.database.write() as unit:
        unit.collections.add(collection)
        unit.assets.add(asset)
        unit.canvases.add(canvas)
    with desk.database.write() as unit:
        assert unit.collections.find(owner, collection.id) == collection
        assert unit.collections.find(stranger, collection.id) is None
        assert unit.assets.find(stranger, asset.id) is None
        assert unit.assets.find_many(stranger, [asset.id]) == {}
        assert unit.canvases.lock(stranger, canvas.id) is None
        assert unit.workspaces.find(stranger, owner) is None
        assert unit.collections.list_page(stranger, Page()) == []
        assert unit.assets.list_page(stranger, Page()) == []


def test_many_records_are_found_and_removed_at_once(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    assets = [desk.write_asset(workspace_id) for _ in range(MANY)]
    ids = [asset.id for asset in assets]
    with desk.database.write() as unit:
        unit.assets.add(*assets)
        assert unit.assets.find_many(workspace_id, [*ids, *ids, "ast_none"]) == {asset.id: asset for asset in assets}
        assert unit.assets.list_hashes([*(asset.sha256 for asset in assets), "f" * 64]) == {a.sha256 for a in assets}
        unit.assets.remove(*ids)
        assert unit.assets.count() == 0


def test_records_come_back_exactly_as_they_were_put(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    batch, canvas, asset = (
        desk.write_batch(workspace_id),
        desk.write_canvas(workspace_id),
        desk.write_asset(workspace_id),
    )
    job = desk.write_job(batch, canvas.id, "e", JobState.PENDING)
    with desk.database.write() as unit:
        unit.batches.add(batch)
        unit.jobs.add(job)
        unit.canvases.add(canvas)
        unit.assets.add(asset)
    with desk.database.read() as unit:
        assert unit.batches.read(batch.id) == batch
        assert unit.jobs.find(workspace_id, job.id) == job
        assert unit.canvases.find(workspace_id, canvas.id) == canvas
        assert unit.assets.find_by_name(asset.content_name) == unit.assets.find_by_name(asset.name) == asset


def test_changed_fields_come_back_changed(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    batch = desk.write_batch(workspace_id)
    job = desk.write_job(batch, "cnv_1", "e", JobState.PENDING)
    trust = judge_pair([Fault(kind=FaultKind.DIFFERS, amount=0.25, weight=0.3)], limbs=2)
    error, seam = JobError(code="x", message="Größe ☃", retryable=True), {"webm": {"first": {"colour_db": None}}}
    with desk.database.write() as unit:
        unit.batches.add(batch)
        unit.jobs.add(job)
        unit.jobs.change(job.id, error=error, seam=seam, confidence=trust, submission=Submission.SENT, ticket="t")
    with desk.database.read() as unit:
        changed = unit.jobs.read(job.id)
    assert changed is not None
    assert changed.confidence == trust
    assert (changed.error, changed.seam, changed.submission, changed.ticket) == (error, seam, Submission.SENT, "t")


def test_the_database_itself_refuses_a_second_live_job_of_an_edge(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    batch = desk.write_batch(workspace_id)
    live, second = (desk.write_job(batch, "cnv_1", "e", state) for state in (JobState.PROCESSING, JobState.PENDING))
    with desk.database.write() as unit:
        unit.batches.add(batch)
        unit.jobs.add(live)
    with pytest.raises(IntegrityError), desk.database.write() as unit:
        unit.jobs.add(second)
    with desk.database.read() as unit:
        assert [job.id for job in unit.jobs.list_live("cnv_1")] == [live.id]


def test_an_ended_job_makes_room_for_the_next_of_its_edge(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    batch = desk.write_batch(workspace_id)
    ended = [desk.write_job(batch, "cnv_1", "e", state) for state in JobState if state.is_final]
    live, elsewhere = (desk.write_job(batch, canvas, "e", JobState.PENDING) for canvas in ("cnv_1", "cnv_2"))
    loose = [desk.write_job(batch, None, None, JobState.PENDING) for _ in range(2)]
    with desk.database.write() as unit:
        unit.batches.add(batch)
        unit.jobs.add(*ended, live, elsewhere, *loose)
        assert unit.jobs.list_last("cnv_1") == {"e": live}
        assert [job.id for job in unit.jobs.list_live("cnv_1")] == [live.id]


def test_a_job_moves_only_from_where_it_is_thought_to_be(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    batch = desk.write_batch(workspace_id)
    job = desk.write_job(batch, "cnv_1", "e", JobState.PENDING)
    with desk.database.write() as unit:
        unit.batches.add(batch)
        unit.jobs.add(job)
        assert unit.jobs.move(job.id, JobState.PENDING, JobState.PROCESSING, attempts=1)
        assert not unit.jobs.move(job.id, JobState.PENDING, JobState.CANCELLED)
        moved = unit.jobs.read(job.id)
    assert moved is not None
    assert (moved.state, moved.attempts) == (JobState.PROCESSING, 1)


def test_touching_raises_the_revision_of_the_named_canvases_alone(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    touched, other = desk.write_canvas(workspace_id), desk.write_canvas(workspace_id)
    with desk.database.write() as unit:
        unit.canvases.add(touched, other)
        unit.canvases.touch([touched.id, touched.id])
    with desk.database.read() as unit:
        found = [unit.canvases.find(workspace_id, canvas.id) for canvas in (touched, other)]
    assert [canvas.revision for canvas in found if canvas is not None] == [2, 1]


def test_an_unknown_workspace_owns_nothing(desk: Desk) -> None:
    with pytest.raises(IntegrityError), desk.database.write() as unit:
        unit.collections.add(desk.write_collection(desk.mint(Prefix.WORKSPACE)))
