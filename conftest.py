"""Options of the test suite: real exports and schemas of others can be checked without living in the repository."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--mascots` and `--player-schema`."""
    parser.addoption(
        "--mascots", type=Path, help="folder of exported mascots (*.json) to plan, lint and export beside the examples"
    )
    parser.addoption(
        "--law-steps", type=int, default=600, help="steps that the laws of jobs and money are tried for; 10000 for long"
    )
    parser.addoption("--fuzz", type=int, default=5, help="examples per operation of the API; 100 for long")
    parser.addoption("--kills", type=int, default=6, help="how often the server is killed; 30 for long")
    parser.addoption(
        "--player-schema", type=Path, help="JSON Schema of another player to hold manifests against beside our own"
    )


@pytest.fixture(scope="session")
def player_schemas(request: pytest.FixtureRequest) -> list[Path]:
    """Return the schemas that a manifest must satisfy."""
    extra: Path | None = request.config.getoption("--player-schema")
    return [ROOT / "spec" / "schema" / "manifest.schema.json", *([extra] if extra else [])]


@pytest.fixture(scope="session")
def canvas_documents(request: pytest.FixtureRequest) -> list[Path]:
    """Return canvas documents that must plan, lint and export: the examples, the demo, and `--mascots`."""
    extra: Path | None = request.config.getoption("--mascots")
    ours = [*sorted((ROOT / "examples").glob("*/canvas.json")), ROOT / "demo" / "canvas.json"]
    return [*ours, *(sorted(extra.glob("*.json")) if extra else [])]
