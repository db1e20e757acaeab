"""What keeps the queue honest: jobs of dead processes are taken up, jobs that killed theirs are given up."""

import threading
import time
from collections.abc import Callable

import structlog
from dbos import DBOS

from poseloom.jobs.config import EngineConfig
from poseloom.jobs.enqueuer import Enqueuer
from poseloom.jobs.liveness import Liveness
from poseloom.ports.runner import Lane, Runner

BATCH_SIZE = 200
BATCHES_LIMIT = 5
"""Per turn: the sweeps wait meanwhile."""
PATIENCE_SWEEPS = 5
STOP_SECONDS = 5
PATIENCE_SECONDS = 60
"""How long a sweep may take before this process counts as unwell: a busy SQLite keeps it waiting for half of that."""

_log = structlog.get_logger()


class Upkeep:
    """A thread that sweeps and reconciles."""

    def __init__(
        self,
        config: EngineConfig,
        runner: Runner,
        enqueuer: Enqueuer,
        liveness: Liveness,
        on_lost: Callable[[], None],
    ) -> None:
        self._config = config
        self._runner = runner
        self._enqueuer = enqueuer
        self._liveness = liveness
        self._on_lost = on_lost
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_up, name="poseloom-upkeep", daemon=True)
        self._swept_at = time.monotonic()
        self._missing: dict[str, float] = {}
        self._dbos: DBOS | None = None

    def start(self, dbos: DBOS) -> None:
        """Begin, with a sweep at once: a restart picks up what was left."""
        self._dbos = dbos
        self._swept_at = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is being done."""
        self._stopping.set()
        self._thread.join(timeout=STOP_SECONDS)

    def is_alive(self) -> bool:
        """Return whether sweeps are being done."""
        patience = PATIENCE_SWEEPS * self._config.sweep_seconds + PATIENCE_SECONDS
        return self._thread.is_alive() and time.monotonic() - self._swept_at < patience

    def _keep_up(self) -> None:
        reconciled_at = time.monotonic()
        while True:
            if not self._liveness.is_held():
                _log.critical("lock_lost", executor_id=self._config.executor_id)
                self._on_lost()
                return
            try:
                self._sweep()
                self._adopt_strays()
                if time.monotonic() - reconciled_at >= self._config.reconcile_seconds:
                    reconciled_at = time.monotonic()
                    self._reconcile()
                    self._retire()
            except Exception:  # noqa: BLE001 - whatever it is, see below
                # The database may be away for a while; what was not done is done the next time.
                _log.exception("upkeep_failed")
            if self._stopping.wait(self._config.sweep_seconds):
                return

    def _sweep(self) -> None:
        """Put the jobs of dead processes back into their lanes."""
        others = [name for name in self._enqueuer.list_executors() if name != self._config.executor_id]
        for executor_id in [name for name in others if self._liveness.is_dead(name)]:
            # No public call does this and keeps the count of attempts; it is conditional on the dead owner,
            # so several sweepers, or a sweep and a restart, do no harm.
            taken = DBOS._recover_pending_workflows([executor_id])  # noqa: SLF001
            _log.warning("orphans_recovered", executor_id=executor_id, count=len(taken))
        self._swept_at = time.monotonic()

    def _adopt_strays(self) -> None:
        """Queue jobs again that are ours but that nothing here carries, as when the database went away at their start.

        Nobody else would: we live.
        """
        assert self._dbos is not None
        taken = self._enqueuer.list_taken(self._config.executor_id)
        carried = set(self._dbos._active_workflows_set.activeList())  # noqa: SLF001 - it has no public list
        now = time.monotonic()
        self._missing = {job_id: self._missing.get(job_id, now) for job_id in taken if job_id not in carried}
        for job_id, since in self._missing.items():
            if now - since >= self._config.stray_seconds:
                # Its lane stands in its row; the one named here is for rows without.
                self._dbos._sys_db.reenqueue_for_recovery(  # noqa: SLF001 - the public call does all or none of ours
                    job_id, [self._config.executor_id], Lane.RENDER.value
                )
                _log.warning("stray_recovered", job_id=job_id)

    def _reconcile(self) -> None:
        """Give up jobs whose workflow has died, then forget the workflow: each is given up once."""
        self._give_up(("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"), age_seconds=0)
        # Their jobs ended before they were cancelled; this is for those that were cancelled past the app.
        self._give_up(("CANCELLED",), age_seconds=self._config.cancelled_seconds)

    def _give_up(self, states: tuple[str, ...], *, age_seconds: float) -> None:
        kept = 0
        for _ in range(BATCHES_LIMIT):
            job_ids = self._enqueuer.list_ended(states, age_seconds=age_seconds, limit=BATCH_SIZE, offset=kept)
            done = [job_id for job_id in job_ids if self._end(job_id)]
            self._enqueuer.purge(done)
            kept += len(job_ids) - len(done)
            if len(job_ids) < BATCH_SIZE or self._stopping.is_set():
                return

    def _end(self, job_id: str) -> bool:
        try:
            self._runner.give_up(job_id)
        except Exception:  # noqa: BLE001 - whatever it is, see below
            # One that cannot be given up must not stand in the way of the others.
            _log.exception("give_up_failed", job_id=job_id)
            return False
        _log.info("job_given_up", job_id=job_id)
        return True

    def _retire(self) -> None:
        """Forget workflows that ended well, long ago."""
        for _ in range(BATCHES_LIMIT):
            age_seconds = self._config.retention_seconds
            job_ids = self._enqueuer.list_ended(("SUCCESS",), age_seconds=age_seconds, limit=BATCH_SIZE)
            self._enqueuer.purge(job_ids)
            if len(job_ids) < BATCH_SIZE or self._stopping.is_set():
                return
