"""The ledger on real databases: every booking once, no balance below zero, nothing lost however many book at once."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

import pytest

from poseloom.core.error import InsufficientCredits, LedgerBroken
from poseloom.core.ledger import Entry, charge, find_violations, grant, name_account, refund, sum_balances
from poseloom.core.page import Cursor, Page, close_page, decode_cursor
from tests.integration.store.desk import Desk, run_at_once

THREADS = 32


@pytest.fixture
def desk(sql_url: str) -> Iterator[Desk]:
    desk = Desk.open(sql_url)
    yield desk
    desk.close()


def book(desk: Desk, workspace_id: str, *entries: Entry) -> None:
    with desk.database.write() as unit:
        unit.ledger.book(entries, workspace_id=workspace_id, note="test", now=desk.tell_time())


def pay(desk: Desk, workspace_id: str, job_id: str, credits_: Fraction) -> None:
    """Charge as verbs do: look at the balance that nobody else may change, then book."""
    account = name_account(workspace_id)
    with desk.database.write() as unit:
        balance = unit.ledger.lock_balance(account)
        entry = charge(job_id, account, credits_, balance)
        unit.ledger.book([entry], workspace_id=workspace_id, note=job_id, now=desk.tell_time())


def read_balance(desk: Desk, workspace_id: str) -> Fraction:
    with desk.database.read() as unit:
        return unit.ledger.read_balance(name_account(workspace_id))


def check_laws(desk: Desk) -> None:
    with desk.database.read() as unit:
        entries, kept = list(unit.ledger.walk()), unit.ledger.read_balances()
    assert list(find_violations(entries)) == []
    sums = {name: sum_ for name, sum_ in sum_balances(entries).items() if name.startswith("workspace:")}
    assert sums == kept


def test_an_entry_that_stands_already_moves_nothing(desk: Desk) -> None:
    workspace_id = desk.add_workspace(100)
    pay(desk, workspace_id, "job_1", Fraction(40))
    again = charge("job_1", name_account(workspace_id), Fraction(40), Fraction(60))
    other = charge("job_2", name_account(workspace_id), Fraction(10), Fraction(60))
    with pytest.raises(LedgerBroken, match="stands already"):
        book(desk, workspace_id, other, again)
    assert read_balance(desk, workspace_id) == 60
    with desk.database.read() as unit:
        assert len(list(unit.ledger.walk())) == 2
        assert unit.ledger.has("charge:job_1")
        assert not unit.ledger.has("charge:job_2")
    check_laws(desk)


def test_no_balance_falls_below_zero(desk: Desk) -> None:
    workspace_id = desk.add_workspace(10)
    account = name_account(workspace_id)
    greedy = charge("job_1", account, Fraction(11), Fraction(11))
    with pytest.raises(LedgerBroken, match="below zero"):
        book(desk, workspace_id, greedy)
    assert read_balance(desk, workspace_id) == 10
    check_laws(desk)


def test_parts_of_a_credit_are_exact(desk: Desk) -> None:
    workspace_id = desk.add_workspace(1)
    for number in range(3):
        pay(desk, workspace_id, f"job_{number}", Fraction(1, 10))
    assert read_balance(desk, workspace_id) == Fraction(7, 10)


def test_charges_at_once_lose_nothing(desk: Desk) -> None:
    workspace_id = desk.add_workspace(1000)
    calls = [partial(pay, desk, workspace_id, f"job_{number}", Fraction(7)) for number in range(THREADS)]
    assert run_at_once(calls) == [None] * THREADS
    assert read_balance(desk, workspace_id) == 1000 - 7 * THREADS
    check_laws(desk)


def test_charges_at_once_never_spend_more_than_there_is(desk: Desk) -> None:
    workspace_id = desk.add_workspace(70)
    calls = [partial(pay, desk, workspace_id, f"job_{number}", Fraction(7)) for number in range(THREADS)]
    outcomes = run_at_once(calls)
    assert outcomes.count(None) == 10
    assert {type(outcome) for outcome in outcomes} == {type(None), InsufficientCredits}
    assert read_balance(desk, workspace_id) == 0
    check_laws(desk)


def test_of_the_same_charge_at_once_one_is_booked(desk: Desk) -> None:
    workspace_id = desk.add_workspace(1000)
    outcomes = run_at_once([partial(pay, desk, workspace_id, "job_1", Fraction(7))] * THREADS)
    assert outcomes.count(None) == 1
    assert {type(outcome) for outcome in outcomes} == {type(None), LedgerBroken}
    assert read_balance(desk, workspace_id) == 993
    check_laws(desk)


def test_first_grants_at_once_all_count(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    account = name_account(workspace_id)
    grants = [grant(f"g{number}", account, Fraction(3)) for number in range(THREADS)]
    calls = [partial(book, desk, workspace_id, entry) for entry in grants]
    assert run_at_once(calls) == [None] * THREADS
    assert read_balance(desk, workspace_id) == 3 * THREADS
    check_laws(desk)


def test_a_booking_in_a_unit_that_fails_is_forgotten(desk: Desk) -> None:
    workspace_id = desk.add_workspace(100)
    account = name_account(workspace_id)

    def fail() -> None:
        entry = charge("job_1", account, Fraction(5), Fraction(100))
        with desk.database.write() as unit:
            unit.ledger.book([entry], workspace_id=workspace_id, note="", now=desk.tell_time())
            assert unit.ledger.read_balance(account) == 95
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert read_balance(desk, workspace_id) == 100
    pay(desk, workspace_id, "job_1", Fraction(5))
    check_laws(desk)


def test_the_list_of_entries_is_walked_newest_first(desk: Desk) -> None:
    workspace_id, stranger = desk.add_workspace(1000), desk.add_workspace(5)
    account = name_account(workspace_id)
    for number in range(6):
        pay(desk, workspace_id, f"job_{number}", Fraction(1))
    book(desk, workspace_id, refund("job_5", account, Fraction(1)))
    keys, cursor = [], None
    while True:
        page = Page(limit=3, after=None if cursor is None else decode_cursor(cursor))
        with desk.database.read() as unit:
            rows = unit.ledger.list_page(workspace_id, page)
        shown, cursor = close_page(rows, page, lambda booked: Cursor(key=booked.id, id=booked.entry.key))
        keys += [booked.entry.key for booked in shown]
        if cursor is None:
            break
    charges = [f"charge:job_{number}" for number in reversed(range(6))]
    assert keys == ["refund:job_5", *charges, f"grant:{workspace_id}"]
    with desk.database.read() as unit:
        assert [booked.entry.key for booked in unit.ledger.list_page(stranger, Page())] == [f"grant:{stranger}"]
