"""The tutorial's commands, run by a shell as a reader types them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from tests.e2e.server import Server, run_server

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial" / "first-mascot-by-curl.md"
BLOCK = re.compile(r"^```sh(?P<role> \w+)?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "---- next block ----"


def read_blocks() -> list[str]:
    """Return the page's commands, the server's own start left out: the test has started it."""
    blocks = list(BLOCK.finditer(PAGE.read_text()))
    assert blocks[0]["text"].strip() == "poseloom serve"
    return [match["text"] for match in blocks[1:]]


def write_script(server: Server) -> str:
    """Return the commands as one script that stops at the first that fails."""
    text = f"\necho '{MARK}'\n".join(read_blocks())
    text = text.replace("http://127.0.0.1:8000", server.url).replace("masko_YOUR_API_KEY", server.key)
    return f"set -eu\n{text}"


def test_every_command_of_the_tutorial_works_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    shutil.copytree(ROOT / "demo" / "build", tmp_path / "demo" / "build")
    with run_server(tmp_path / "home") as server:
        done = subprocess.run(
            ["bash", "-c", write_script(server)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
        )
    assert done.returncode == 0, done.stderr + done.stdout
    said = [part.strip() for part in done.stdout.split(MARK)]
    assert said[1].startswith("col_")
    assert said[4] == "140"
    assert json.loads(said[5])["queued"] == 10
    assert said[6].endswith("True")
    assert "event: status" in said[6]
    manifest = json.loads((tmp_path / "mascot.json").read_text())
    assert sum(bool(edge["videos"]) for edge in manifest["edges"]) == 10
    assert (tmp_path / "pim" / "index.html").exists()
    assert said[8].splitlines()[0] == "860"
