from dataclasses import replace
from fractions import Fraction

import pytest

from poseloom.core.caller import Caller
from poseloom.core.error import NotFound
from poseloom.core.job import Job, JobState
from poseloom.core.ledger import Entry, Posting, charge, grant, name_account, refund
from poseloom.core.page import Page
from poseloom.core.request import GenerateAll
from poseloom.usecases.cancel import cancel_canvas
from poseloom.usecases.credit import BookReport, check_ledger, grant_credits, list_entries, read_balance
from poseloom.usecases.generate import generate_all
from tests.integration.api.bench import CATALOGUE, Address, Bench, Owner
from tests.integration.usecases.crowd import call_at_once, open_empty_workspace


def give(bench: Bench, caller: Caller, credits_: int, reference: str, receiver: str | None = None) -> Fraction:
    with bench.database.write() as unit:
        _, balance = grant_credits(
            unit, caller, Fraction(credits_), reference=reference, workspace_id=receiver, tools=bench.tools
        )
    return balance


def order(bench: Bench, mascot: Address) -> dict[str, Job]:
    address = mascot.collection_id, mascot.canvas_id
    with bench.database.write() as unit:
        done = generate_all(
            unit, mascot.owner.caller, address, GenerateAll(), catalogue=CATALOGUE, tools=bench.tools
        )  # fmt: skip
    return dict(done.jobs)


def check(bench: Bench) -> BookReport:
    with bench.database.read() as unit:
        return check_ledger(unit)


def book(bench: Bench, owner: Owner, entry: Entry) -> None:
    with bench.database.write() as unit:
        unit.ledger.book([entry], workspace_id=owner.caller.workspace_id, note="by hand", now=bench.tools.now())


