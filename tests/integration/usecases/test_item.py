import pytest

from poseloom.core.error import NotFound
from poseloom.core.framing import PoseExtent
from poseloom.core.page import Page
from poseloom.usecases.item import (
    ItemView,
    KeptPicture,
    add_pose,
    archive_item,
    list_items,
    read_item,
    rename_item,
    replace_picture,
)
from poseloom.usecases.pose import find_poses
from tests.integration.api.bench import Bench, Owner

EXTENT = PoseExtent(width=64, height=48, left=8, top=8, right=56, bottom=40)


def keep(bench: Bench, content: str) -> KeptPicture:
    return KeptPicture(
        image=bench.blobs.keep(f"given {content}".encode()),
        transparent=bench.blobs.keep(f"freed {content}".encode()),
        media_type="image/webp", suffix=".webp", extent=EXTENT,
    )  # fmt: skip


def add(bench: Bench, owner: Owner, collection_id: str, name: str = "Idle") -> ItemView:
    with bench.database.write() as unit:
        return add_pose(unit, owner.caller, collection_id, name, keep(bench, name), bench.tools)


def list_names(bench: Bench, owner: Owner, collection_id: str) -> list[str]:
    with bench.database.read() as unit:
        return [view.item.name for view in list_items(unit, owner.caller, collection_id, Page())]


def test_a_pose_has_the_picture_that_was_given_and_the_freed_one(bench: Bench, owner: Owner) -> None:
    view = add(bench, owner, bench.add_collection(owner))
    given, freed = view.assets["image"], view.assets["transparent_image"]
    assert view.item.assets == {"image": given.id, "transparent_image": freed.id}
    assert (given.media_type, freed.media_type) == ("image/webp", "image/png")
    assert (given.name[-5:], freed.name[-4:]) == (".webp", ".png")
    assert (given.width, given.height, freed.extent) == (64, 48, EXTENT)
    assert bench.blobs.read(given.sha256) == b"given Idle"
    assert bench.blobs.read(freed.sha256) == b"freed Idle"


def test_either_picture_stands_for_the_freed_one(bench: Bench, owner: Owner) -> None:
    view = add(bench, owner, bench.add_collection(owner))
    freed = view.assets["transparent_image"]
    with bench.database.read() as unit:
        poses = find_poses(unit, owner.caller, list(view.item.assets.values()))
    assert {asset.id for asset in poses.assets.values()} == {freed.id}
    assert poses.list_hashes() == {freed.id: freed.sha256}


def test_the_same_picture_may_come_twice(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    collection_id = each_bench.add_collection(owner)
    first, second = add(each_bench, owner, collection_id), add(each_bench, owner, collection_id)
    assert first.item.id != second.item.id
    assert set(first.item.assets.values()).isdisjoint(second.item.assets.values())
    with each_bench.database.read() as unit:
        found = unit.assets.find_by_name(first.assets["image"].content_name)
    assert found is not None
    assert found.sha256 == second.assets["image"].sha256


def test_another_picture_has_new_assets_and_the_old_ones_stay(bench: Bench, owner: Owner) -> None:
    collection_id = bench.add_collection(owner)
    before = add(bench, owner, collection_id)
    address = collection_id, before.item.id
    with bench.database.write() as unit:
        after = replace_picture(unit, owner.caller, address, keep(bench, "other"), bench.tools)
        assert read_item(unit, owner.caller, *address) == after
        kept = unit.assets.find_many(owner.caller.workspace_id, before.item.assets.values())
    assert set(after.item.assets.values()).isdisjoint(before.item.assets.values())
    assert set(kept) == set(before.item.assets.values())
    assert after.item.updated_at > before.item.updated_at


def test_a_pose_is_renamed(bench: Bench, owner: Owner) -> None:
    collection_id = bench.add_collection(owner)
    view = add(bench, owner, collection_id)
    with bench.database.write() as unit:
        renamed = rename_item(unit, owner.caller, (collection_id, view.item.id), "Resting", bench.tools)
    assert (renamed.item.name, renamed.item.assets) == ("Resting", view.item.assets)


def test_a_pose_that_is_put_away_is_not_listed_and_keeps_its_pictures(bench: Bench, owner: Owner) -> None:
    collection_id = bench.add_collection(owner)
    away, shown = add(bench, owner, collection_id, "Away"), add(bench, owner, collection_id, "Shown")
    moments = []
    for _ in range(2):
        with bench.database.write() as unit:
            archive_item(unit, owner.caller, collection_id, away.item.id, bench.tools)
            moments.append(read_item(unit, owner.caller, collection_id, away.item.id).item.archived_at)
    assert moments[0] is not None
    assert moments[0] == moments[1]
    assert list_names(bench, owner, collection_id) == [shown.item.name]
    with bench.database.read() as unit:
        assert set(read_item(unit, owner.caller, collection_id, away.item.id).assets) == {"image", "transparent_image"}


def test_poses_are_listed_newest_first_for_their_own_collection(bench: Bench, owner: Owner) -> None:
    first, second = bench.add_collection(owner), bench.add_collection(owner)
    for name in ("Idle", "Wave"):
        add(bench, owner, first, name)
    add(bench, owner, second, "Think")
    assert list_names(bench, owner, first) == ["Wave", "Idle"]


def test_a_pose_is_found_in_its_own_collection_only(bench: Bench, owner: Owner) -> None:
    view = add(bench, owner, bench.add_collection(owner))
    with bench.database.read() as unit, pytest.raises(NotFound, match="item"):
        read_item(unit, owner.caller, bench.add_collection(owner), view.item.id)


def test_a_strangers_poses_are_not_there(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    collection_id = each_bench.add_collection(owner)
    item_id = add(each_bench, owner, collection_id).item.id
    caller, tools = stranger.caller, each_bench.tools
    picture = keep(each_bench, "theirs")
    with each_bench.database.write() as unit:
        for verb in (
            lambda: read_item(unit, caller, collection_id, item_id),
            lambda: rename_item(unit, caller, (collection_id, item_id), "Mine", tools),
            lambda: replace_picture(unit, caller, (collection_id, item_id), picture, tools),
            lambda: archive_item(unit, caller, collection_id, item_id, tools),
            lambda: add_pose(unit, caller, collection_id, "Mine", picture, tools),
            lambda: list_items(unit, caller, collection_id, Page()),
        ):
            with pytest.raises(NotFound):
                verb()
    assert list_names(each_bench, owner, collection_id) == ["Idle"]
