"""Sprites of free games, taken from their Debian packages when the benchmark runs; nothing of theirs lies here."""

import shutil
import subprocess
from pathlib import Path

from benchmarks.inbetween.pair import OUT

FOLDER = OUT / "packages"


class PackageMissing(Exception):
    """A package cannot be had on this machine."""


def fetch_package(name: str, store: Path = FOLDER) -> Path:
    """Return the folder in `store` into which a Debian package is unpacked, after fetching it if need be.

    Raises:
        PackageMissing: There is no apt here, or it does not find the package.
    """
    folder = store / name
    if not folder.exists():
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            raise PackageMissing(f"{name}: needs apt-get and dpkg-deb, which are not here")
        # Whole or not at all: an interrupted run leaves only what the next one starts afresh.
        draft = store / f".{name}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        archive = _download(name, draft)
        _call(["dpkg-deb", "-x", str(archive), str(draft)], name)
        archive.unlink()
        draft.rename(folder)
    return folder


def _download(name: str, folder: Path) -> Path:
    try:
        _call(["apt-get", "download", name], name, folder)
    except PackageMissing:
        _call(["apt-get", "update"], name)
        _call(["apt-get", "download", name], name, folder)
    return next(folder.glob("*.deb"))


def _call(command: list[str], name: str, folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise PackageMissing(f"{name}: `{' '.join(command[:2])}` failed: {reason}")
