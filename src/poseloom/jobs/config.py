"""What the durable engine may be told."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from poseloom.ports.runner import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """How one process takes part in the work.

    Attributes:
        database_url: The app's own database: `sqlite:///…` or `postgresql+psycopg://…`.
        home: Where processes that share a SQLite database show that they live; not used with Postgres.
        lanes: What this process works on; none for a process that only queues.
        render_width: Renders at once in one process; the last process to start sets it for all, so big machines run
            several workers.
        remote_width: Jobs that may wait for services elsewhere at once, per process.
        remote_threads: How many of those are asked at the same moment.
        poll_seconds: How often a lane looks for work.
        sweep_seconds: How often this process looks for jobs of dead ones.
        stray_seconds: How long a job may be this process' own with nothing here carrying it, before it is queued again.
        reconcile_seconds: How often jobs are given up whose workflow has died, and old workflows are forgotten.
        retention_seconds: How long workflows that ended are remembered.
        cancelled_seconds: How long after a cancel its workflow is left alone, so that it can notice.
        attempts_limit: How often one step is tried when it raises.
        first_pause_seconds: Pause after the first such attempt; it doubles with each.
        recovery_limit: How many processes may die over one job.
        executor_id: Who this process is; new for every start.
    """

    database_url: str
    home: Path
    lanes: frozenset[Lane] = frozenset(Lane)
    render_width: int = 1
    remote_width: int = 200
    remote_threads: int = 32
    poll_seconds: float = 0.25
    sweep_seconds: float = 2
    stray_seconds: float = 30
    reconcile_seconds: float = 60
    retention_seconds: float = 7 * 24 * 3600
    cancelled_seconds: float = 3600
    attempts_limit: int = 8
    first_pause_seconds: float = 0.5
    recovery_limit: int = 20
    executor_id: str = field(default_factory=lambda: uuid4().hex)

    def find_width(self, lane: Lane) -> int:
        """Return how many jobs of a lane one process has under way at once."""
        return self.render_width if lane is Lane.RENDER else self.remote_width

    def find_threads(self, lane: Lane) -> int:
        """Return how many jobs of a lane may be in a step at the same moment."""
        return self.render_width if lane is Lane.RENDER else min(self.remote_width, self.remote_threads)
