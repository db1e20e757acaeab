"""A server as a user starts it: `poseloom serve` in a process of its own, on loopback."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from poseloom.testing.subject import draw_subject

QUICK = {"POSELOOM_QUALITY": "preview", "POSELOOM_GRACE_SECONDS": "1"}
START_SECONDS = 60
JOB_SECONDS = 120
SIZE_PX = 128


@dataclass(slots=True)
class Server:
    """A running server and its first key."""

    home: Path
    environment: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    program: tuple[str, ...] = ("poseloom", "serve")
    process: subprocess.Popen[str] = field(init=False)
    told: dict[str, Any] = field(init=False)
    key: str = ""
    log: Path = field(init=False)

    def start(self) -> None:
        """Start it, and read what it tells when it listens."""
        self.log = self.home.parent / f"{self.home.name}.log"
        command = [sys.executable, "-m", *self.program, "--home", str(self.home), "--port", "0", "--json"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, *self.arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **QUICK, **self.environment},
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()[-4000:]
        self.told = json.loads(line)
        self.key = self.told.get("api_key", self.key)

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.told["url"])

    def stop(self) -> int:
        """Stop it as a supervisor does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(START_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def kill(self) -> None:
        """Kill it as the kernel does."""
        self.process.kill()
        self.process.wait(START_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def open_client(self, key: str | None = None) -> httpx2.Client:
        """Return a client that brings a key."""
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=JOB_SECONDS, trust_env=False)


@contextmanager
def run_server(home: Path, *arguments: str, **environment: str) -> Iterator[Server]:
    """Run a server for the length of a block; its clips are kept beside its home."""
    cache = {"POSELOOM_CACHE": str(home.parent / "cache")}
    server = Server(home, {**cache, **environment}, arguments)
    server.start()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def draw_pose(phase: float, size: int = 200) -> bytes:
    """Return a small pose as a PNG."""
    buffer = io.BytesIO()
    Image.fromarray(draw_subject(size, phase)).save(buffer, "PNG")
    return buffer.getvalue()


def check(answer: httpx2.Response, status: int = 200) -> Any:  # noqa: ANN401 - any document
    """Return an answer's document; fail with what it says when its status is another."""
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    return answer.json()


@dataclass(frozen=True, slots=True)
class Place:
    """A canvas on a server."""

    client: httpx2.Client
    collection_id: str
    canvas_id: str

    @property
    def path(self) -> str:
        """The address of the canvas."""
        return f"/v1/collections/{self.collection_id}/canvases/{self.canvas_id}"

    def read(self) -> dict[str, Any]:
        """Return the canvas."""
        document: dict[str, Any] = check(self.client.get(self.path))
        return document

    def read_status(self) -> dict[str, Any]:
        """Return how far it is."""
        document: dict[str, Any] = check(self.client.get(f"{self.path}/status"))
        return document

    def await_settled(self) -> dict[str, Any]:
        """Wait until nothing is under way any more; return the status then."""
        tag = None
        for _ in range(1000):
            headers: dict[str, str] = {} if tag is None else {"If-None-Match": tag}
            answer = self.client.get(f"{self.path}/status", params={"wait": "true"} if tag else {}, headers=headers)
            if answer.status_code == httpx2.codes.NOT_MODIFIED:
                continue
            status: dict[str, Any] = check(answer)
            tag = answer.headers["etag"]
            if not any(edge["job_id"] and edge["status"] == "pending" for edge in status["edges"]):
                return status
        raise AssertionError("the canvas never settled")


def make_place(client: httpx2.Client, *, template_id: str = "claude-code-4state-lite", size: int = SIZE_PX) -> Place:
    """Make a mascot from a template, with a small pose on every node."""
    project = check(client.post("/v1/projects", json={"name": "Tests"}), 201)
    collection = check(client.post("/v1/collections", json={"name": "Dot", "project_id": project["id"]}), 201)
    path = f"/v1/collections/{collection['id']}"
    canvas = check(client.post(f"{path}/canvases", json={"name": "Main Canvas", "template_id": template_id}), 201)
    place = Place(client, collection["id"], canvas["id"])
    for index, node in enumerate(canvas["nodes"]):
        item = upload_pose(client, collection["id"], node["itemName"], draw_pose(index / len(canvas["nodes"])))
        picture = {"assetId": item["asset_ids"]["transparent_image"]}
        check(client.patch(f"{place.path}/nodes/{node['id']}", json=picture))
    check(client.patch(place.path, json={"size": size}))
    return place


def upload_pose(client: httpx2.Client, collection_id: str, name: str, content: bytes) -> dict[str, Any]:
    """Upload a pose."""
    files = {"image": (f"{name}.png", content, "image/png")}
    answer = client.post(f"/v1/collections/{collection_id}/items", data={"name": name}, files=files)
    document: dict[str, Any] = check(answer, 201)
    return document
