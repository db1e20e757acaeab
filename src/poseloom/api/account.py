"""Routes of workspaces, keys and credits."""

from fractions import Fraction
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from poseloom.api.document import (
    BODY_REFUSALS,
    Body,
    Document,
    EntryDocument,
    KeyDocument,
    Text,
    WorkspaceDocument,
    answer_page,
    write_entry,
    write_key,
    write_workspace,
)
from poseloom.api.door import KEY_FIRST, Answer, ListPage, OpenDoor, read_model
from poseloom.api.operation import describe
from poseloom.core.caller import Caller
from poseloom.core.credential import DEFAULT_SCOPES, Scope
from poseloom.core.error import LimitReached, NotFound
from poseloom.core.field import plain_number
from poseloom.core.ledger import name_account
from poseloom.core.page import Cursor
from poseloom.ports.unit import Unit
from poseloom.usecases.credit import grant_credits, list_entries, read_balance
from poseloom.usecases.key import list_keys, make_first_key, make_key, revoke_key
from poseloom.usecases.workspace import open_workspace, read_workspace, rename_workspace

router = APIRouter(prefix="/v1", tags=["Account"], dependencies=KEY_FIRST)


class WorkspaceBody(Body):
    """A workspace."""

    name: Text


class NewWorkspaceDocument(WorkspaceDocument):
    """A new workspace and its first key, shown this once: a replay says null."""

    api_key: str | None


class KeyBody(Body):
    """A key. Without scopes it may read and write."""

    name: Text
    scopes: Annotated[list[Literal["read", "write", "keys", "admin"]], Field(min_length=1)] | None = None


class NewKeyDocument(KeyDocument):
    """A new key; `api_key` is the key itself, shown this once: a replay says null."""

    api_key: str | None


class KeyPage(Document):
    """A page of keys that are not revoked, newest first."""

    api_keys: list[KeyDocument]
    next_cursor: str | None


class CreditsDocument(Document):
    """What a workspace has."""

    balance: float
    credits: float
    subscription: float
    top_up: float


class GrantBody(Body):
    """Credits to be issued, whole or half. The same reference is booked once."""

    credits: Annotated[float, Field(gt=0, le=1_000_000_000, multiple_of=0.5)]
    reference: Text
    workspace_id: Text | None = None


class GrantDocument(Document):
    """What a workspace has after a grant."""

    workspace_id: str
    balance: float


class EntryPage(Document):
    """A page of bookings, newest first."""

    entries: list[EntryDocument]
    next_cursor: str | None


def _answer_secret(document: dict[str, object], key: str) -> Answer:
    """Return an answer that shows a key this once: what is kept for a replay says null in its place."""
    return Answer(document={**document, "api_key": key}, kept_document={**document, "api_key": None}, status_code=201)


@router.get(
    "/workspace",
    operation_id="read_workspace",
    summary="Read the key's workspace",
    **describe(answers={200: WorkspaceDocument}),
)
async def get_workspace(request: Request, door: OpenDoor) -> Response:
    """Read the workspace that the key belongs to."""
    return await door.read(request, lambda unit, caller: Answer(document=write_workspace(read_workspace(unit, caller))))


@router.patch(
    "/workspace",
    operation_id="rename_workspace",
    summary="Rename the key's workspace",
    **describe(
        answers={200: WorkspaceDocument}, refuses=BODY_REFUSALS, body=WorkspaceBody, example={"name": "Studio North"}
    ),
)
async def patch_workspace(request: Request, door: OpenDoor) -> Response:
    """Give the workspace that the key belongs to another name."""
    body = await read_model(request, WorkspaceBody)
    return await door.write(
        request,
        lambda unit, caller: Answer(document=write_workspace(rename_workspace(unit, caller, body.name))),
    )


@router.post(
    "/workspaces",
    status_code=201,
    operation_id="create_workspace",
    summary="Make a workspace",
    **describe(
        answers={201: NewWorkspaceDocument}, refuses=BODY_REFUSALS, body=WorkspaceBody, example={"name": "Studio"}
    ),
)
async def post_workspace(request: Request, door: OpenDoor) -> Response:
    """Make a workspace with its starting grant and its first key. For operators: the scope `admin`."""
    body = await read_model(request, WorkspaceBody)
    tools, catalogue = door.service.tools, door.service.catalogue

    def work(unit: Unit, _caller: Caller) -> Answer:
        workspace = open_workspace(unit, body.name, tools=tools, catalogue=catalogue)
        _, text = make_first_key(unit, workspace, DEFAULT_SCOPES | {Scope.KEYS}, tools)
        return _answer_secret(write_workspace(workspace), text)

    return await door.write(request, work, Scope.ADMIN)


