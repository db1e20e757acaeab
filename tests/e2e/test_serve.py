"""`poseloom serve` and `poseloom worker` as their users meet them: first run, second run, faults, stop."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.e2e.server import Place, Server, check, make_place, run_server
from tests.integration.postgres import open_database, run_postgres

KEY = re.compile(r"masko_[0-9a-f]{64}")
LINK = re.compile(r"#link=[0-9a-f]{32}\n")
BODY_LIMIT_BYTES = 48 * 2**20
PATIENCE_SECONDS = 60


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of ours to its end."""
    command = [sys.executable, "-m", "poseloom", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, **environment},
    )


def greet(home: Path, *arguments: str, stop: signal.Signals = signal.SIGINT) -> tuple[str, int]:
    """Start a server as a person does, and stop it when it has said everything; return that and the exit code."""
    command = [sys.executable, "-m", "poseloom", "serve", "--home", str(home), "--port", "0", *arguments]
    environment = {**os.environ, "POSELOOM_CACHE": str(home.parent / "cache")}
    said = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if line.startswith("Reference:"):
                break
        process.send_signal(stop)
        said += process.stdout.read()
    return said, process.returncode


@contextmanager
def run_worker(server: Server) -> Iterator["subprocess.Popen[str]"]:
    """Run a worker that shares a server's database and blobs."""
    command = [sys.executable, "-m", "poseloom", "worker", "--home", str(server.home)]
    environment = {**os.environ, "POSELOOM_QUALITY": "preview", "POSELOOM_GRACE_SECONDS": "1", **server.environment}
    with server.log.open("a") as log:
        worker = subprocess.Popen(command, stderr=log, text=True, env=environment)
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_SECONDS) == 0


def test_the_first_run_shows_a_key_once_and_the_second_just_starts(tmp_path: Path) -> None:
    first, code = greet(tmp_path / "home")
    assert code == 0
    assert "Poseloom listens at http://127.0.0.1:" in first
    key, again = KEY.findall(first)
    assert key == again, "once by itself, once in a command that is ready to run"
    assert len(LINK.findall(first)) == 1
    second, code = greet(tmp_path / "home", stop=signal.SIGTERM)
    assert code == 0
    assert "Poseloom listens at" in second
    assert "masko_" not in second
    assert len(LINK.findall(second)) == 1, "a new one at each start"
    assert LINK.findall(second) != LINK.findall(first)


def test_the_demo_mascot_is_loaded_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with run_server(home, "--demo") as server, server.open_client() as client:
        first = server.told["demo"]
        place = Place(client, first["collection_id"], first["canvas_id"])
        quote = check(client.post(f"{place.path}/generate-all", json={"dry_run": True}))
        assert (quote["dry_run"], quote["total_credits"]) == (True, 140)
        key = server.key
    with run_server(home, "--demo") as server, server.open_client(key) as client:
        assert server.told["demo"] == first
        assert "api_key" not in server.told
        assert len(check(client.get("/v1/collections"))["collections"]) == 1


def test_a_port_that_is_taken_is_one_line_and_touches_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = run("serve", "--home", str(tmp_path / "home"), "--port", port)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.splitlines() == [
        f"error: port {port} at 127.0.0.1 cannot be had: Address already in use; choose another with --port"
    ]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("POSELOOM_DATABASE_URL", "mysql://host/pose", "POSELOOM_DATABASE_URL: it names no SQLite file"),
        ("POSELOOM_DATABASE_URL", "postgresql://127.0.0.1:1/pose", "the database failed: connection failed"),
        ("POSELOOM_BLOB_URL", "ftp://host/pose", "blobs: 'ftp://host/pose' is no address of a store"),
        ("POSELOOM_JOBS", "0", "POSELOOM_JOBS: "),
    ],
)
def test_a_server_that_cannot_stand_says_why(tmp_path: Path, variable: str, value: str, said: str) -> None:
    answer = run("serve", "--home", str(tmp_path / "home"), "--port", "0", **{variable: value})
    last = answer.stderr.splitlines()[-1]
    assert (answer.returncode, answer.stdout) == (2, "")
    assert last.startswith(f"error: {said}")
    assert "Traceback" not in answer.stderr


def test_a_server_tells_that_it_lives_and_works_and_how_it_does(tmp_path: Path) -> None:
    with run_server(tmp_path / "home") as server, httpx2.Client(base_url=server.url, trust_env=False) as client:
        assert check(client.get("/healthz")) == {"status": "ok"}
        assert check(client.get("/readyz")) == {"status": "ready", "faults": []}
        metrics = client.get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain")
        assert "poseloom_requests_total{" in metrics.text


def test_a_body_that_is_too_large_is_refused_and_the_server_goes_on(tmp_path: Path) -> None:
    with run_server(tmp_path / "home") as server, server.open_client() as client:
        answer = client.post("/v1/projects", content=b" " * (BODY_LIMIT_BYTES + 1))
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
        check(client.get("/v1/credits"))


