from dataclasses import replace

import pytest

from poseloom.core.caller import Caller
from poseloom.core.credential import KEYS_LIMIT, Scope, hash_key, is_key
from poseloom.core.error import Forbidden, InvalidRequest, LimitReached, NotFound, Unauthorized
from poseloom.core.page import Page
from poseloom.core.workspace import ApiKey
from poseloom.usecases.key import find_caller, list_keys, make_first_key, make_key, note_use, revoke_key
from poseloom.usecases.workspace import read_workspace
from tests.integration.api.bench import Bench, Owner
from tests.integration.usecases.crowd import call_at_once, open_empty_workspace


def make(bench: Bench, caller: Caller, scopes: object = None) -> tuple[ApiKey, str]:
    with bench.database.write() as unit:
        return make_key(unit, caller, "Website", scopes, bench.tools)


def test_a_key_is_kept_as_its_hash_alone(bench: Bench, owner: Owner) -> None:
    key, text = make(bench, owner.caller)
    assert is_key(text)
    assert (key.hash, key.hint) == (hash_key(text), text[:10])
    assert text not in repr(key)


def test_a_key_may_read_and_write_unless_it_is_said_otherwise(bench: Bench, owner: Owner) -> None:
    assert make(bench, owner.caller)[0].scopes == {"read", "write"}
    assert make(bench, owner.caller, ["keys"])[0].scopes == {"keys"}


def test_a_new_key_opens_its_workspace(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    key, text = make(each_bench, owner.caller, ["read"])
    with each_bench.database.read() as unit:
        found = find_caller(unit, hash_key(text))
    assert found == Caller(workspace_id=owner.caller.workspace_id, key_id=key.id, scopes=frozenset({"read"}))


def test_a_key_gives_no_scope_that_it_lacks(bench: Bench, owner: Owner) -> None:
    modest = replace(owner.caller, scopes=frozenset({Scope.READ, Scope.KEYS}))
    with pytest.raises(Forbidden) as caught:
        make(bench, modest, ["admin"])
    assert caught.value.fields["scope"] == "admin"
    with pytest.raises(Forbidden):
        make(bench, modest)


def test_a_scope_that_there_is_not_is_refused(bench: Bench, owner: Owner) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make(bench, owner.caller, ["read", "everything"])
    assert caught.value.fields["field"] == "scopes[1]"


def test_a_workspace_has_ten_keys_at_most(bench: Bench, owner: Owner) -> None:
    made = [make(bench, owner.caller) for _ in range(KEYS_LIMIT - 1)]
    with pytest.raises(LimitReached):
        make(bench, owner.caller)
    with bench.database.write() as unit:
        revoke_key(unit, owner.caller, made[0][0].id, bench.tools)
    make(bench, owner.caller)


def test_callers_who_come_at_once_make_no_key_too_many(each_bench: Bench) -> None:
    caller = open_empty_workspace(each_bench)
    made, refused = call_at_once(KEYS_LIMIT + 4, lambda _: make(each_bench, caller))
    assert len(made) == KEYS_LIMIT
    assert {type(error) for error in refused} == {LimitReached}


def test_anothers_keys_do_not_count(bench: Bench, owner: Owner) -> None:
    for _ in range(KEYS_LIMIT - 1):
        make(bench, owner.caller)
    make(bench, bench.open_workspace().caller)


def test_a_revoked_key_opens_nothing_and_is_not_listed(bench: Bench, owner: Owner) -> None:
    key, text = make(bench, owner.caller)
    for _ in range(2):
        with bench.database.write() as unit:
            revoke_key(unit, owner.caller, key.id, bench.tools)
    with bench.database.read() as unit:
        with pytest.raises(Unauthorized):
            find_caller(unit, hash_key(text))
        assert [listed.id for listed in list_keys(unit, owner.caller, Page())] == [owner.caller.key_id]


def test_revoking_twice_keeps_the_first_moment(bench: Bench, owner: Owner) -> None:
    key, _ = make(bench, owner.caller)
    moments = []
    for _ in range(2):
        with bench.database.write() as unit:
            revoke_key(unit, owner.caller, key.id, bench.tools)
            found = unit.keys.find(owner.caller.workspace_id, key.id)
        assert found is not None
        moments.append(found.revoked_at)
    assert moments[0] == moments[1]


def test_an_unknown_key_is_nobody(bench: Bench) -> None:
    with bench.database.read() as unit, pytest.raises(Unauthorized):
        find_caller(unit, hash_key("masko_" + 64 * "0"))


def test_a_strangers_key_is_not_there(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    key, text = make(each_bench, owner.caller)
    with each_bench.database.write() as unit, pytest.raises(NotFound):
        revoke_key(unit, stranger.caller, key.id, each_bench.tools)
    with each_bench.database.read() as unit:
        assert find_caller(unit, hash_key(text)).key_id == key.id
        assert [listed.id for listed in list_keys(unit, stranger.caller, Page())] == [stranger.caller.key_id]


def test_the_first_key_of_a_workspace_needs_no_other(bench: Bench, owner: Owner) -> None:
    with bench.database.write() as unit:
        workspace = read_workspace(unit, owner.caller)
        key, _ = make_first_key(unit, workspace, frozenset(Scope), bench.tools)
    assert (key.workspace_id, key.scopes) == (workspace.id, frozenset(Scope))


def test_a_use_is_noted(bench: Bench, owner: Owner) -> None:
    with bench.database.write() as unit:
        note_use(unit, owner.caller, bench.tools)
    with bench.database.read() as unit:
        key = unit.keys.find(owner.caller.workspace_id, owner.caller.key_id)
    assert key is not None
    assert key.last_used_at is not None
    assert key.last_used_at > key.created_at
