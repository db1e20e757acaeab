"""What routes need of the world; put together by wiring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from poseloom.core.catalogue import Catalogue
from poseloom.ports.blob import BlobStore
from poseloom.ports.runner import Lane
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Database


class Stamp(Protocol):
    """Tells cheaply whether the database may have changed."""

    def read(self) -> object:
        """Return a value that differs from the last one whenever something was saved since."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What routes need of the world.

    Attributes:
        stop_jobs: Tells the durable engine and the renderers of jobs that were cancelled.
        find_faults: Names what is wrong with what the server stands on; nothing when it can work.
        count_waiting: Returns how many jobs wait in each lane.
        fetch_image: Returns the bytes behind an `image_url`, guarded.
        base_url: How clients reach this server, without a slash at the end; None: as their request says.
        calls_per_minute: Of one key; 0 means no limit.
        calls_per_hour: Of one key; 0 means no limit.
        hold_seconds: How long a long poll is held at most; an event stream lives for 60 times as long.
        origins: Web origins whose scripts may call the API.
        names: Names under which the server answers, beside those of loopback; None: under all.
        show_link: Tells whoever started the server a token that signs in; None where nobody is told.
    """

    database: Database
    stamp: Stamp
    blobs: BlobStore
    catalogue: Catalogue
    tools: Tools
    stop_jobs: Callable[[Sequence[str]], None]
    find_faults: Callable[[], Sequence[str]]
    fetch_image: Callable[[str], bytes]
    count_waiting: Callable[[], Mapping[Lane, int]] = dict
    base_url: str | None = None
    calls_per_minute: int = 0
    calls_per_hour: int = 0
    hold_seconds: float = 60
    origins: tuple[str, ...] = field(default=())
    names: frozenset[str] | None = None
    show_link: Callable[[str], None] | None = None
