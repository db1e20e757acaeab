"""The tables. A column's name is its record's field; its type says how the value is kept."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from poseloom.core.asset import AssetKind
from poseloom.core.canvas import Canvas
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.confidence import Confidence, read_confidence
from poseloom.core.document import parse_canvas, write_canvas
from poseloom.core.framing import Framing, PoseExtent
from poseloom.core.job import JobError, JobState, JobType, Submission
from poseloom.store.sql.column import Instant, Json, Ratio, Thousandths, Word, record_json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id") -> Column[str]:
    return Column(name, String(64), primary_key=True)


def _owner() -> Column[str]:
    return Column("workspace_id", String(64), ForeignKey("workspaces.id"), nullable=False)


def _moment(name: str, *, optional: bool = False) -> Column[object]:
    return Column(name, Instant(), nullable=optional)


def _read_canvas(document: object) -> Canvas:
    return parse_canvas(document, allow_empty=True)


def _sort(names: frozenset[str]) -> list[str]:
    return sorted(names)


def _read_formats(words: list[str]) -> tuple[ClipFormat, ...]:
    return tuple(ClipFormat(word) for word in words)


def _read_assets(document: dict[str, str]) -> dict[AssetKind, str]:
    return {AssetKind(kind): asset_id for kind, asset_id in document.items()}


workspaces = Table("workspaces", metadata, _id(), Column("name", Text, nullable=False), _moment("created_at"))
keys = Table(
    "api_keys",
    metadata,
    _id(),
    _owner(),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("hint", String(40), nullable=False),
    Column("scopes", Json(_sort, frozenset), nullable=False),
    _moment("created_at"),
    _moment("last_used_at", optional=True),
    _moment("revoked_at", optional=True),
    Column("by_link", Boolean, nullable=False, server_default=false()),
    Index(None, "workspace_id", "created_at", "id"),
)
projects = Table(
    "projects",
    metadata,
    _id(),
    _owner(),
    Column("name", Text, nullable=False),
    _moment("created_at"),
    _moment("updated_at"),
    Index(None, "workspace_id", "created_at", "id"),
)
collections = Table(
    "collections",
    metadata,
    _id(),
    _owner(),
    Column("project_id", String(64), nullable=True, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("config", Json(), nullable=False),
    _moment("created_at"),
    _moment("updated_at"),
    Index(None, "workspace_id", "created_at", "id"),
)
items = Table(
    "items",
    metadata,
    _id(),
    _owner(),
    Column("collection_id", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("assets", Json(), nullable=False),
    _moment("created_at"),
    _moment("updated_at"),
    _moment("archived_at", optional=True),
    Index(None, "workspace_id", "created_at", "id"),
)
assets = Table(
    "assets",
    metadata,
    _id(),
    _owner(),
    Column("collection_id", String(64), nullable=False, index=True),
    Column("kind", Word(AssetKind), nullable=False),
    Column("name", Text, nullable=False, index=True),
    Column("content_name", Text, nullable=False, index=True),
    Column("media_type", String(80), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    Column("duration_seconds", Thousandths(), nullable=True),
    Column("extent", record_json(PoseExtent), nullable=True),
    Column("pose_asset_id", String(64), nullable=True),
    Column("job_id", String(64), nullable=True, index=True),
    _moment("created_at"),
    Index(None, "workspace_id", "created_at", "id"),
)
canvases = Table(
    "canvases",
    metadata,
    _id(),
    _owner(),
    Column("collection_id", String(64), nullable=False, index=True),
    Column("canvas", Json(write_canvas, _read_canvas), nullable=False),
    Column("generator", String(80), nullable=True),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("framing", record_json(Framing), nullable=True),
    _moment("created_at"),
    _moment("updated_at"),
    Index(None, "workspace_id", "created_at", "id"),
)
clips = Table(
    "clips",
    metadata,
    Column("canvas_id", String(64), ForeignKey("canvases.id", ondelete="CASCADE"), primary_key=True),
    Column("edge_id", Text, primary_key=True),
    _owner(),
    Column("job_id", String(64), nullable=False),
    Column("source_asset_id", Text, nullable=False),
    Column("target_asset_id", Text, nullable=False),
    Column("assets", Json(), nullable=False),
    Column("duration_seconds", Thousandths(), nullable=False),
    Column("seam", Json(), nullable=False),
    _moment("created_at"),
    Column("confidence", Json(Confidence.document, read_confidence), nullable=True),
)
batches = Table(
    "batches",
    metadata,
    _id(),
    _owner(),
    Column("poses", Json(), nullable=False),
    Column("framing", record_json(Framing), nullable=False),
    Column("size", Integer, nullable=False),
    Column("fps", Ratio(), nullable=False),
    Column("formats", Json(list, _read_formats), nullable=False),
    Column("quality", Word(Quality), nullable=False),
    Column("generator", String(80), nullable=False),
    Column("seed", BigInteger, nullable=True),
    _moment("created_at"),
)
IS_LIVE = text("state IN ('pending', 'processing')")
jobs = Table(
    "jobs",
    metadata,
    _id(),
    _owner(),
    Column("collection_id", String(64), nullable=False, index=True),
    Column("canvas_id", String(64), nullable=True),
    Column("edge_id", Text, nullable=True),
    Column("item_id", String(64), nullable=True),
    Column("batch_id", String(64), ForeignKey("batches.id"), nullable=False),
    Column("type", Word(JobType), nullable=False),
    Column("state", Word(JobState), nullable=False),
    Column("generator", String(80), nullable=False),
    Column("source_asset_id", Text, nullable=False),
    Column("target_asset_id", Text, nullable=False),
    Column("is_loop", Boolean, nullable=False),
    Column("duration_seconds", Thousandths(), nullable=False),
    Column("prompt", Text, nullable=True),
    Column("label", Text, nullable=False),
    Column("cost_credits", Thousandths(), nullable=False),
    Column("assets", Json(dict, _read_assets), nullable=False),
    _moment("created_at"),
    _moment("updated_at"),
    Column("forward_job_id", String(64), nullable=True, index=True),
    Column("frames_asset_id", String(64), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("error", record_json(JobError), nullable=True),
    Column("seam", Json(), nullable=True),
    Column("confidence", Json(Confidence.document, read_confidence), nullable=True),
    Column("frames_done", Integer, nullable=False),
    Column("frames_total", Integer, nullable=False),
    Column("submission", Word(Submission), nullable=False),
    Column("ticket", Text, nullable=True),
    _moment("started_at", optional=True),
    _moment("completed_at", optional=True),
    Index(None, "workspace_id", "created_at", "id"),
    Index(None, "canvas_id", "edge_id", "created_at"),
    Index(None, "state", "updated_at"),
    # Nothing is queued twice, whoever asks: the database itself refuses a second live job for an edge.
    Index("uq_jobs_live_edge", "canvas_id", "edge_id", unique=True, sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
)
accounts = Table("accounts", metadata, _id(), Column("credits", Thousandths(), nullable=False))
entries = Table(
    "ledger_entries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    _owner(),
    Column("note", Text, nullable=False),
    _moment("created_at"),
    Index(None, "workspace_id", "id"),
)
postings = Table(
    "ledger_postings",
    metadata,
    Column("entry_key", String(200), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("account", String(80), primary_key=True),
    Column("credits", Thousandths(), nullable=False),
)
replies = Table(
    "replies",
    metadata,
    Column("workspace_id", String(64), ForeignKey("workspaces.id"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("headers", Json(), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant(), nullable=False, index=True),
)
quotes = Table(
    "quotes",
    metadata,
    _id(),
    _owner(),
    Column("document", Text, nullable=False),
    Column("expires_at", Instant(), nullable=False, index=True),
)
