"""Routes of projects and collections."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from poseloom.api.document import (
    BODY_REFUSALS,
    NO_NUL,
    Body,
    CollectionDocument,
    Document,
    ProjectDocument,
    Prose,
    Text,
    answer_page,
    write_collection,
    write_project,
)
from poseloom.api.door import KEY_FIRST, Answer, ListPage, OpenDoor, read_model
from poseloom.api.operation import describe
from poseloom.core.caller import Caller
from poseloom.core.error import NotFound, StateError
from poseloom.core.identity import Prefix
from poseloom.core.page import Cursor
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find
from poseloom.usecases.project import (
    change_collection,
    create_collection,
    create_project,
    delete_collection,
    delete_project,
    list_collections,
    read_collection,
    rename_project,
)

router = APIRouter(prefix="/v1", tags=["Mascots"], dependencies=KEY_FIRST)


class ProjectBody(Body):
    """A project."""

    name: Text


class ProjectPage(Document):
    """A page of projects, newest first."""

    projects: list[ProjectDocument]
    next_cursor: str | None


class CollectionBody(Body):
    """A collection. `prompt` is understood as its description when that is missing."""

    name: Text = "Mascot"
    project_id: Text | None = None
    description: Prose | None = None
    prompt: Prose | None = None
    config: dict[str, Any] = Field(default_factory=dict)


class CollectionChange(Body):
    """What is to be changed of a collection.

    Config's keys are laid over those there; null takes it out of its project, and says nothing elsewhere.
    """

    name: Text | None = None
    project_id: Text | None = None
    description: Prose | None = None
    config: dict[str, Any] | None = None


class CollectionPage(Document):
    """A page of collections, newest first."""

    collections: list[CollectionDocument]
    next_cursor: str | None


@router.post(
    "/projects",
    status_code=201,
    operation_id="create_project",
    summary="Make a project",
    **describe(answers={201: ProjectDocument}, refuses=BODY_REFUSALS, body=ProjectBody, example={"name": "My app"}),
)
async def post_project(request: Request, door: OpenDoor) -> Response:
    """Make a project: a group of collections."""
    body = await read_model(request, ProjectBody)
    tools = door.service.tools
    return await door.write(
        request,
        lambda unit, caller: Answer(
            document=write_project(create_project(unit, caller, body.name, tools)), status_code=201
        ),
    )


@router.get("/projects", operation_id="list_projects", summary="List projects", **describe(answers={200: ProjectPage}))
async def get_projects(request: Request, door: OpenDoor, page: ListPage) -> Response:
    """List projects, newest first."""
    return await door.read(
        request,
        lambda unit, caller: answer_page(
            "projects",
            unit.projects.list_page(caller.workspace_id, page),
            page,
            lambda project: Cursor.at(project.created_at, project.id),
            write_project,
        ),
    )


@router.get(
    "/projects/{project_id}",
    operation_id="read_project",
    summary="Read a project",
    **describe(answers={200: ProjectDocument}, refuses=[NotFound]),
)
async def get_project(request: Request, door: OpenDoor, project_id: str) -> Response:
    """Read a project."""
    return await door.read(
        request,
        lambda unit, caller: Answer(document=write_project(find(unit.projects, caller, Prefix.PROJECT, project_id))),
    )


@router.patch(
    "/projects/{project_id}",
    operation_id="rename_project",
    summary="Rename a project",
    **describe(
        answers={200: ProjectDocument},
        refuses=[NotFound, *BODY_REFUSALS],
        body=ProjectBody,
        example={"name": "My other app"},
    ),
)
async def patch_project(request: Request, door: OpenDoor, project_id: str) -> Response:
    """Give a project another name."""
    body = await read_model(request, ProjectBody)
    tools = door.service.tools
    return await door.write(
        request,
        lambda unit, caller: Answer(document=write_project(rename_project(unit, caller, project_id, body.name, tools))),
    )


@router.delete(
    "/projects/{project_id}",
    status_code=204,
    operation_id="delete_project",
    summary="Delete an empty project",
    **describe(answers={204: None}, refuses=[NotFound, StateError]),
)
async def remove_project(request: Request, door: OpenDoor, project_id: str) -> Response:
    """Delete a project that has no collections."""

    def work(unit: Unit, caller: Caller) -> Answer:
        delete_project(unit, caller, project_id)
        return Answer(document=None, status_code=204)

    return await door.write(request, work)


@router.post(
    "/collections",
    status_code=201,
    operation_id="create_collection",
    summary="Make a collection",
    **describe(
        answers={201: CollectionDocument},
        refuses=[NotFound, *BODY_REFUSALS],
        body=CollectionBody,
        body_required=False,
        example={"name": "Pim", "description": "A small friendly cat made of yarn"},
    ),
)
async def post_collection(request: Request, door: OpenDoor) -> Response:
    """Make a collection: one mascot, with its poses, canvases and clips."""
    body = await read_model(request, CollectionBody)
    tools = door.service.tools
    return await door.write(
        request,
        lambda unit, caller: Answer(
            document=write_collection(
                create_collection(
                    unit,
                    caller,
                    name=body.name,
                    project_id=body.project_id,
                    description=body.description or body.prompt or "",
                    config=body.config,
                    tools=tools,
                )
            ),
            status_code=201,
        ),
    )


@router.get(
    "/collections",
    operation_id="list_collections",
    summary="List collections",
    **describe(answers={200: CollectionPage}),
)
async def get_collections(
    request: Request,
    door: OpenDoor,
    page: ListPage,
    project_id: Annotated[
        str | None, Query(max_length=200, pattern=NO_NUL, description="Only those of this project.")
    ] = None,
) -> Response:
    """List collections, newest first."""
    return await door.read(
        request,
        lambda unit, caller: answer_page(
            "collections",
            list_collections(unit, caller, page, project_id),
            page,
            lambda view: Cursor.at(view.collection.created_at, view.collection.id),
            write_collection,
        ),
    )


@router.get(
    "/collections/{collection_id}",
    operation_id="read_collection",
    summary="Read a collection",
    **describe(answers={200: CollectionDocument}, refuses=[NotFound]),
)
async def get_collection(request: Request, door: OpenDoor, collection_id: str) -> Response:
    """Read a collection."""
    return await door.read(
        request,
        lambda unit, caller: Answer(document=write_collection(read_collection(unit, caller, collection_id))),
    )


@router.patch(
    "/collections/{collection_id}",
    operation_id="change_collection",
    summary="Change a collection",
    **describe(
        answers={200: CollectionDocument},
        refuses=[NotFound, *BODY_REFUSALS],
        body=CollectionChange,
        example={"config": {"caution_list": ["no hats"]}},
    ),
)
async def patch_collection(request: Request, door: OpenDoor, collection_id: str) -> Response:
    """Change what the body names."""
    body = await read_model(request, CollectionChange)
    given = body.model_dump(exclude_unset=True)
    changes = {name: value for name, value in given.items() if value is not None or name == "project_id"}
    tools = door.service.tools
    return await door.write(
        request,
        lambda unit, caller: Answer(
            document=write_collection(change_collection(unit, caller, collection_id, changes, tools))
        ),
    )


@router.delete(
    "/collections/{collection_id}",
    status_code=204,
    operation_id="delete_collection",
    summary="Delete a collection",
    **describe(answers={204: None}, refuses=[NotFound]),
)
async def remove_collection(request: Request, door: OpenDoor, collection_id: str) -> Response:
    """Delete a collection with everything in it. Its jobs under way are cancelled and their credits given back."""
    service = door.service

    def work(unit: Unit, caller: Caller) -> Answer:
        cancelled = [job.id for job in delete_collection(unit, caller, collection_id, service.tools)]
        unit.after_commit(lambda: service.stop_jobs(cancelled))
        return Answer(document=None, status_code=204)

    return await door.write(request, work)
