from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from poseloom.core.document import write_canvas
from poseloom.core.edit import add_node, change_edge, change_node, patch_canvas, remove_edge, remove_node, replace_graph
from poseloom.core.error import InvalidCanvas, InvalidOrder, NotFound, StateError, VersionMismatch
from poseloom.core.job import JobState
from poseloom.core.kept_clip import DropReason
from poseloom.core.page import Page
from poseloom.core.plan import Order
from poseloom.core.progress import EdgeStatus, judge_edge
from poseloom.core.request import GenerateAll
from poseloom.usecases.canvas import (
    CanvasView,
    Change,
    Editor,
    create_canvas,
    delete_canvas,
    edit_canvas,
    fill_canvas,
    list_canvases,
    read_canvas,
)
from poseloom.usecases.credit import check_ledger
from poseloom.usecases.generate import generate_all
from tests.integration.api.bench import CATALOGUE, Address, Bench, Owner
from tests.integration.usecases.crowd import call_at_once

ALL_AGAIN = Order(skip_completed=False)


def open_editor(bench: Bench, unit: Any, mascot: Address, version: int | None = None) -> Editor:  # noqa: ANN401
    return Editor(
        unit=unit, caller=mascot.owner.caller, tools=bench.tools, catalogue=CATALOGUE,
        address=(mascot.collection_id, mascot.canvas_id), expected_version=version,
    )  # fmt: skip


def edit(
    bench: Bench, mascot: Address, change: Change, *, version: int | None = None, generator: object = None
) -> CanvasView:
    with bench.database.write() as unit:
        return edit_canvas(open_editor(bench, unit, mascot, version), change, generator=generator)


def patch(bench: Bench, mascot: Address, document: dict[str, object], version: int | None = None) -> CanvasView:
    return edit(bench, mascot, lambda canvas: patch_canvas(canvas, document, bench.tools.mint), version=version)


def read(bench: Bench, mascot: Address) -> CanvasView:
    with bench.database.read() as unit:
        return read_canvas(unit, mascot.owner.caller, mascot.collection_id, mascot.canvas_id)


def order(bench: Bench, mascot: Address, request: GenerateAll | None = None) -> None:
    with bench.database.write() as unit:
        generate_all(
            unit, mascot.owner.caller, (mascot.collection_id, mascot.canvas_id), request or GenerateAll(),
            catalogue=CATALOGUE, tools=bench.tools,
        )  # fmt: skip


def name_dropped(view: CanvasView) -> dict[str, DropReason]:
    return {each.edge_id: each.reason for each in view.dropped}


def create(bench: Bench, owner: Owner, document: object) -> CanvasView:
    collection_id = bench.add_collection(owner)
    with bench.database.write() as unit:
        return create_canvas(unit, owner.caller, collection_id, document, catalogue=CATALOGUE, tools=bench.tools)


def test_a_name_makes_an_empty_canvas(bench: Bench, owner: Owner) -> None:
    view = create(bench, owner, {"name": "Main"})
    stored = view.stored
    assert (stored.canvas.name, stored.canvas.nodes, stored.canvas.initial_node) == ("Main", (), "")
    assert (stored.canvas.size, stored.canvas.fps) == (CATALOGUE.size, CATALOGUE.fps)
    assert (stored.version, stored.revision, stored.framing, stored.generator) == (1, 1, None, None)
    assert view.stored.id == view.stored.canvas.id


def test_nothing_at_all_makes_a_canvas(bench: Bench, owner: Owner) -> None:
    assert create(bench, owner, {}).stored.canvas.edges == ()


def test_a_canvas_may_come_whole(bench: Bench, owner: Owner) -> None:
    graph = {"nodes": [{"id": "idle"}], "edges": [{"id": "loop", "source": "idle", "target": "idle"}], "size": 256}
    view = create(bench, owner, graph)
    assert ([edge.edge_id for edge in view.edges], view.stored.canvas.size) == (["loop"], 256)


def test_a_canvas_may_come_from_a_template(bench: Bench, owner: Owner) -> None:
    view = create(bench, owner, {"name": "Mine", "template_id": "claude-code-4state-lite"})
    assert (view.stored.canvas.name, len(view.stored.canvas.nodes), len(view.edges)) == ("Mine", 4, 13)
    assert view.node_mapping == {key: key for key in ("idle", "working", "attention", "thinking")}


