"""Ctrl-C in the middle of a run."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from demo.build import build


def test_an_interrupted_run_leaves_nothing_half_written_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    # Where the tests run in the background of a shell, Ctrl-C is ignored, and every child would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    build(tmp_path / "poses")
    cache, bundle = tmp_path / "cache", tmp_path / "bundle"
    command = [sys.executable, "-m", "poseloom", "animate", tmp_path / "poses", "--out", bundle, "--cache", cache]
    command += ["--size", "128", "--fps", "12", "--format", "webm", "--quality", "preview", "--json", "--jobs", "2"]
    with subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        first = next(line for line in run.stderr if line.startswith("[1/"))
        run.send_signal(signal.SIGINT)
        rest = run.stderr.read()
    assert run.returncode == 130
    assert "nothing is half-written" in rest
    assert "Traceback" not in rest
    assert not list(cache.rglob("*.partial"))
    assert not bundle.exists()
    again = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True)
    answer = json.loads(again.stdout)
    assert first.split()[1] in answer["already_complete"]
    assert 0 < answer["queued"] < 13
    assert (bundle / "index.html").exists()