def test_a_grant_is_booked_once_for_each_reference(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    assert give(each_bench, owner.caller, 500, "invoice-1") == 1500
    assert give(each_bench, owner.caller, 500, "invoice-1") == 1500
    assert give(each_bench, owner.caller, 500, "invoice-2") == 2000


def test_a_grant_that_comes_many_times_at_once_is_booked_once(each_bench: Bench) -> None:
    caller = open_empty_workspace(each_bench)
    balances, refused = call_at_once(8, lambda _: give(each_bench, caller, 500, "invoice-1"))
    assert (balances, refused) == ([Fraction(500)] * 8, [])
    with each_bench.database.read() as unit:
        assert read_balance(unit, caller) == 500


def test_another_workspace_may_be_granted_credits(bench: Bench, owner: Owner) -> None:
    other = bench.open_workspace(credits_=0)
    assert give(bench, owner.caller, 70, "invoice-1", other.caller.workspace_id) == 70
    assert bench.read_balance(owner) == 1000
    assert bench.read_balance(other) == 70


def test_the_same_reference_of_two_workspaces_is_two_grants(bench: Bench, owner: Owner) -> None:
    other = bench.open_workspace(credits_=0)
    give(bench, owner.caller, 70, "invoice-1")
    assert give(bench, owner.caller, 70, "invoice-1", other.caller.workspace_id) == 70


def test_no_workspace_is_granted_nothing(bench: Bench, owner: Owner) -> None:
    with pytest.raises(NotFound, match="workspace"):
        give(bench, owner.caller, 70, "invoice-1", "wsp_unknown")


def test_a_balance_follows_charges_and_refunds(bench: Bench, owner: Owner, mascot: Address) -> None:
    order(bench, mascot)
    with bench.database.read() as unit:
        assert read_balance(unit, owner.caller) == 940
    with bench.database.write() as unit:
        cancel_canvas(unit, owner.caller, (mascot.collection_id, mascot.canvas_id), bench.tools)
    with bench.database.read() as unit:
        assert read_balance(unit, owner.caller) == 1000


def test_entries_are_listed_newest_first_and_only_ones_own(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    give(each_bench, owner.caller, 1, "a")
    give(each_bench, stranger.caller, 2, "b")
    give(each_bench, owner.caller, 3, "c")
    with each_bench.database.read() as unit:
        notes = [booked.note for booked in list_entries(unit, owner.caller, Page())]
        assert notes == ["grant: c", "grant: a", "start"]
        assert [booked.note for booked in list_entries(unit, stranger.caller, Page(limit=1))] == ["grant: b", "start"]


def test_a_book_in_use_proves_right(each_bench: Bench) -> None:
    owner = each_bench.open_workspace()
    first, second = each_bench.add_mascot(owner), each_bench.add_mascot(owner)
    order(each_bench, first)
    each_bench.settle_all(first)
    jobs = order(each_bench, second)
    each_bench.fail(jobs["idle-wave"].id)
    with each_bench.database.write() as unit:
        cancel_canvas(unit, owner.caller, (second.collection_id, second.canvas_id), each_bench.tools)
    assert each_bench.read_balance(owner) == 940
    assert check(each_bench) == BookReport(entry_count=1 + 3 + 3 + 3, violations=[])


def test_an_empty_book_proves_right(bench: Bench) -> None:
    assert check(bench) == BookReport(entry_count=0, violations=[])


def test_a_charge_without_a_job_is_found(bench: Bench, owner: Owner) -> None:
    book(bench, owner, charge("job_none", owner.account, Fraction(20), Fraction(1000)))
    assert check(bench).violations == ["charge:job_none: there is no such job"]


def test_a_paid_job_without_a_charge_is_found(bench: Bench, mascot: Address) -> None:
    job = order(bench, mascot)["idle-wave"]
    strange = replace(job, id="job_unpaid", edge_id=None, canvas_id=None)
    with bench.database.write() as unit:
        unit.jobs.add(strange)
    assert check(bench).violations == ["job_unpaid: costs 20 and has 0 charges"]


def test_a_refund_of_a_job_that_runs_is_found(bench: Bench, owner: Owner, mascot: Address) -> None:
    job = order(bench, mascot)["idle-wave"]
    book(bench, owner, refund(job.id, owner.account, job.cost_credits))
    assert check(bench).violations == [f"{job.id}: is pending, costs 20 and has 1 refunds"]


def test_a_failed_job_without_its_refund_is_found(bench: Bench, mascot: Address) -> None:
    job = order(bench, mascot)["idle-wave"]
    with bench.database.write() as unit:
        unit.jobs.change(job.id, state=JobState.FAILED)
    assert check(bench).violations == [f"{job.id}: is failed, costs 20 and has 0 refunds"]


def test_a_refund_of_a_free_job_is_found(bench: Bench, owner: Owner, mascot: Address) -> None:
    job = order(bench, mascot)["wave-idle"]
    book(bench, owner, refund(job.id, owner.account, Fraction(20)))
    assert check(bench).violations == [
        f"refund:{job.id}: gives back 20 of 0 charged",
        f"{job.id}: is pending, costs 0 and has 1 refunds",
    ]


def test_an_entry_whose_postings_do_not_cancel_out_is_found(bench: Bench, owner: Owner) -> None:
    book(bench, owner, Entry(key="gift:1", postings=(Posting(account=owner.account, credits=Fraction(5)),)))
    assert check(bench).violations == ["gift:1: postings sum to 5, not 0"]


def test_a_kept_balance_that_its_entries_do_not_give_is_found(bench: Bench, owner: Owner) -> None:
    with bench.database.write() as unit:
        unit.connection.exec_driver_sql("UPDATE accounts SET credits = credits + 1000")
    assert check(bench).violations == [f"{owner.account}: its balance is 1001, its entries sum to 1000"]


def test_a_balance_that_is_not_kept_is_found(bench: Bench, owner: Owner) -> None:
    book(bench, owner, grant("other", name_account("wsp_other"), Fraction(3)))
    with bench.database.write() as unit:
        unit.connection.exec_driver_sql("DELETE FROM accounts WHERE id = 'workspace:wsp_other'")
    assert check(bench).violations == ["workspace:wsp_other: its balance is 0, its entries sum to 3"]
