import pytest

from poseloom.core.error import NotFound, StateError
from poseloom.core.workspace import Collection, Project
from poseloom.usecases.find import find_collection
from poseloom.usecases.project import change_collection, create_collection, create_project, delete_project
from poseloom.usecases.project import rename_project as rename
from tests.integration.api.bench import Bench, Owner


def add_project(bench: Bench, owner: Owner) -> Project:
    with bench.database.write() as unit:
        return create_project(unit, owner.caller, "App", bench.tools)


def add_collection(bench: Bench, owner: Owner, project_id: str | None) -> Collection:
    with bench.database.write() as unit:
        view = create_collection(
            unit, owner.caller, name="Pim", project_id=project_id, description="", config={}, tools=bench.tools
        )
    return view.collection


def delete(bench: Bench, owner: Owner, project_id: str) -> None:
    with bench.database.write() as unit:
        delete_project(unit, owner.caller, project_id)


def test_a_renamed_project_says_when(bench: Bench, owner: Owner) -> None:
    project = add_project(bench, owner)
    with bench.database.write() as unit:
        renamed = rename(unit, owner.caller, project.id, "Game", bench.tools)
    assert (renamed.name, renamed.created_at) == ("Game", project.created_at)
    assert renamed.updated_at > project.updated_at


def test_a_project_with_collections_stays(bench: Bench, owner: Owner) -> None:
    project = add_project(bench, owner)
    add_collection(bench, owner, project.id)
    with pytest.raises(StateError) as caught:
        delete(bench, owner, project.id)
    assert (caught.value.code, caught.value.fields) == ("conflict", {"collections": 1})


def test_a_project_goes_when_its_last_collection_has_left(bench: Bench, owner: Owner) -> None:
    project = add_project(bench, owner)
    collection = add_collection(bench, owner, project.id)
    with bench.database.write() as unit:
        change_collection(unit, owner.caller, collection.id, {"project_id": None}, bench.tools)
    delete(bench, owner, project.id)
    with bench.database.read() as unit:
        assert unit.projects.find(owner.caller.workspace_id, project.id) is None
        assert find_collection(unit, owner.caller, collection.id).project_id is None


def test_a_strangers_project_is_not_there(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    project = add_project(each_bench, owner)
    with pytest.raises(NotFound):
        delete(each_bench, stranger, project.id)
    with pytest.raises(NotFound):
        add_collection(each_bench, stranger, project.id)
    with each_bench.database.write() as unit, pytest.raises(NotFound):
        rename(unit, stranger.caller, project.id, "Mine", each_bench.tools)
    with each_bench.database.read() as unit:
        assert unit.projects.find(owner.caller.workspace_id, project.id) == project
