"""Logs: lines for a person, or JSON for a machine, both on standard error."""

import logging
import sys
from collections.abc import Sequence

import structlog
from structlog.typing import Processor

_QUIET = ("dbos", "alembic", "uvicorn.access", "sqlalchemy.engine", "httpx2", "httpcore2")


def set_up_logging(*, as_json: bool) -> None:
    """Let our own logs and those of libraries leave in one form."""
    shared: Sequence[Processor] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    final: Sequence[Processor] = (
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *((structlog.processors.format_exc_info,) if as_json else ()),
        renderer,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=final, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
