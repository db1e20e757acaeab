"""Routes of poses and assets."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from poseloom.api.document import (
    BODY_REFUSALS,
    AssetDocument,
    Body,
    Document,
    ItemDocument,
    Text,
    answer_page,
    write_asset,
    write_item,
)
from poseloom.api.door import KEY_FIRST, Answer, Door, ListPage, OpenDoor, Verb, find_base_url, read_model
from poseloom.api.operation import describe
from poseloom.api.upload import DESCRIPTION, keep_picture, read_upload
from poseloom.core.asset import AssetKind
from poseloom.core.caller import Caller
from poseloom.core.credential import Scope
from poseloom.core.error import FetchRefused, InvalidImage, NotFound, PoseloomError, TooLarge, UnsupportedMedia
from poseloom.core.identity import Prefix
from poseloom.core.page import Cursor
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find, find_collection
from poseloom.usecases.item import (
    ItemView,
    KeptPicture,
    add_pose,
    archive_item,
    find_item,
    list_items,
    read_item,
    rename_item,
    replace_picture,
)

router = APIRouter(prefix="/v1", tags=["Poses"], dependencies=KEY_FIRST)
Use = Callable[[str, KeptPicture], Verb]
"""What is done with a picture, and the name that it came with, once it is kept."""
_PICTURE_REFUSALS: Sequence[type[PoseloomError]] = [NotFound, TooLarge, UnsupportedMedia, InvalidImage, FetchRefused]


class ItemBody(Body):
    """What may be changed of a pose."""

    name: Text


class ItemPage(Document):
    """A page of poses, newest first."""

    items: list[ItemDocument]
    next_cursor: str | None


class AssetPage(Document):
    """A page of assets, newest first."""

    assets: list[AssetDocument]
    next_cursor: str | None


def _describe_upload(answers: dict[int, object]) -> dict[str, Any]:
    told = describe(answers=answers, refuses=_PICTURE_REFUSALS)
    return {**told, "openapi_extra": {"requestBody": DESCRIPTION}}


async def _upload(request: Request, door: Door, use: Use) -> Response:
    await run_in_threadpool(_look_first, door, await door.identify(request, Scope.WRITE), request)
    upload = await read_upload(request, door)
    name = upload.name or "Pose"
    picture = await run_in_threadpool(keep_picture, upload, door)
    return await door.write(request, use(name, picture), content=upload.fingerprint)


def _look_first(door: Door, caller: Caller, request: Request) -> None:
    """Refuse a place that is not there before a picture is fetched or kept for it."""
    collection_id, item_id = request.path_params["collection_id"], request.path_params.get("item_id")
    with door.service.database.read() as unit:
        find_collection(unit, caller, collection_id)
        if item_id is not None:
            find_item(unit, caller, collection_id, item_id)


def _answer(view: ItemView, base_url: str, status_code: int = 200) -> Answer:
    return Answer(document=write_item(view, base_url), status_code=status_code)


@router.post(
    "/collections/{collection_id}/items",
    status_code=201,
    operation_id="upload_pose",
    summary="Upload a pose",
    **_describe_upload({201: ItemDocument}),
)
async def post_item(request: Request, door: OpenDoor, collection_id: str) -> Response:
    """Upload a pose: a form with the file `image`, or JSON with `image_base64` or `image_url`.

    A picture without transparency whose border is one flat colour is freed from that colour.
    """
    base_url, tools = find_base_url(request, door.service), door.service.tools

    def use(name: str, picture: KeptPicture) -> Verb:
        def work(unit: Unit, caller: Caller) -> Answer:
            return _answer(add_pose(unit, caller, collection_id, name, picture, tools), base_url, 201)

        return work

    return await _upload(request, door, use)


@router.put(
    "/collections/{collection_id}/items/{item_id}/image",
    operation_id="replace_pose",
    summary="Give a pose another picture",
    **_describe_upload({200: ItemDocument}),
)
async def put_image(request: Request, door: OpenDoor, collection_id: str, item_id: str) -> Response:
    """Give a pose another picture. It has new asset ids; canvases show it when their nodes name these."""
    base_url, tools = find_base_url(request, door.service), door.service.tools

    def use(_name: str, picture: KeptPicture) -> Verb:
        def work(unit: Unit, caller: Caller) -> Answer:
            return _answer(replace_picture(unit, caller, (collection_id, item_id), picture, tools), base_url)

        return work

    return await _upload(request, door, use)


@router.get(
    "/collections/{collection_id}/items",
    operation_id="list_poses",
    summary="List poses",
    **describe(answers={200: ItemPage}, refuses=[NotFound]),
)
async def get_items(request: Request, door: OpenDoor, collection_id: str, page: ListPage) -> Response:
    """List the poses of a collection that are not put away, newest first."""
    base_url = find_base_url(request, door.service)
    return await door.read(
        request,
        lambda unit, caller: answer_page(
            "items",
            list_items(unit, caller, collection_id, page),
            page,
            lambda view: Cursor.at(view.item.created_at, view.item.id),
            lambda view: write_item(view, base_url),
        ),
    )


@router.get(
    "/collections/{collection_id}/items/{item_id}",
    operation_id="read_pose",
    summary="Read a pose",
    **describe(answers={200: ItemDocument}, refuses=[NotFound]),
)
async def get_item(request: Request, door: OpenDoor, collection_id: str, item_id: str) -> Response:
    """Read a pose."""
    base_url = find_base_url(request, door.service)
    return await door.read(
        request, lambda unit, caller: _answer(read_item(unit, caller, collection_id, item_id), base_url)
    )


@router.patch(
    "/collections/{collection_id}/items/{item_id}",
    operation_id="rename_pose",
    summary="Rename a pose",
    **describe(
        answers={200: ItemDocument}, refuses=[NotFound, *BODY_REFUSALS], body=ItemBody, example={"name": "Waving"}
    ),
)
async def patch_item(request: Request, door: OpenDoor, collection_id: str, item_id: str) -> Response:
    """Give a pose another name."""
    body = await read_model(request, ItemBody)
    base_url, tools = find_base_url(request, door.service), door.service.tools
    return await door.write(
        request,
        lambda unit, caller: _answer(rename_item(unit, caller, (collection_id, item_id), body.name, tools), base_url),
    )


@router.delete(
    "/collections/{collection_id}/items/{item_id}",
    status_code=204,
    operation_id="archive_pose",
    summary="Put a pose away",
    **describe(answers={204: None}, refuses=[NotFound]),
)
async def remove_item(request: Request, door: OpenDoor, collection_id: str, item_id: str) -> Response:
    """Put a pose away. Canvases that show it go on doing so."""
    tools = door.service.tools

    def work(unit: Unit, caller: Caller) -> Answer:
        archive_item(unit, caller, collection_id, item_id, tools)
        return Answer(document=None, status_code=204)

    return await door.write(request, work)


@router.get(
    "/collections/{collection_id}/assets",
    operation_id="list_assets",
    summary="List assets",
    **describe(answers={200: AssetPage}, refuses=[NotFound]),
)
async def get_assets(
    request: Request,
    door: OpenDoor,
    collection_id: str,
    page: ListPage,
    kind: Annotated[AssetKind | None, Query(description="Only those of this kind.")] = None,
) -> Response:
    """List the files of a collection, newest first: poses as given and freed, clips, posters, kept frames."""
    base_url = find_base_url(request, door.service)
    equal = {} if kind is None else {"kind": kind}

    def work(unit: Unit, caller: Caller) -> Answer:
        find_collection(unit, caller, collection_id)
        rows = unit.assets.list_page(caller.workspace_id, page, collection_id=collection_id, **equal)
        return answer_page(
            "assets",
            rows,
            page,
            lambda asset: Cursor.at(asset.created_at, asset.id),
            lambda asset: write_asset(asset, base_url),
        )

    return await door.read(request, work)


@router.get(
    "/assets/{asset_id}",
    operation_id="read_asset",
    summary="Read an asset",
    **describe(answers={200: AssetDocument}, refuses=[NotFound]),
)
async def get_asset(request: Request, door: OpenDoor, asset_id: str) -> Response:
    """Read what is known of a file; `url` is where its bytes are."""
    base_url = find_base_url(request, door.service)
    return await door.read(
        request,
        lambda unit, caller: Answer(document=write_asset(find(unit.assets, caller, Prefix.ASSET, asset_id), base_url)),
    )
