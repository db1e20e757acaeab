"""A worker process, to be killed: `worker.py DATABASE_URL HOME ACTOR RECOVERY_LIMIT`. It works until its input ends."""

import os
import sys
from pathlib import Path

from poseloom.jobs.config import EngineConfig
from poseloom.jobs.engine import Engine
from poseloom.wiring.log import set_up_logging
from tests.integration.jobs.truth import Truth, TruthRunner

NETWORK_STATUS = 99


def refuse_network(event: str, _arguments: object) -> None:
    """End the process when Python code reaches out; Postgres' own library is not Python."""
    if event in {"socket.connect", "socket.getaddrinfo"}:
        os._exit(NETWORK_STATUS)


def work(url: str, home: str, actor: str, recovery_limit: str) -> None:
    sys.addaudithook(refuse_network)
    # As in production, on standard error: standard output is for the word that it works.
    set_up_logging(as_json=False)
    config = EngineConfig(
        database_url=url,
        home=Path(home),
        render_width=4,
        poll_seconds=0.05,
        sweep_seconds=0.2,
        reconcile_seconds=0.2,
        recovery_limit=int(recovery_limit),
        executor_id=actor,
    )
    engine = Engine(config, TruthRunner(Truth(url), actor=actor))
    engine.start()
    print("ready", flush=True)
    sys.stdin.read()
    engine.stop(5)


if __name__ == "__main__":
    work(*sys.argv[1:])
