"""The unit of work: everything that is saved together, or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import datetime
from fractions import Fraction
from typing import Protocol, TypeVar

from poseloom.core.asset import Asset
from poseloom.core.clip import EdgeClip
from poseloom.core.job import Batch, Job, JobState
from poseloom.core.ledger import Entry
from poseloom.core.page import Page
from poseloom.core.quote import Quote
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.workspace import ApiKey, Collection, Item, Project, Workspace
from poseloom.ports.record import BookedEntry, Reply
from poseloom.ports.runner import QueuedJob

R = TypeVar("R")


class Shelf(Protocol[R]):
    """Records of one kind. Whoever asks says whose they are; a stranger's record is not there."""

    def add(self, *records: R) -> None:
        """Add records."""
        ...

    def find(self, workspace_id: str, record_id: str) -> R | None:
        """Return a record, or None."""
        ...

    def lock(self, workspace_id: str, record_id: str) -> R | None:
        """Return a record that nobody else changes before this unit ends."""
        ...

    def list_page(self, workspace_id: str, page: Page, **equal: object) -> Sequence[R]:
        """Return a page of records, newest first, whose fields equal what is given; one more than the page holds."""
        ...

    def change(self, record_id: str, **fields: object) -> None:
        """Set fields of a record."""
        ...

    def remove(self, *record_ids: str) -> None:
        """Remove records."""
        ...

    def remove_all(self, **equal: object) -> None:
        """Remove every record whose fields equal what is given; at least one must be."""
        ...

    def count(self, **equal: object) -> int:
        """Count the records whose fields equal what is given."""
        ...


class WorkspaceShelf(Shelf[Workspace], Protocol):
    """Workspaces."""

    def oldest(self) -> Workspace:
        """Return the workspace that was made first; there must be one."""
        ...


class KeyShelf(Shelf[ApiKey], Protocol):
    """API keys."""

    def find_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key that has this hash and is not revoked."""
        ...


class AssetShelf(Shelf[Asset], Protocol):
    """Assets."""

    def find_by_name(self, name: str) -> Asset | None:
        """Return the asset that is served under a name, whoever owns it."""
        ...

    def find_many(self, workspace_id: str, asset_ids: Iterable[str]) -> Mapping[str, Asset]:
        """Return those of the assets that are there, by id."""
        ...

    def list_hashes(self, hashes: Iterable[str]) -> Set[str]:
        """Return those of the hashes that an asset has."""
        ...


class CanvasShelf(Shelf[StoredCanvas], Protocol):
    """Canvases."""

    def touch(self, canvas_ids: Iterable[str]) -> None:
        """Raise the revision of canvases whose status has changed."""
        ...


class ClipShelf(Protocol):
    """The clips that serve edges now."""

    def read(self, canvas_id: str) -> Mapping[str, EdgeClip]:
        """Return a canvas' clips by edge id."""
        ...

    def count(self, canvas_id: str) -> int:
        """Count a canvas' clips."""
        ...

    def put(self, clip: EdgeClip) -> None:
        """Let a clip serve its edge from now on."""
        ...

    def drop(self, canvas_id: str, edge_ids: Iterable[str]) -> None:
        """Let edges have no clip."""
        ...


class JobShelf(Shelf[Job], Protocol):
    """Jobs."""

    def read(self, job_id: str) -> Job | None:
        """Return a job, whoever owns it; for workers."""
        ...

    def take(self, job_id: str) -> Job | None:
        """Return a job that nobody else changes before this unit ends; for workers."""
        ...

    def move(self, job_id: str, before: JobState, after: JobState, **fields: object) -> bool:
        """Change a job's state if it is still `before`; say whether it was."""
        ...

    def list_live(self, canvas_id: str) -> Sequence[Job]:
        """Return a canvas' jobs that have not ended."""
        ...

    def list_live_of_collection(self, collection_id: str) -> Sequence[Job]:
        """Return a collection's jobs that have not ended."""
        ...

    def list_last(self, canvas_id: str) -> Mapping[str, Job]:
        """Return the newest job of each edge of a canvas, by edge id."""
        ...

    def list_waiting(self, forward_job_id: str) -> Sequence[Job]:
        """Return the reverses that wait for a forward."""
        ...

    def walk(self) -> Iterator[Job]:
        """Yield every job there is; for proofs."""
        ...

    def list_stale(self, before: datetime) -> Sequence[Job]:
        """Return jobs that have not ended and have not changed since; for upkeep."""
        ...