def test_no_key_is_in_the_log_or_in_any_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with run_server(home) as server, server.open_client() as client:
        made = check(client.post("/v1/api-keys", json={"name": "second"}, headers={"Idempotency-Key": "once"}), 201)
        assert client.get("/v1/credits", headers={"Authorization": "Bearer masko_wrong"}).status_code == 401
        keys = [server.key, made["api_key"]]
    files = [server.log, *(path for path in home.rglob("*") if path.is_file())]
    assert any(path.name == "poseloom.db" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not [key for key in keys if key.encode() in content], path


def test_a_lost_key_is_replaced_by_whoever_has_the_database(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with run_server(home) as server:
        made = run("key", "create", "--home", str(home), "--name", "new")
        key = made.stdout.strip()
        assert (made.returncode, bool(KEY.fullmatch(key))) == (0, True)
        with server.open_client(key) as client:
            assert check(client.get("/v1/credits"))["balance"] == 1000
        listed = json.loads(run("key", "list", "--home", str(home), "--json").stdout)["keys"]
        assert [kept["name"] for kept in listed] == ["new", "First key"]
        assert run("key", "revoke", listed[1]["id"], "--home", str(home)).returncode == 0
        with server.open_client() as client:
            assert client.get("/v1/credits").status_code == 401
    unknown = run("key", "revoke", "key_none", "--home", str(home))
    assert (unknown.returncode, unknown.stderr.strip()) == (
        2,
        "error: there is no API key 'key_none' here; check the id",
    )


def test_a_command_for_a_server_that_never_was_makes_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for command in (("ledger", "check"), ("key", "list"), ("key", "create")):
        answer = run(*command, "--home", str(home))
        assert (answer.returncode, answer.stdout) == (2, "")
        assert answer.stderr.startswith("error: there is no database at ")
    assert not home.exists()


def test_a_book_that_was_tampered_with_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with run_server(home):
        pass
    sound = run("ledger", "check", "--home", str(home))
    assert (sound.returncode, sound.stdout) == (0, "1 entries, 0 violations\n")
    with sqlite3.connect(home / "poseloom.db") as database:
        database.execute("UPDATE accounts SET credits = credits + 1")
    database.close()
    broken = run("ledger", "check", "--home", str(home))
    assert broken.returncode == 1
    assert broken.stdout.endswith("1 entries, 1 violations\n")


def test_a_server_that_is_told_to_stop_hands_its_jobs_back_and_the_next_one_ends_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with run_server(home) as server, server.open_client() as client:
        place = make_place(client)
        check(client.post(f"{place.path}/generate-all", json={"duration": 1}), 202)
        assert server.stop() == 0
        key = server.key
    with run_server(home) as server, server.open_client(key) as client:
        here = Place(client, place.collection_id, place.canvas_id)
        assert here.await_settled()["ready"]
        assert check(client.get("/v1/credits"))["balance"] == 1000 - 35
    assert run("ledger", "check", "--home", str(home)).returncode == 0


def make_all(server: Server, *, workers: int) -> None:
    """Order a mascot's clips from a server that makes none itself, and let workers make them."""
    with server.open_client() as client:
        place = make_place(client)
        check(client.post(f"{place.path}/generate-all", json={"duration": 1}), 202)
        assert place.read_status()["pending"] == 10
        if workers == 1:
            with run_worker(server):
                status = place.await_settled()
        else:
            with run_worker(server), run_worker(server):
                status = place.await_settled()
        assert (status["ready"], status["failed"]) == (True, 0)
        url = check(client.get(f"{place.path}/export"))["edges"][0]["videos"]["webm"]
        assert client.get(url).headers["content-type"] == "video/webm"


def test_a_worker_makes_what_a_server_without_workers_queued(tmp_path: Path) -> None:
    with run_server(tmp_path / "home", "--no-workers") as server:
        make_all(server, workers=1)


def test_two_workers_share_what_a_server_queued_on_postgres(tmp_path: Path) -> None:
    with (
        run_postgres() as postgres,
        open_database(postgres) as url,
        run_server(tmp_path / "home", "--no-workers", POSELOOM_DATABASE_URL=url) as server,
    ):
        make_all(server, workers=2)
        proof = run("ledger", "check", "--home", str(server.home), POSELOOM_DATABASE_URL=url)
        assert proof.returncode == 0, proof.stdout


def test_two_servers_that_start_at_once_on_postgres_make_one_workspace(tmp_path: Path) -> None:
    with run_postgres() as postgres, open_database(postgres) as url:
        environment = {**os.environ, "POSELOOM_DATABASE_URL": url, "POSELOOM_CACHE": str(tmp_path / "cache")}
        command = [sys.executable, "-m", "poseloom", "serve", "--port", "0", "--json", "--demo", "--no-workers"]
        servers = [
            subprocess.Popen(
                [*command, "--home", str(tmp_path / name)],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
            )
            for name in ("one", "two")
        ]  # fmt: skip
        told = [json.loads(server.stdout.readline()) for server in servers if server.stdout is not None]
        for server in servers:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=PATIENCE_SECONDS)
        assert [server.returncode for server in servers] == [0, 0]
        assert sum("api_key" in each for each in told) == 1
        assert told[0]["demo"] == told[1]["demo"]
