"""Which addresses a request for somebody else may go to (server-side request forgery)."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64: the last 32 bits are the IPv4 address that is really reached."""
_REFUSED_4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments, which older Pythons take for global
    IPv4Network("192.88.99.0/24"),  # relays to 6to4
    IPv4Network("168.63.129.16/32"),  # a cloud's own services, at an address that looks public
)
_REFUSED_6 = (
    IPv6Network("2001::/23"),  # Teredo and other protocol assignments
    IPv6Network("2002::/16"),  # 6to4: carries an IPv4 address
    IPv6Network("3fff::/20"),  # documentation, which older Pythons take for global
)


def is_public_address(address: str) -> bool:
    """Say whether an address, IPv4 or IPv6, belongs to one host of the public internet.

    An IPv6 address that stands for an IPv4 one is judged as that one. What is no address is not public.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = _unwrap(ip)
        return _is_public_6(ip) if inner is None else _is_public_4(inner)
    return _is_public_4(ip)


def _unwrap(ip: IPv6Address) -> IPv4Address | None:
    return IPv4Address(ip.packed[-4:]) if ip in _TRANSLATED else ip.ipv4_mapped


def _is_public_4(ip: IPv4Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or any(ip in network for network in _REFUSED_4))


def _is_public_6(ip: IPv6Address) -> bool:
    return ip.is_global and ip in _GLOBAL_UNICAST and not any(ip in network for network in _REFUSED_6)
