"""Pictures of others, taken from their Debian and npm packages when the benchmark runs; nothing of theirs lies here."""

import shutil
import subprocess
import tarfile
from collections.abc import Callable
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

    def unpack(draft: Path) -> None:
        archive = _download(name, draft)
        _call(["dpkg-deb", "-x", str(archive), str(draft)], name)
        archive.unlink()

    return _fetch(name, store / name, ("apt-get", "dpkg-deb"), unpack)


def fetch_npm_package(name: str, version: str, store: Path = FOLDER) -> Path:
    """Return the folder in `store` into which an npm package is unpacked, after fetching it if need be.

    Raises:
        PackageMissing: There is no npm here, or it does not find the package.
    """

    def unpack(draft: Path) -> None:
        _call(["npm", "pack", "--silent", f"{name}@{version}"], name, draft)
        [archive] = draft.glob("*.tgz")
        with tarfile.open(archive) as tar:
            # Python has it since 3.11.4.
            if hasattr(tarfile, "data_filter"):
                tar.extraction_filter = tarfile.data_filter
            tar.extractall(draft)
        archive.unlink()

    return _fetch(name, store / f"{name.replace('/', '_')}-{version}", ("npm",), unpack)


def _fetch(name: str, folder: Path, tools: tuple[str, ...], unpack: Callable[[Path], None]) -> Path:
    if not folder.exists():
        if any(shutil.which(tool) is None for tool in tools):
            raise PackageMissing(f"{name}: needs {' and '.join(tools)} on this machine")
        # Whole or not at all: an interrupted run leaves only what the next one starts afresh.
        draft = folder.with_name(f".{folder.name}")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        unpack(draft)
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