def test_a_template_and_a_graph_do_not_go_together(bench: Bench, owner: Owner) -> None:
    with pytest.raises(StateError):
        create(bench, owner, {"nodes": [{"id": "idle"}], "template_id": "claude-code-4state"})


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"generator": "dream"}, InvalidOrder),
        ({"template_id": "none"}, NotFound),
        ({"nodes": [{"id": "idle", "assetId": "ast_none"}]}, InvalidCanvas),
        ({"nodes": [{"id": "idle"}], "edges": [{"id": "e", "source": "idle", "target": "nowhere"}]}, InvalidCanvas),
    ],
)
def test_what_cannot_be_made_is_not_made(bench: Bench, owner: Owner, document: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        create(bench, owner, document)
    with bench.database.read() as unit:
        assert unit.canvases.count(workspace_id=owner.caller.workspace_id) == 0


def test_a_strangers_picture_is_no_picture(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    theirs = each_bench.add_pose(stranger, each_bench.add_collection(stranger))
    with pytest.raises(InvalidCanvas) as caught:
        create(each_bench, owner, {"nodes": [{"id": "idle"}, {"id": "wave", "assetId": theirs}]})
    assert caught.value.fields["field"] == "nodes[1].assetId"


def test_a_canvas_says_where_each_edge_stands(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    jobs = bench.list_jobs(mascot)
    bench.settle(jobs["idle-loop"].id)
    bench.fail(jobs["idle-wave"].id)
    view = read(bench, mascot)
    assert {state.edge_id: judge_edge(state.facts) for state in view.edges} == {
        "idle-loop": EdgeStatus.COMPLETED,
        "wave-loop": EdgeStatus.PENDING,
        "idle-wave": EdgeStatus.FAILED,
        "wave-idle": EdgeStatus.FAILED,
    }
    assert set(view.clips) == {"idle-loop"}


def test_canvases_are_listed_with_their_counts(bench: Bench, owner: Owner, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle(bench.list_jobs(mascot)["idle-loop"].id)
    with bench.database.write() as unit:
        late = create_canvas(
            unit, owner.caller, mascot.collection_id, {"name": "Late"}, catalogue=CATALOGUE, tools=bench.tools
        )
    with bench.database.read() as unit:
        listed = list_canvases(unit, owner.caller, mascot.collection_id, Page())
    assert [(summary.stored.id, summary.completed_edge_count) for summary in listed] == [
        (late.stored.id, 0),
        (mascot.canvas_id, 1),
    ]


def test_a_saved_change_raises_version_and_revision(bench: Bench, mascot: Address) -> None:
    view = patch(bench, mascot, {"name": "Night"})
    assert (view.stored.canvas.name, view.stored.version, view.stored.revision) == ("Night", 2, 2)
    assert (view.dropped, view.cancelled, view.removed_edges) == ((), [], [])


def test_saving_the_same_graph_changes_nothing(bench: Bench, mascot: Address) -> None:
    patch(bench, mascot, {"name": "Night"})
    before = read(bench, mascot).stored
    graph = write_canvas(before.canvas)
    view = edit(bench, mascot, lambda canvas: replace_graph(canvas, graph, bench.tools.mint))
    assert view.stored == before == read(bench, mascot).stored


def test_a_change_that_names_the_present_version_is_saved(bench: Bench, mascot: Address) -> None:
    assert patch(bench, mascot, {"name": "Night"}, version=1).stored.version == 2


def test_a_change_of_what_someone_else_has_saved_is_refused(bench: Bench, mascot: Address) -> None:
    patch(bench, mascot, {"name": "Night"})
    with pytest.raises(VersionMismatch) as caught:
        patch(bench, mascot, {"name": "Day"}, version=1)
    assert caught.value.fields["version"] == 2
    assert read(bench, mascot).stored.canvas.name == "Night"


def test_of_many_who_save_the_same_version_one_does(each_bench: Bench) -> None:
    mascot = each_bench.add_mascot(each_bench.open_workspace())
    saved, refused = call_at_once(6, lambda number: patch(each_bench, mascot, {"name": f"By {number}"}, version=1))
    assert [view.stored.version for view in saved] == [2]
    assert {type(error) for error in refused} == {VersionMismatch}
    assert read(each_bench, mascot).stored.canvas.name == saved[0].stored.canvas.name


def test_changes_that_come_at_once_are_all_kept(each_bench: Bench) -> None:
    mascot = each_bench.add_mascot(each_bench.open_workspace())

    def grow(number: int) -> CanvasView:
        return edit(each_bench, mascot, lambda canvas: add_node(canvas, {"id": f"n{number}"}, each_bench.tools.mint))

    saved, _ = call_at_once(6, grow)
    assert sorted(view.stored.version for view in saved) == [2, 3, 4, 5, 6, 7]
    assert {node.id for node in read(each_bench, mascot).stored.canvas.nodes} >= {f"n{number}" for number in range(6)}


def test_a_change_that_breaks_the_graph_changes_nothing(bench: Bench, mascot: Address) -> None:
    with pytest.raises(InvalidCanvas):
        # Another edge says that it is the reverse of this one.
        edit(bench, mascot, lambda canvas: remove_edge(canvas, "idle-wave"))
    assert read(bench, mascot).stored.version == 1


def test_words_and_conditions_cost_no_clip(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle_all(mascot)
    document: dict[str, object] = {"priority": 5, "description": "waves", "conditions": [{"input": "clicked"}]}
    view = edit(bench, mascot, lambda canvas: change_edge(canvas, "idle-wave", document))
    assert (view.dropped, len(view.clips)) == ((), 4)


def test_another_picture_drops_the_clips_that_show_the_pose(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle_all(mascot)
    picture = bench.add_pose(mascot.owner, mascot.collection_id)
    view = edit(bench, mascot, lambda canvas: change_node(canvas, "wave", {"assetId": picture}))
    assert name_dropped(view) == dict.fromkeys(("wave-loop", "idle-wave", "wave-idle"), DropReason.POSE_CHANGED)
    assert set(view.clips) == set(read(bench, mascot).clips) == {"idle-loop"}


def test_work_on_what_changed_is_cancelled_and_paid_back(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    mascot = each_bench.add_mascot(owner)
    order(each_bench, mascot)
    each_bench.claim(each_bench.list_jobs(mascot)["idle-wave"].id)
    picture = each_bench.add_pose(owner, mascot.collection_id)
    view = edit(each_bench, mascot, lambda canvas: change_node(canvas, "wave", {"assetId": picture}))
    jobs = each_bench.list_jobs(mascot)
    assert {job.edge_id for job in view.cancelled} == {"wave-loop", "idle-wave", "wave-idle"}
    assert {edge_id: job.state for edge_id, job in jobs.items()} == {
        "idle-loop": JobState.PENDING,
        "wave-loop": JobState.CANCELLED,
        "idle-wave": JobState.CANCELLED,
        "wave-idle": JobState.CANCELLED,
    }
    assert each_bench.read_balance(owner) == 1000 - 20
    with each_bench.database.read() as unit:
        assert check_ledger(unit).violations == []


def test_the_old_clip_goes_though_its_successor_is_under_way(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle_all(mascot)
    order(bench, mascot, GenerateAll(order=ALL_AGAIN))
    view = patch(bench, mascot, {"size": 256})
    assert set(name_dropped(view).values()) == {DropReason.FORMAT_CHANGED}
    assert (len(view.dropped), len(view.cancelled), dict(view.clips)) == (4, 4, {})
    assert bench.read_balance(mascot.owner) == 940


def test_a_removed_node_takes_edges_clips_and_jobs_along(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle(bench.list_jobs(mascot)["wave-loop"].id)
    view = edit(bench, mascot, lambda canvas: remove_node(canvas, "wave")[0])
    gone = ["wave-loop", "idle-wave", "wave-idle"]
    assert view.removed_edges == gone
    assert name_dropped(view) == dict.fromkeys(gone, DropReason.EDGE_REMOVED)
    assert {job.edge_id for job in view.cancelled} == {"idle-wave", "wave-idle"}
    assert bench.read_balance(mascot.owner) == 960


def test_another_size_lets_the_poses_be_framed_anew(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    assert read(bench, mascot).stored.framing is not None
    assert patch(bench, mascot, {"size": 256}).stored.framing is None


def test_another_name_keeps_the_framing(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    framing = read(bench, mascot).stored.framing
    assert patch(bench, mascot, {"name": "Night"}).stored.framing == framing


def test_a_dropped_clip_is_made_again_by_the_next_order(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle_all(mascot)
    picture = bench.add_pose(mascot.owner, mascot.collection_id)
    edit(bench, mascot, lambda canvas: change_node(canvas, "wave", {"assetId": picture}))
    order(bench, mascot)
    live = {edge_id for edge_id, job in bench.list_jobs(mascot).items() if not job.state.is_final}
    assert live == {"wave-loop", "idle-wave", "wave-idle"}


def test_a_canvas_may_have_a_generator_of_its_own(bench: Bench, mascot: Address) -> None:
    view = edit(bench, mascot, lambda canvas: canvas, generator={"generator": "local"})
    assert (view.stored.generator, view.stored.version) == ("local", 2)
    assert edit(bench, mascot, lambda canvas: canvas, generator={}).stored.generator == "local"
    with pytest.raises(InvalidOrder):
        edit(bench, mascot, lambda canvas: canvas, generator={"generator": "dream"})


def fill(bench: Bench, mascot: Address, template_id: str, *, replaces: bool) -> CanvasView:
    with bench.database.write() as unit:
        return fill_canvas(open_editor(bench, unit, mascot), template_id, replaces=replaces)


def test_a_template_fills_an_empty_canvas(bench: Bench, owner: Owner) -> None:
    empty = bench.add_canvas(owner, (), ())
    view = fill(bench, empty, "claude-code-4state", replaces=False)
    assert (len(view.stored.canvas.nodes), len(view.edges), view.stored.version) == (4, 16, 2)
    assert view.node_mapping is not None
    assert view.stored.canvas.name == "Main"


def test_a_template_takes_the_place_of_a_graph_only_when_that_is_said(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    with pytest.raises(StateError):
        fill(bench, mascot, "claude-code-4state", replaces=False)
    view = fill(bench, mascot, "claude-code-4state", replaces=True)
    # The template has an edge of the same name, whose pose has no picture.
    assert name_dropped(view) == {
        "idle-loop": DropReason.POSE_CHANGED,
        "wave-loop": DropReason.EDGE_REMOVED,
        "idle-wave": DropReason.EDGE_REMOVED,
        "wave-idle": DropReason.EDGE_REMOVED,
    }
    assert bench.read_balance(mascot.owner) == 1000


def test_a_template_that_there_is_not_fills_nothing(bench: Bench, owner: Owner) -> None:
    empty = bench.add_canvas(owner, (), ())
    with pytest.raises(NotFound):
        fill(bench, empty, "none", replaces=False)


def test_a_deleted_canvas_cancels_its_work_and_keeps_what_it_made(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    mascot = each_bench.add_mascot(owner)
    order(each_bench, mascot)
    each_bench.settle(each_bench.list_jobs(mascot)["idle-loop"].id)
    with each_bench.database.read() as unit:
        made = unit.assets.count(collection_id=mascot.collection_id)
    with each_bench.database.write() as unit:
        cancelled = delete_canvas(open_editor(each_bench, unit, mascot))
    assert {job.edge_id for job in cancelled} == {"wave-loop", "idle-wave", "wave-idle"}
    assert each_bench.read_balance(owner) == 980
    with pytest.raises(NotFound):
        read(each_bench, mascot)
    with each_bench.database.read() as unit:
        assert unit.assets.count(collection_id=mascot.collection_id) == made
        assert check_ledger(unit).violations == []


def test_a_canvas_that_someone_else_has_saved_is_not_deleted(bench: Bench, mascot: Address) -> None:
    patch(bench, mascot, {"name": "Night"})
    with bench.database.write() as unit, pytest.raises(VersionMismatch):
        delete_canvas(open_editor(bench, unit, mascot, 1))
    assert read(bench, mascot).stored.version == 2


def test_a_change_and_an_order_at_once_leave_no_job_for_an_edge_that_is_gone(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    for _ in range(5):
        mascot = each_bench.add_mascot(owner)

        def meet(number: int, mascot: Address = mascot) -> None:
            if number == 0:
                edit(each_bench, mascot, lambda canvas: remove_node(canvas, "wave")[0])
            else:
                order(each_bench, mascot)

        assert call_at_once(2, meet)[1] == []
        live = {edge_id for edge_id, job in each_bench.list_jobs(mascot).items() if not job.state.is_final}
        assert live == {"idle-loop"}
    assert each_bench.read_balance(owner) == Fraction(1000 - 5 * 20)


def test_a_strangers_canvas_is_not_there(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    mascot = each_bench.add_mascot(owner)
    theirs = Address(stranger, mascot.collection_id, mascot.canvas_id)
    verbs: tuple[Callable[[], object], ...] = (
        lambda: read(each_bench, theirs),
        lambda: patch(each_bench, theirs, {"name": "Mine"}),
        lambda: fill(each_bench, theirs, "claude-code-4state", replaces=True),
        lambda: order(each_bench, theirs),
    )
    for verb in verbs:
        with pytest.raises(NotFound):
            verb()
    with each_bench.database.write() as unit:
        with pytest.raises(NotFound):
            delete_canvas(open_editor(each_bench, unit, theirs))
        with pytest.raises(NotFound):
            list_canvases(unit, stranger.caller, mascot.collection_id, Page())
        with pytest.raises(NotFound):
            create_canvas(
                unit, stranger.caller, mascot.collection_id, {}, catalogue=CATALOGUE, tools=each_bench.tools
            )  # fmt: skip
    assert read(each_bench, mascot).stored.version == 1