class BatchShelf(Protocol):
    """Batches."""

    def add(self, batch: Batch) -> None:
        """Add a batch."""
        ...

    def read(self, batch_id: str) -> Batch:
        """Return a batch."""
        ...


class LedgerBook(Protocol):
    """The ledger: append-only; balances follow its entries in the same unit."""

    def book(self, entries: Sequence[Entry], *, workspace_id: str, note: str, now: datetime) -> None:
        """Append entries and move the balances.

        Raises:
            LedgerBroken: A key stands already, or an account would fall below zero.
        """
        ...

    def has(self, key: str) -> bool:
        """Say whether an entry is booked."""
        ...

    def lock_balance(self, account: str) -> Fraction:
        """Return an account's balance, which nobody else changes before this unit ends."""
        ...

    def read_balance(self, account: str) -> Fraction:
        """Return an account's balance."""
        ...

    def list_page(self, workspace_id: str, page: Page) -> Sequence[BookedEntry]:
        """Return a page of a workspace's entries, newest first; one more than the page holds."""
        ...

    def walk(self) -> Iterable[Entry]:
        """Yield every entry in the order in which it was booked."""
        ...

    def read_balances(self) -> Mapping[str, Fraction]:
        """Return the kept balance of every account."""
        ...

    def sum_canvas(self, canvas_id: str) -> tuple[Fraction, Fraction]:
        """Return what was charged for a canvas' jobs and what was given back."""
        ...


class ReplyShelf(Protocol):
    """Answers that are kept for an idempotency key."""

    def claim(self, workspace_id: str, key: str, fingerprint: str, now: datetime, lapse: datetime) -> Reply | None:
        """Take a key for this unit, or return what was answered under it; waits while another unit holds it.

        Entries from before `lapse` do not count any more.
        """
        ...

    def keep(self, workspace_id: str, key: str, status_code: int, headers: Mapping[str, str], body: str) -> None:
        """Keep the answer of a key that this unit claimed."""
        ...


class QuoteShelf(Protocol):
    """Quotes."""

    def add(self, quote: Quote, workspace_id: str, now: datetime) -> None:
        """Add a quote, and forget some that are too old."""
        ...

    def find(self, workspace_id: str, quote_id: str) -> Quote | None:
        """Return a quote, or None."""
        ...


class Unit(Protocol):
    """One transaction."""

    @property
    def workspaces(self) -> WorkspaceShelf: ...  # noqa: D102 - each shelf says what it holds
    @property
    def keys(self) -> KeyShelf: ...  # noqa: D102
    @property
    def projects(self) -> Shelf[Project]: ...  # noqa: D102
    @property
    def collections(self) -> Shelf[Collection]: ...  # noqa: D102
    @property
    def items(self) -> Shelf[Item]: ...  # noqa: D102
    @property
    def assets(self) -> AssetShelf: ...  # noqa: D102
    @property
    def canvases(self) -> CanvasShelf: ...  # noqa: D102
    @property
    def clips(self) -> ClipShelf: ...  # noqa: D102
    @property
    def jobs(self) -> JobShelf: ...  # noqa: D102
    @property
    def batches(self) -> BatchShelf: ...  # noqa: D102
    @property
    def ledger(self) -> LedgerBook: ...  # noqa: D102
    @property
    def replies(self) -> ReplyShelf: ...  # noqa: D102
    @property
    def quotes(self) -> QuoteShelf: ...  # noqa: D102

    def enqueue(self, jobs: Sequence[QueuedJob]) -> None:
        """Give jobs to the durable engine, in this transaction."""
        ...

    def be_alone(self) -> None:
        """Wait for every other unit that is alone, and keep such units waiting until this one ends."""
        ...

    def after_commit(self, deed: Callable[[], None]) -> None:
        """Do something once this unit is saved; nothing when it is not."""
        ...


class Database(Protocol):
    """Opens units of work."""

    def write(self) -> AbstractContextManager[Unit]:
        """Open a unit that is saved when the block ends well and forgotten when it does not."""
        ...

    def read(self) -> AbstractContextManager[Unit]:
        """Open a unit for reading one state of everything."""
        ...
