"""Poses of a collection, and the pictures they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poseloom.core.asset import Asset, AssetKind, name_content
from poseloom.core.caller import Caller
from poseloom.core.framing import PoseExtent
from poseloom.core.identity import Prefix
from poseloom.core.page import Page
from poseloom.core.workspace import Item
from poseloom.ports.blob import StoredBlob
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find, find_collection, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A pose whose bytes are kept already: as it was given, and freed from its background."""

    image: StoredBlob
    transparent: StoredBlob
    media_type: str
    suffix: str
    extent: PoseExtent


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """A pose and its assets, by kind."""

    item: Item
    assets: Mapping[str, Asset]


def add_pose(unit: Unit, caller: Caller, collection_id: str, name: str, picture: KeptPicture, tools: Tools) -> ItemView:
    """Add a pose to a collection.

    Raises:
        NotFound: There is no such collection for this caller.
    """
    find_collection(unit, caller, collection_id, to_fill=True)
    assets = _write_assets(caller, collection_id, name, picture, tools)
    now = tools.now()
    item = Item(
        id=tools.mint(Prefix.ITEM),
        workspace_id=caller.workspace_id,
        collection_id=collection_id,
        name=name,
        assets={asset.kind.value: asset.id for asset in assets},
        created_at=now,
        updated_at=now,
    )
    unit.assets.add(*assets)
    unit.items.add(item)
    return ItemView(item=item, assets={asset.kind.value: asset for asset in assets})


def replace_picture(
    unit: Unit, caller: Caller, address: tuple[str, str], picture: KeptPicture, tools: Tools
) -> ItemView:
    """Give a pose another picture; the old assets stay where canvases name them.

    Raises:
        NotFound: There is no such pose for this caller.
    """
    item = find_item(unit, caller, *address)
    assets = _write_assets(caller, item.collection_id, item.name, picture, tools)
    unit.assets.add(*assets)
    named = {asset.kind.value: asset.id for asset in assets}
    unit.items.change(item.id, assets=named, updated_at=tools.now())
    return read_item(unit, caller, *address)


def _write_assets(
    caller: Caller, collection_id: str, name: str, picture: KeptPicture, tools: Tools
) -> tuple[Asset, Asset]:
    """Write the assets of a picture: as given, and transparent; the second stands for both as a pose."""
    image_id, pose_id = tools.mint(Prefix.ASSET), tools.mint(Prefix.ASSET)

    def write(asset_id: str, kind: AssetKind, blob: StoredBlob, suffix: str, media_type: str) -> Asset:
        address = name_content(name, caller.workspace_id, blob.sha256, suffix)
        return Asset(
            id=asset_id,
            workspace_id=caller.workspace_id,
            collection_id=collection_id,
            kind=kind,
            name=address,
            content_name=address,
            media_type=media_type,
            sha256=blob.sha256,
            size_bytes=blob.size_bytes,
            width=picture.extent.width,
            height=picture.extent.height,
            extent=picture.extent,
            pose_asset_id=pose_id,
            created_at=tools.now(),
        )

    transparent = AssetKind.TRANSPARENT_IMAGE
    return (
        write(image_id, AssetKind.IMAGE, picture.image, picture.suffix, picture.media_type),
        write(pose_id, transparent, picture.transparent, transparent.suffix, transparent.media_type),
    )


def find_item(unit: Unit, caller: Caller, collection_id: str, item_id: str) -> Item:
    """Return a pose of a collection.

    Raises:
        NotFound: It is not there, not in this collection, or not the caller's.
    """
    item = find(unit.items, caller, Prefix.ITEM, item_id)
    if item.collection_id != collection_id:
        raise refuse(Prefix.ITEM, item_id)
    return item


def read_item(unit: Unit, caller: Caller, collection_id: str, item_id: str) -> ItemView:
    """Return a pose with its assets.

    Raises:
        NotFound: It is not there, not in this collection, or not the caller's.
    """
    return _view(unit, caller, [find_item(unit, caller, collection_id, item_id)])[0]


def list_items(unit: Unit, caller: Caller, collection_id: str, page: Page) -> Sequence[ItemView]:
    """Return a page of a collection's poses that are not put away, and one more when there are more.

    Raises:
        NotFound: There is no such collection for this caller.
    """
    find_collection(unit, caller, collection_id)
    items = unit.items.list_page(caller.workspace_id, page, collection_id=collection_id, archived_at=None)
    return _view(unit, caller, items)


def rename_item(unit: Unit, caller: Caller, address: tuple[str, str], name: str, tools: Tools) -> ItemView:
    """Give a pose another name.

    Raises:
        NotFound: There is no such pose for this caller.
    """
    item = find_item(unit, caller, *address)
    unit.items.change(item.id, name=name, updated_at=tools.now())
    return read_item(unit, caller, *address)


def archive_item(unit: Unit, caller: Caller, collection_id: str, item_id: str, tools: Tools) -> None:
    """Put a pose away; canvases that show it go on doing so.

    Raises:
        NotFound: There is no such pose for this caller.
    """
    item = find_item(unit, caller, collection_id, item_id)
    if item.archived_at is None:
        unit.items.change(item.id, archived_at=tools.now())


def _view(unit: Unit, caller: Caller, items: Sequence[Item]) -> list[ItemView]:
    wanted = [asset_id for item in items for asset_id in item.assets.values()]
    assets = unit.assets.find_many(caller.workspace_id, wanted)
    return [
        ItemView(
            item=item,
            assets={kind: assets[asset_id] for kind, asset_id in item.assets.items() if asset_id in assets},
        )
        for item in items
    ]
