"""The player in Chromium and Firefox: a thousand random transitions, every frame looked at; and its size."""

import subprocess
from pathlib import Path

PLAYER = Path(__file__).resolve().parents[1] / "player"
COMMANDS = (
    ("npx", "vitest", "run", "--dir", "test", "test/size.test.ts"),
    ("npm", "run", "--silent", "figures"),
)


def run(_uv: str) -> None:
    """Print blank, doubled and late frames, swap latency, and bytes over the network."""
    print("player: random transitions in real browsers, and gzipped size")
    for command in COMMANDS:
        ran = subprocess.run(command, cwd=PLAYER, capture_output=True, text=True, check=False)
        for line in ran.stdout.splitlines():
            if "transitions, " in line or "gzip: " in line:
                print("  " + line.split("\x1b[39m")[-1])
        if ran.returncode != 0:
            print(f"  {' '.join(command)} failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
