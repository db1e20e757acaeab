"""The durable engine: carries jobs on, step by step, through crashes, restarts and other processes' deaths."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from dbos import DBOS, StepOptions
from sqlalchemy import Connection

from poseloom.jobs.config import EngineConfig
from poseloom.jobs.database import guard
from poseloom.jobs.enqueuer import APP_NAME, APP_VERSION, SCHEMA, WORKFLOW, Enqueuer
from poseloom.jobs.liveness import open_liveness
from poseloom.jobs.upkeep import Upkeep
from poseloom.ports.runner import Again, Done, Lane, QueuedJob, Runner

BOOKKEEPING_THREADS = 16
"""What DBOS writes steps with; without a limit a burst of jobs would leave a thread for each."""
LOST_STATUS = 70

_log = structlog.get_logger()


def fail_stop() -> None:
    """End this process at once: it lost its lock, so others may have its jobs. A supervisor starts it anew."""
    os._exit(LOST_STATUS)


class Engine:
    """One process' part in the work. DBOS is one per process, and so is this while it is started."""

    def __init__(
        self,
        config: EngineConfig,
        runner: Runner,
        *,
        enqueuer: Enqueuer | None = None,
        on_lost: Callable[[], None] = fail_stop,
    ) -> None:
        """Prepare an engine; nothing is opened yet.

        Args:
            config: How this process takes part.
            runner: What the steps do.
            enqueuer: One that the app has opened and will close; else the engine has its own.
            on_lost: Called, in a thread of the engine, when this process may no longer count on its jobs being its own.
        """
        self._config = config
        self._runner = runner
        self._owns_enqueuer = enqueuer is None
        self._enqueuer = Enqueuer(config.database_url) if enqueuer is None else enqueuer
        self._liveness = open_liveness(config)
        self._upkeep = Upkeep(config, runner, self._enqueuer, self._liveness, on_lost)
        self._pools = {
            lane: ThreadPoolExecutor(config.find_threads(lane), thread_name_prefix=f"poseloom-{lane.value}")
            for lane in config.lanes
        }
        self._options: StepOptions = {
            "name": "advance",
            "retries_allowed": True,
            "max_attempts": config.attempts_limit,
            "interval_seconds": config.first_pause_seconds,
            "backoff_rate": 2.0,
        }
        self._dbos: DBOS | None = None
        self._stopping = threading.Event()
        self._change = threading.Condition()
        self._running: set[str] = set()

    def start(self) -> None:
        """Make the tables and queues; with lanes, begin to work.

        Raises:
            StorageFailed: The database or the lock cannot be had.
        """
        if self._owns_enqueuer:
            self._enqueuer.open()
        if self._config.lanes:
            self._enqueuer.offer(self._config)
            # In a thread of its own: DBOS would run every job on the event loop of whoever starts it.
            with ThreadPoolExecutor(1) as pool, guard():
                pool.submit(self._launch).result()

    def stop(self, grace_seconds: float) -> None:
        """Take up nothing more and wait for steps to end; what is left is taken up by another or the next process."""
        if self._dbos is not None:
            self._stopping.set()
            # DBOS would only look after it has waited for sleeping jobs too.
            for event in self._dbos.background_thread_stop_events:
                event.set()
            with self._change:
                self._change.wait_for(lambda: not self._running, timeout=grace_seconds)
            self._upkeep.stop()
            # It warns of every sleeping job that it drops; all of them are taken up again.
            logging.getLogger("dbos").setLevel(logging.ERROR)
            DBOS.destroy(destroy_registry=True)
            self._dbos = None
            # Nobody listens to these steps any more, so that they stop leaves their jobs as they are.
            with self._change:
                left = sorted(self._running)
            if left:
                _log.warning("steps_left", job_ids=left)
                self._runner.stop(left)
            for pool in self._pools.values():
                pool.shutdown(wait=False, cancel_futures=True)
            self._liveness.release()
        if self._owns_enqueuer:
            self._enqueuer.close()

    def enqueue(self, connection: Connection, jobs: Sequence[QueuedJob]) -> None:
        """Queue jobs in the caller's transaction; a job that is queued already stays as it is."""
        self._enqueuer.enqueue(connection, jobs)

    def cancel(self, job_ids: Sequence[str]) -> None:
        """Let nobody go on with jobs that were cancelled; call it after the cancel is committed.

        Raises:
            StorageFailed: The database cannot be reached; the jobs' own state stops them later.
        """
        self._runner.stop(job_ids)
        self._enqueuer.cancel(job_ids)

    def purge(self, job_ids: Sequence[str]) -> None:
        """Forget the workflows of jobs that have ended.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        self._enqueuer.purge(job_ids)

    def find_lost(self, job_ids: Iterable[str]) -> set[str]:
        """Return those of the jobs that no workflow will carry on; read their state first.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        return self._enqueuer.find_lost(job_ids)

    def count_waiting(self) -> dict[Lane, int]:
        """Return how many jobs wait in each lane.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        return self._enqueuer.count_waiting()

    def count_running(self) -> int:
        """Return how many steps this process is doing right now."""
        with self._change:
            return len(self._running)

    @property
    def is_taking(self) -> bool:
        """Whether this process still takes up jobs."""
        return self._dbos is not None and not self._stopping.is_set()

    def is_alive(self) -> bool:
        """Return whether this process does its part: its sweeps are done, or, without lanes, the database answers."""
        if not self._config.lanes:
            return self._enqueuer.is_alive()
        return self._dbos is not None and self._upkeep.is_alive()

    def _launch(self) -> None:
        # Before any job can be ours, or another process could hold us for dead.
        self._liveness.acquire()
        try:
            self._dbos = self._launch_dbos()
        except BaseException:
            DBOS.destroy(destroy_registry=True)
            self._liveness.release()
            raise
        self._upkeep.start(self._dbos)

    def _launch_dbos(self) -> DBOS:
        dbos = DBOS(
            config={
                "name": APP_NAME,
                "application_version": APP_VERSION,
                "executor_id": self._config.executor_id,
                "system_database_engine": self._enqueuer.engine,
                "dbos_system_schema": SCHEMA,
                "max_executor_threads": BOOKKEEPING_THREADS,
                # We wait for no notifications; this is how fast their listener ends.
                "notification_listener_polling_interval_sec": 0.1,
                "log_level": "WARNING",
            }
        )
        DBOS.listen_queues([lane.value for lane in self._config.lanes])
        self._register()
        DBOS.launch()
        return dbos

    def _register(self) -> None:
        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=self._config.recovery_limit)
        async def carry(job_id: str, lane: str) -> None:
            """Advance a job until it is done. Every step is safe to repeat, so nothing more is needed."""
            while True:
                after_seconds = await DBOS.run_step_async(self._options, self._advance, job_id, Lane(lane))
                if after_seconds is None:
                    return
                await DBOS.sleep_async(after_seconds)

    async def _advance(self, job_id: str, lane: Lane) -> float | None:
        """Do a step; return the pause before the next, or None at the end. Plain values, for they are kept."""
        loop = asyncio.get_running_loop()
        if self._stopping.is_set():
            # Left standing: it goes with the loop, and its job to another process.
            await loop.create_future()
        return await loop.run_in_executor(self._pools[lane], self._run, job_id)

    def _run(self, job_id: str) -> float | None:
        with self._change:
            self._running.add(job_id)
        try:
            match self._runner.advance(job_id):
                case Done():
                    return None
                case Again(after_seconds=after_seconds):
                    return after_seconds
        except Exception as error:
            _log.warning("step_failed", job_id=job_id, error=str(error))
            raise
        finally:
            with self._change:
                self._running.discard(job_id)
                self._change.notify_all()
