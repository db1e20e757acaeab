"""The names under which a server answers, against pages whose name was made to point at it (spec/service.md)."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from ipaddress import ip_address
from urllib.parse import urlsplit

from poseloom.core.error import HostRefused

LOCALHOST = "localhost"
SHOWN = 80
"""How much of a name an error repeats."""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/?#@\[\]]+)(?::[0-9]*)?", re.ASCII | re.IGNORECASE)


def is_loopback(address: str) -> bool:
    """Say whether an address, or a name, is this machine's own and reached from nowhere else."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address.lower() == LOCALHOST


def choose_names(address: str, hosts: Iterable[str], base_url: str | None) -> frozenset[str] | None:
    """Return the names under which a server answers, beside those of loopback; None: under all.

    Args:
        address: Where it listens.
        hosts: What the operator lets in.
        base_url: How clients reach it, when a proxy stands before it.
    """
    allowed = {_read_name(host) or host.lower() for host in hosts}
    if not allowed and not is_loopback(address):
        return None
    known = urlsplit(base_url).hostname if base_url else None
    return frozenset(allowed | ({known} if known else set()))


def check_host(given: Sequence[str], names: AbstractSet[str]) -> None:
    """Refuse a request that is for another server.

    Args:
        given: The values of its `Host` headers.
        names: The names under which the server answers, in small letters, beside those of loopback.

    Raises:
        HostRefused: It names another host, or none, or more than one.
    """
    name = _read_name(given[0]) if len(given) == 1 else None
    if name is None or not (name in names or is_loopback(name)):
        shown = repr(given[0][:SHOWN]) if given else "no name"
        raise HostRefused(
            f"this server does not answer to {shown}; call it as {LOCALHOST}, "
            "or let the name in with the setting POSELOOM_HOSTS"
        )


def _read_name(host: str) -> str | None:
    """Return the name in a `Host` header, in small letters and without its port; None when it is none."""
    match = _HOST.fullmatch(host)
    return match[1].lower().strip("[]") if match else None
