"""The player in Chromium and Firefox: a thousand random transitions, every frame looked at; and its size."""

import subprocess
from pathlib import Path

PLAYER = Path(__file__).resolve().parents[1] / "player"
COMMANDS = (
    ("npx", "vitest", "run", "--dir", "test", "test/size.test.ts"),
    ("npm", "run", "--silent", "figures"),
)


def run(_uv: str) -> None:
    """Print blank, doubled and late frames, swap latency, and bytes over the network, as they are known."""
    print("player: random transitions in real browsers, and gzipped size", flush=True)
    for command in COMMANDS:
        said = []
        with subprocess.Popen(
            command, cwd=PLAYER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if "transitions, " in line or "gzip: " in line:
                    print("  " + line.split("\x1b[39m")[-1], end="", flush=True)
        if process.returncode != 0:
            print(f"  {' '.join(command)} failed:\n{''.join(said)[-4000:]}")
