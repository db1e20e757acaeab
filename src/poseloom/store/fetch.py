"""Pictures from addresses that clients name: fetched for them, so never from where only we can reach."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio
import anyio.to_thread
import httpx2

from poseloom.core.address import is_public_address
from poseloom.core.error import FetchRefused, TooLarge

FIELD = "image_url"
LIMIT_BYTES = 32 * 2**20
LIMIT_SECONDS = 15.0
CONNECT_SECONDS = 5.0
"""For one of a host's addresses, so that there is time for the next."""
MAX_REDIRECTS = 3
MAX_ADDRESSES = 4
"""Of one host, tried in the order in which they were resolved."""
MAX_URL_CHARACTERS = 2048
OPEN_PORTS = range(1024, 65536)
"""Ports under these speak other protocols than HTTP, but for its own two."""
OWN_PORTS = {"https": 443, "http": 80}

_REDIRECTS = {301, 302, 303, 307, 308}
_HEADERS = {"Accept": "image/png, image/webp, image/jpeg", "Accept-Encoding": "identity", "User-Agent": "poseloom"}
_SEND_IT = "give a public https address, or send the picture itself"


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Return a host's addresses, as the system knows them.

    Raises:
        OSError: It has none.
    """
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def open_fetcher(*, allow_private: bool = False) -> Callable[[str], bytes]:
    """Return what fetches the picture at an address; see `ImageFetcher.fetch`.

    Args:
        allow_private: Allow plain http and every address: for development, where nobody else names addresses.
    """
    allowed = (lambda _: True) if allow_private else is_public_address
    return ImageFetcher(allow_http=allow_private, is_allowed=allowed).fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFetcher:
    """Fetches pictures over https from the public internet, and from nowhere else.

    A host is resolved once and its address checked; the connection goes to that address, whatever the name says a
    moment later. Redirects are followed by the same rules. Proxies and the environment are not asked.

    Attributes:
        resolve: Returns the addresses of a host and port; raises `OSError` when there is none.
        is_allowed: Says whether an address may be connected to.
        allow_http: Whether plain http is followed.
    """

    resolve: Callable[[str, int], Sequence[str]] = resolve_host
    is_allowed: Callable[[str], bool] = is_public_address
    allow_http: bool = False
    limit_bytes: int = LIMIT_BYTES
    limit_seconds: float = LIMIT_SECONDS

    def fetch(self, url: str) -> bytes:
        """Return the picture's bytes; whether they are one is for its reader to say.

        Blocks its thread, at most `limit_seconds`.

        Raises:
            FetchRefused: Nothing is fetched from there, or it does not answer with a picture in time.
            TooLarge: It answers with more than `limit_bytes`.
        """
        return anyio.run(self._fetch, url)

    async def _fetch(self, url: str) -> bytes:
        try:
            # One limit around everything: limits of single reads let a slow sender take for ever.
            with anyio.fail_after(self.limit_seconds):
                return await self._follow(url)
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise _refuse(
                f"does not answer within {self.limit_seconds:g} seconds", "send the picture itself"
            ) from error
        except httpx2.HTTPError as error:
            raise _refuse("cannot be reached", "check the address, or send the picture itself") from error

    async def _follow(self, url: str) -> bytes:
        target = self._check_url(url)
        async with httpx2.AsyncClient(
            trust_env=False,
            headers=_HEADERS,
            timeout=httpx2.Timeout(self.limit_seconds, connect=CONNECT_SECONDS),
            # Connections are known by address here; one must not be used again for another name.
            limits=httpx2.Limits(max_keepalive_connections=0),
        ) as client:
            for _ in range(MAX_REDIRECTS + 1):
                answer = await self._ask(client, target)
                if isinstance(answer, bytes):
                    return answer
                target = self._check_url(answer)
        raise _refuse(f"redirects more than {MAX_REDIRECTS} times", "give the address it ends at")

    def _check_url(self, text: str) -> httpx2.URL:
        """Return an address whose form is acceptable."""
        try:
            url = httpx2.URL(text)
        except (httpx2.InvalidURL, ValueError) as error:
            raise _refuse("is not an address", _SEND_IT) from error
        if len(text) > MAX_URL_CHARACTERS:
            raise _refuse(f"is longer than {MAX_URL_CHARACTERS} characters", _SEND_IT)
        if url.scheme != "https" and not (self.allow_http and url.scheme == "http"):
            raise _refuse("does not start with https://", _SEND_IT)
        if not url.host:
            raise _refuse("names no host", _SEND_IT)
        if url.userinfo:
            raise _refuse("carries a user name or a password", "leave them out, or send the picture itself")
        if url.port not in {None, OWN_PORTS[url.scheme]} and url.port not in OPEN_PORTS:
            raise _refuse(f"names port {url.port}", f"leave it out, or use one from {OPEN_PORTS.start} on")
        return url

    async def _ask(self, client: httpx2.AsyncClient, url: httpx2.URL) -> bytes | str:
        """Return a picture's bytes, or the address that is named in its stead."""
        addresses = await self._find_addresses(url)
        for address in addresses[:-1]:
            try:
                return await self._ask_at(client, url, address)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._ask_at(client, url, addresses[-1])

    async def _find_addresses(self, url: httpx2.URL) -> Sequence[str]:
        """Resolve a host, and refuse it when any of its addresses is not allowed."""
        host = url.raw_host.decode("ascii")
        try:
            ipaddress.ip_address(host)
            addresses: Sequence[str] = [host]
        except ValueError:
            port = url.port or OWN_PORTS[url.scheme]
            try:
                # The system's resolver cannot be interrupted; its thread is left behind when time is up.
                addresses = await anyio.to_thread.run_sync(self.resolve, host, port, abandon_on_cancel=True)
            except (OSError, UnicodeError) as error:
                raise _refuse("names a host that is not known", "check the address") from error
        if not addresses:
            raise _refuse("names a host that is not known", "check the address")
        if not all(self.is_allowed(address) for address in addresses):
            raise _refuse("names a host that is not on the public internet", _SEND_IT)
        return addresses[:MAX_ADDRESSES]

    async def _ask_at(self, client: httpx2.AsyncClient, url: httpx2.URL, address: str) -> bytes | str:
        """Ask one address, in the name of the host: its certificate must be for that name."""
        headers = {"Host": url.netloc.decode("ascii")}
        name = url.raw_host.decode("ascii").rstrip(".")
        pinned = url.copy_with(host=address)
        async with client.stream("GET", pinned, headers=headers, extensions={"sni_hostname": name}) as response:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return _join(url, response.headers["location"])
            self._check_answer(response)
            content = bytearray()
            async for part in response.aiter_raw():
                content += part
                if len(content) > self.limit_bytes:
                    raise self._refuse_size()
            return bytes(content)

    def _check_answer(self, response: httpx2.Response) -> None:
        if response.status_code != httpx2.codes.OK:
            raise _refuse(f"answers with status {response.status_code}", "check the address")
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not media_type.startswith("image/"):
            raise _refuse("does not answer with a picture", "give the address of the picture itself")
        # What arrives is counted as it arrives; packed bytes would grow after that.
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise _refuse("answers with packed bytes although plain ones were asked for", "send the picture itself")
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.limit_bytes:
            raise self._refuse_size()

    def _refuse_size(self) -> TooLarge:
        limit = f"{self.limit_bytes / 2**20:g} MiB"
        message = f"{FIELD}: the picture is larger than {limit}; save it smaller"
        return TooLarge(message, field=FIELD, limit_bytes=self.limit_bytes)


def _join(url: httpx2.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except (httpx2.InvalidURL, ValueError) as error:
        raise _refuse("redirects to what is not an address", "send the picture itself") from error


def _refuse(fault: str, fix: str) -> FetchRefused:
    return FetchRefused(f"{FIELD}: {fault}; {fix}", field=FIELD)
