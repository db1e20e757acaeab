import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.credential import (
    DEFAULT_SCOPES,
    Scope,
    check_key_limit,
    check_scope,
    grant_scopes,
    hash_key,
    is_key,
    show_hint,
    write_key,
)
from poseloom.core.error import Forbidden, InvalidRequest, LimitReached
from poseloom.core.identity import Prefix, mint


@given(st.sampled_from(Prefix), st.binary(min_size=16, max_size=16))
def test_an_id_says_what_it_names_and_holds_all_its_randomness(prefix: Prefix, randomness: bytes) -> None:
    minted = mint(prefix, randomness)
    assert minted.startswith(prefix)
    assert bytes.fromhex(minted.removeprefix(prefix)) == randomness
    assert minted == minted.lower()
    assert len(minted) == 36


def test_every_prefix_is_three_letters_of_its_own() -> None:
    assert all(len(prefix) == 4 and prefix.endswith("_") for prefix in Prefix)


@given(st.binary(min_size=32, max_size=32))
def test_a_key_has_the_form_that_clients_know(randomness: bytes) -> None:
    key = write_key(randomness)
    assert is_key(key)
    assert len(key) == len("masko_") + 64
    assert key.startswith(show_hint(key))
    assert len(show_hint(key)) == 10
    assert len(hash_key(key)) == 64


@pytest.mark.parametrize(
    "text",
    ["", "masko_", "masko_" + "a" * 63, "masko_" + "a" * 65, "masko_" + "A" * 64, "sk_" + "a" * 64,
     "masko_" + "a" * 64 + "\n", " masko_" + "a" * 64, "masko_" + "٣" * 64],
)  # fmt: skip
def test_anything_else_is_no_key(text: str) -> None:
    assert not is_key(text)


def test_the_hash_of_a_key_is_the_plain_one_that_can_be_checked_by_hand() -> None:
    assert hash_key("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_key_may_do_what_its_scopes_say_and_nothing_else() -> None:
    check_scope({Scope.READ, Scope.WRITE}, Scope.WRITE)
    with pytest.raises(Forbidden, match="lacks the scope 'keys'") as raised:
        check_scope({"read", "write", "admin"}, Scope.KEYS)
    assert raised.value.fields == {"scope": "keys"}


def test_a_new_key_reads_and_writes_unless_something_else_is_said() -> None:
    assert grant_scopes(None, set(Scope)) == DEFAULT_SCOPES == {"read", "write"}
    assert grant_scopes(["read", "read"], set(Scope)) == {Scope.READ}
    assert grant_scopes(list(Scope), set(Scope)) == set(Scope)


@pytest.mark.parametrize(("wanted", "own", "lacking"), [(["admin"], {"keys"}, "admin"), (None, {"keys"}, "read")])
def test_a_key_cannot_give_what_it_lacks(wanted: object, own: set[str], lacking: str) -> None:
    with pytest.raises(Forbidden, match="cannot give what it lacks") as raised:
        grant_scopes(wanted, own)
    assert raised.value.fields == {"scope": lacking}


@pytest.mark.parametrize(
    ("wanted", "field"),
    [([], "scopes"), ("read", "scopes"), ({}, "scopes"), (["read", "all"], "scopes[1]"), ([["read"]], "scopes[0]")],
)
def test_what_is_no_list_of_scopes_is_refused_by_name(wanted: object, field: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        grant_scopes(wanted, set(Scope))
    assert raised.value.fields == {"field": field}
    assert raised.value.message.startswith(f"{field}: ")


def test_a_workspace_has_ten_active_keys_at_most() -> None:
    check_key_limit(9)
    with pytest.raises(LimitReached, match="revoke one") as raised:
        check_key_limit(10)
    assert raised.value.fields == {"limit": 10}
