import pytest

from poseloom.core.caller import Caller
from poseloom.core.error import NotFound
from poseloom.core.identity import Prefix
from poseloom.core.ledger import name_account
from poseloom.usecases.credit import BookReport, check_ledger
from poseloom.usecases.workspace import open_workspace, read_workspace, rename_workspace
from tests.integration.api.bench import CATALOGUE, Bench, Owner
from tests.integration.usecases.crowd import open_empty_workspace


def test_a_new_workspace_is_granted_its_start_once(each_bench: Bench) -> None:
    with each_bench.database.write() as unit:
        workspace = open_workspace(unit, "Studio", tools=each_bench.tools, catalogue=CATALOGUE)
    with each_bench.database.read() as unit:
        entries = list(unit.ledger.walk())
        balance = unit.ledger.read_balance(name_account(workspace.id))
    assert workspace.id.startswith(Prefix.WORKSPACE)
    assert [entry.key for entry in entries] == [f"grant:start:{workspace.id}"]
    assert balance == CATALOGUE.starting_credits


def test_a_workspace_that_is_granted_nothing_has_its_account_all_the_same(bench: Bench) -> None:
    caller = open_empty_workspace(bench)
    with bench.database.read() as unit:
        assert unit.ledger.read_balances() == {name_account(caller.workspace_id): 0}
        assert check_ledger(unit) == BookReport(entry_count=1, violations=[])


def test_a_workspace_has_another_name_when_it_is_renamed(bench: Bench, owner: Owner) -> None:
    with bench.database.write() as unit:
        assert rename_workspace(unit, owner.caller, "North").name == "North"
    with bench.database.read() as unit:
        assert read_workspace(unit, owner.caller).name == "North"


def test_a_caller_sees_its_own_workspace_alone(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    with each_bench.database.write() as unit:
        rename_workspace(unit, owner.caller, "Ours")
    with each_bench.database.read() as unit:
        assert read_workspace(unit, owner.caller).id == owner.caller.workspace_id
        assert read_workspace(unit, stranger.caller).name == "Bench"


def test_a_workspace_that_is_gone_is_not_found(bench: Bench) -> None:
    nobody = Caller(workspace_id="wsp_gone", key_id="key_gone", scopes=frozenset())
    with bench.database.read() as unit, pytest.raises(NotFound, match="workspace"):
        read_workspace(unit, nobody)
