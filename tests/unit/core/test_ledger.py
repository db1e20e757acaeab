from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.error import InsufficientCredits, LedgerBroken
from poseloom.core.ledger import (
    EARNED,
    ISSUED,
    Entry,
    Posting,
    charge,
    find_violations,
    grant,
    is_kept,
    name_account,
    refund,
    sum_balances,
)

amounts = st.integers(0, 200).map(lambda halves: Fraction(halves, 2))
deeds = st.lists(st.tuples(st.sampled_from(["grant", "charge", "refund"]), st.sampled_from(["ann", "bob"]), amounts))


def keep_books(deeds: list[tuple[str, str, Fraction]]) -> list[Entry]:
    """Book what can be booked; a refund gives back the oldest charge that has none."""
    entries: list[Entry] = []
    open_charges: list[tuple[str, str, Fraction]] = []
    for number, (deed, account, credits_) in enumerate(deeds):
        balance = sum_balances(entries).get(account, Fraction(0))
        if deed == "grant":
            entries.append(grant(f"g{number}", account, credits_))
        elif deed == "charge" and balance >= credits_:
            entries.append(charge(f"j{number}", account, credits_, balance))
            open_charges.append((f"j{number}", account, credits_))
        elif deed == "refund" and open_charges:
            entries.append(refund(*open_charges.pop(0)))
    return entries


@given(deeds)
def test_all_postings_sum_to_zero_at_every_moment(deeds: list[tuple[str, str, Fraction]]) -> None:
    entries = keep_books(deeds)
    for end in range(len(entries) + 1):
        assert sum(sum_balances(entries[:end]).values()) == 0
    assert list(find_violations(entries)) == []


@given(deeds)
def test_nobody_but_the_issuer_falls_below_zero(deeds: list[tuple[str, str, Fraction]]) -> None:
    balances = sum_balances(keep_books(deeds))
    assert all(balance >= 0 for account, balance in balances.items() if account != ISSUED)


BOOKS = (
    grant("g", "ann", Fraction(100)),
    charge("j", "ann", Fraction(20), Fraction(100)),
    refund("j", "ann", Fraction(20)),
)


def test_sound_books_have_no_violations() -> None:
    assert list(find_violations(BOOKS)) == []


def test_a_refund_booked_twice_is_found() -> None:
    assert "refund:j: booked 2 times" in list(find_violations((*BOOKS, BOOKS[2])))


def test_a_refund_without_a_charge_is_found() -> None:
    found = list(find_violations((grant("g", EARNED, Fraction(9)), refund("j", "ann", Fraction(5)))))
    assert found == ["refund:j: gives back 5 of 0 charged"]


def test_a_refund_of_more_than_was_charged_is_found() -> None:
    found = list(find_violations((*BOOKS[:2], grant("h", EARNED, Fraction(5)), refund("j", "ann", Fraction(25)))))
    assert found == ["refund:j: gives back 25 of 20 charged"]


def test_postings_that_do_not_sum_to_zero_are_found() -> None:
    lame = replace(BOOKS[0], postings=(Posting(account="ann", credits=Fraction(1)),))
    assert list(find_violations([lame])) == ["grant:g: postings sum to 1, not 0"]


def test_an_account_that_falls_below_zero_is_found() -> None:
    forged = Entry(
        key="charge:j",
        postings=(Posting(account="ann", credits=Fraction(-5)), Posting(account=EARNED, credits=Fraction(5))),
    )
    assert list(find_violations([forged])) == ["charge:j: ann falls to -5"]


def test_a_charge_that_the_balance_does_not_cover_says_what_is_missing() -> None:
    with pytest.raises(InsufficientCredits, match="140 credits are needed and 50 are there") as raised:
        charge("j", "ann", Fraction(140), Fraction(50))
    assert raised.value.document()["error"] == {
        "code": "insufficient_credits",
        "message": raised.value.message,
        "required": 140,
        "balance": 50,
        "available": 50,
    }


def test_credits_never_move_backwards() -> None:
    with pytest.raises(LedgerBroken, match="backwards"):
        grant("g", "ann", Fraction(-1))


def test_balances_of_workspaces_are_kept_and_those_of_the_system_are_not() -> None:
    assert is_kept(name_account("wsp_1"))
    assert not is_kept(ISSUED)
    assert not is_kept(EARNED)