@router.post(
    "/api-keys",
    status_code=201,
    operation_id="create_api_key",
    summary="Make an API key",
    **describe(
        answers={201: NewKeyDocument},
        refuses=[LimitReached, *BODY_REFUSALS],
        body=KeyBody,
        example={"name": "Website", "scopes": ["read"]},
    ),
)
async def post_key(request: Request, door: OpenDoor) -> Response:
    """Make a key. It is shown this once, and kept as its SHA-256 only; it can give no scope that it lacks."""
    body = await read_model(request, KeyBody)
    tools = door.service.tools

    def work(unit: Unit, caller: Caller) -> Answer:
        key, text = make_key(unit, caller, body.name, body.scopes, tools)
        return _answer_secret(write_key(key), text)

    return await door.write(request, work, Scope.KEYS)


@router.get("/api-keys", operation_id="list_api_keys", summary="List API keys", **describe(answers={200: KeyPage}))
async def get_keys(request: Request, door: OpenDoor, page: ListPage) -> Response:
    """List the workspace's keys that are not revoked, newest first."""
    return await door.read(
        request,
        lambda unit, caller: answer_page(
            "api_keys",
            list_keys(unit, caller, page),
            page,
            lambda key: Cursor.at(key.created_at, key.id),
            write_key,
        ),
        Scope.KEYS,
    )


@router.delete(
    "/api-keys/{key_id}",
    status_code=204,
    operation_id="revoke_api_key",
    summary="Revoke an API key",
    **describe(answers={204: None}, refuses=[NotFound]),
)
async def remove_key(request: Request, door: OpenDoor, key_id: str) -> Response:
    """Let a key open nothing any more. Any key may revoke itself; others take the scope `keys`."""
    tools = door.service.tools
    asking = await door.ring.identify(request)
    needed = Scope(min(asking.scopes)) if key_id == asking.key_id else Scope.KEYS

    def work(unit: Unit, caller: Caller) -> Answer:
        revoke_key(unit, caller, key_id, tools)
        return Answer(document=None, status_code=204)

    return await door.write(request, work, needed)


@router.get(
    "/credits",
    operation_id="read_credits",
    summary="Read the balance",
    **describe(answers={200: CreditsDocument}),
)
async def get_credits(request: Request, door: OpenDoor) -> Response:
    """Read the balance; there is one, under each of the names that clients look for."""

    def work(unit: Unit, caller: Caller) -> Answer:
        balance = plain_number(read_balance(unit, caller))
        return Answer(document={"balance": balance, "credits": balance, "subscription": 0, "top_up": balance})

    return await door.read(request, work)


@router.get(
    "/credits/ledger",
    operation_id="list_entries",
    summary="List bookings",
    **describe(answers={200: EntryPage}),
)
async def get_entries(request: Request, door: OpenDoor, page: ListPage) -> Response:
    """List what was granted, charged and given back, newest first."""
    return await door.read(
        request,
        lambda unit, caller: answer_page(
            "entries",
            list_entries(unit, caller, page),
            page,
            lambda booked: Cursor(key=booked.id, id=str(booked.id)),
            lambda booked: write_entry(booked, name_account(caller.workspace_id)),
        ),
    )


@router.post(
    "/credits/grants",
    status_code=201,
    operation_id="grant_credits",
    summary="Grant credits",
    **describe(
        answers={201: GrantDocument},
        refuses=[NotFound, *BODY_REFUSALS],
        body=GrantBody,
        example={"credits": 1000, "reference": "invoice-42"},
    ),
)
async def post_grant(request: Request, door: OpenDoor) -> Response:
    """Issue credits to this or another workspace. For operators: the scope `admin`."""
    body = await read_model(request, GrantBody)
    credits_ = Fraction(str(body.credits)).limit_denominator(1000)
    tools = door.service.tools

    def work(unit: Unit, caller: Caller) -> Answer:
        receiver, balance = grant_credits(
            unit, caller, credits_, reference=body.reference, workspace_id=body.workspace_id, tools=tools
        )
        return Answer(document={"workspace_id": receiver, "balance": plain_number(balance)}, status_code=201)

    return await door.write(request, work, Scope.ADMIN)
