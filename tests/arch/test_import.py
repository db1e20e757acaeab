import subprocess
import sys

PROBE = """
import importlib
import os
import pkgutil
import sys

import poseloom

done = []
STARTS = {"os.system", "os.exec", "os.posix_spawn", "os.fork"}


def is_croniter():
    # DBOS brings croniter, which asks `platform.architecture()`, which runs `file`; nothing of ours starts anything.
    frame = sys._getframe(2)
    while frame is not None and "croniter" not in frame.f_globals.get("__name__", ""):
        frame = frame.f_back
    return frame is not None


def watch(event, args):
    if event.split(".")[0] == "subprocess" and is_croniter():
        return
    if event.split(".")[0] in {"socket", "subprocess"} or event in STARTS:
        done.append(event)


class Watched(type(os.environ)):
    def __getitem__(self, key):
        note(key)
        return super().__getitem__(key)


def note(key):
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__") in {"os", "_collections_abc", "collections.abc"}:
        frame = frame.f_back
    reader = frame.f_globals.get("__name__", "")
    if reader.split(".")[0] == "poseloom":
        done.append(f"{reader} reads {key}")


os.environ.__class__ = Watched
sys.addaudithook(watch)
for module in pkgutil.walk_packages(poseloom.__path__, "poseloom."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(sorted(set(done)))
"""


def test_importing_any_module_opens_no_socket_starts_no_process_and_reads_no_environment() -> None:
    probe = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=120)
    assert probe.stdout.strip() == "[]"
