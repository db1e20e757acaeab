"""Status requests of a running server beside a bare route that answers the same bytes; generate-all of 1,000 edges."""

import asyncio
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from poseloom.testing.subject import draw_subject

CONNECTIONS = 32
ROUNDS = 5
ROUND_SECONDS = 1.5
EDGE_COUNTS = (10, 1_000)
BARE = """
import socket, sys
import uvicorn
from fastapi import FastAPI, Response

body = open(sys.argv[1], "rb").read()
app = FastAPI()

@app.get("/v1/collections/{collection_id}/canvases/{canvas_id}/status")
async def status(collection_id: str, canvas_id: str) -> Response:
    if sys.argv[2] == "304":
        return Response(None, 304, {"etag": '"same"'})
    return Response(body, media_type="application/json", headers={"etag": '"same"'})

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
uvicorn.Server(config).run(sockets=[listening])
"""


@dataclass(frozen=True, slots=True)
class Route:
    """Something to ask again and again."""

    port: int
    path: str
    headers: tuple[str, ...] = ()

    def write(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *self.headers, "", ""]
        return "\r\n".join(lines).encode()


def run(uv: str) -> None:
    del uv
    with tempfile.TemporaryDirectory(prefix="poseloom-bench-") as folder, ExitStack() as stack:
        told = stack.enter_context(start_server(Path(folder)))
        client = stack.enter_context(httpx2.Client(base_url=told["url"], trust_env=False, timeout=60))
        client.headers["Authorization"] = f"Bearer {told['api_key']}"
        port = int(told["url"].rpartition(":")[2])
        print(
            f"service: status requests per second, one process, {CONNECTIONS} connections (median of {ROUNDS} rounds)"
        )
        print("  edges  answer  Poseloom    bare FastAPI  share")
        for count in EDGE_COUNTS:
            path = make_canvas(client, count)
            for status in ("200", "304"):
                compare(stack, client, port, path, count, status, Path(folder))
        time_generate_all(client)
    print()


def compare(
    stack: ExitStack, client: httpx2.Client, port: int, path: str, count: int, status: str, folder: Path
) -> None:
    answer = client.get(f"{path}/status")
    answer.raise_for_status()
    body = folder / f"{count}.json"
    body.write_bytes(answer.content)
    headers = [f"Authorization: {client.headers['Authorization']}"]
    if status == "304":
        headers.append(f"If-None-Match: {answer.headers['etag']}")
    bare_port = stack.enter_context(start_bare(body, status))
    routes = Route(port, f"{path}/status", tuple(headers)), Route(bare_port, f"{path}/status", tuple(headers))
    ours, bare = measure(routes, status)
    print(f"  {count:>5,}  {status:>6}  {ours:>8,.0f}  {bare:>14,.0f}  {ours / bare:>5.0%}")


def measure(routes: Sequence[Route], status: str) -> list[float]:
    """Return the median rate of each route, asked in turns so that both see the same machine."""
    rates: list[list[float]] = [[] for _ in routes]
    for _ in range(ROUNDS):
        for route, seen in zip(routes, rates, strict=True):
            seen.append(asyncio.run(ask_for_a_while(route, status)))
    return [statistics.median(seen) for seen in rates]


async def ask_for_a_while(route: Route, status: str) -> float:
    """Return requests per second over a round."""
    deadline = time.perf_counter() + ROUND_SECONDS
    counts = await asyncio.gather(*(ask(route, status, deadline) for _ in range(CONNECTIONS)))
    return sum(counts) / ROUND_SECONDS


async def ask(route: Route, status: str, deadline: float) -> int:
    """Ask over one connection until the deadline; return how many answers came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", route.port)
    request, count = route.write(), 0
    while time.perf_counter() < deadline:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 " + status.encode()), head
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if status == "200":
            await reader.readexactly(length)
        count += 1
    writer.close()
    return count


def make_canvas(client: httpx2.Client, edge_count: int) -> str:
    """Make a canvas of loops and forwards, every node with the same picture; return its address."""
    collection = send(client, "/v1/collections", {"name": f"Bench {edge_count}"})["id"]
    buffer = io.BytesIO()
    Image.fromarray(draw_subject(128, 0)).save(buffer, "PNG")
    answer = client.post(
        f"/v1/collections/{collection}/items", data={"name": "Idle"}, files={"image": ("idle.png", buffer.getvalue())}
    )
    picture = answer.raise_for_status().json()["asset_ids"]["transparent_image"]
    node_count = max(2, edge_count // 10)
    nodes = [{"id": f"n{index}", "assetId": picture} for index in range(node_count)]
    edges = [
        {
            "id": f"e{index}",
            "source": f"n{index % node_count}",
            "target": f"n{index * 7 % node_count}",
            "reverse": False,
        }
        for index in range(edge_count)
    ]
    graph = {"name": "Bench", "nodes": nodes, "edges": edges, "size": 128}
    canvas = send(client, f"/v1/collections/{collection}/canvases", graph)["id"]
    return f"/v1/collections/{collection}/canvases/{canvas}"


def time_generate_all(client: httpx2.Client) -> None:
    """Print how long the answer to one order of 1,000 clips takes."""
    send(client, "/v1/credits/grants", {"credits": 1_000_000, "reference": "bench"})
    seconds = []
    for _ in range(3):
        path = make_canvas(client, 1_000)
        start = time.perf_counter()
        answer = send(client, f"{path}/generate-all", {"duration": 1, "auto_reverse": False})
        seconds.append(time.perf_counter() - start)
        assert answer["queued"] == 1_000
    print(f"  generate-all of 1,000 edges on SQLite: {statistics.median(seconds):.2f} s (median of 3)")


def send(client: httpx2.Client, path: str, body: object) -> dict[str, Any]:
    document: dict[str, Any] = client.post(path, json=body).raise_for_status().json()
    return document


@contextmanager
def start_server(folder: Path) -> Iterator[dict[str, Any]]:
    """Start a server that makes no clips; yield what it tells."""
    command = [sys.executable, "-m", "poseloom", "serve", "--home", str(folder / "home"), "--port", "0", "--json"]
    with start([*command, "--no-workers"]) as line:
        yield json.loads(line)


@contextmanager
def start_bare(body: Path, status: str) -> Iterator[int]:
    """Start the bare route; yield its port."""
    with start([sys.executable, "-c", BARE, str(body), status]) as line:
        yield int(line)


@contextmanager
def start(command: Sequence[str]) -> Iterator[str]:
    """Start a process and yield its first line; stop it when the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
