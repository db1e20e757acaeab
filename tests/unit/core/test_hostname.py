import pytest

from poseloom.core.error import HostRefused
from poseloom.core.hostname import check_host, choose_names, is_loopback

LOCAL: frozenset[str] = frozenset()


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8000", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8000"])
def test_a_server_on_loopback_answers_to_its_own_names_with_any_port(host: str) -> None:
    check_host([host], LOCAL)


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "rebound.example:8000",
        "localhost.rebound.example",
        "127.0.0.1.rebound.example",
        "localhost@rebound.example",
        "rebound.example#localhost",
        "0.0.0.0:8000",
        "192.168.0.2",
        "[::2]",
        "::1",
        "localhost:80:80",
        "localhost:port",
        " localhost",
        "local\nhost",
        "ⓛocalhost",
        "",
    ],
)
def test_it_answers_to_no_other(host: str) -> None:
    with pytest.raises(HostRefused):
        check_host([host], LOCAL)


@pytest.mark.parametrize("given", [[], ["localhost", "localhost"], ["localhost", "rebound.example"]])
def test_one_name_must_be_given(given: list[str]) -> None:
    with pytest.raises(HostRefused):
        check_host(given, LOCAL)


def test_a_refusal_says_how_to_let_the_name_in_and_repeats_no_more_than_a_line() -> None:
    with pytest.raises(HostRefused, match="POSELOOM_HOSTS") as caught:
        check_host(["x" * 1000], LOCAL)
    assert len(caught.value.message) < 300


def test_names_that_the_operator_lets_in_are_let_in_with_any_port() -> None:
    names = choose_names("127.0.0.1", ["Mascots.example", "other.example:81"], "https://proxy.example/api")
    assert names == frozenset({"mascots.example", "other.example", "proxy.example"})
    for host in ("mascots.example:8000", "MASCOTS.EXAMPLE", "other.example", "proxy.example", "localhost"):
        check_host([host], names)


def test_a_server_for_everyone_answers_to_every_name_unless_it_is_told_its_own() -> None:
    assert choose_names("0.0.0.0", [], None) is None
    assert choose_names("::", [], "https://proxy.example") is None
    assert choose_names("0.0.0.0", ["proxy.example"], None) == frozenset({"proxy.example"})


def test_a_name_that_is_none_lets_nobody_in_by_mistake() -> None:
    names = choose_names("127.0.0.1", ["a name"], None)
    assert names == frozenset({"a name"})
    with pytest.raises(HostRefused):
        check_host(["a name"], names)


@pytest.mark.parametrize(("address", "own"), [("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("pim", False)])
def test_loopback_is_told_from_other_addresses(address: str, *, own: bool) -> None:
    assert is_loopback(address) is own
