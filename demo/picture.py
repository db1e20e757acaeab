"""The moving picture of the README: the demo's clips, one after another, as an animated WebP.

Run `make demo` first, then `python -m demo.picture`.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from poseloom.media.decode import decode_clip

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "build" / "demo"
TARGET = ROOT / "docs" / "pim.webp"
STORY = (
    "idle-loop", "idle-to-waving", "waving-loop", "waving-to-idle",
    "idle-to-celebrating", "celebrating-to-idle", "idle-to-thinking", "thinking-to-idle",
)  # fmt: skip
SIZE_PX = 240
KEEP_EVERY = 2
FRAME_MS = 83


def show() -> Iterator[Image.Image]:
    """Yield the pictures of the story, every second frame of each clip."""
    manifest = json.loads((BUNDLE / "mascot.json").read_text())
    clips = {edge["id"]: edge["videos"].get("webm") for edge in manifest["edges"]}
    for name in STORY:
        frames = list(decode_clip(BUNDLE / clips[name]))
        # A loop is as long as a breath.
        for frame in frames[: len(frames) // 2 if name.endswith("-loop") else None : KEEP_EVERY]:
            yield Image.fromarray(frame).resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the picture."""
    first, *others = show()
    first.save(TARGET, save_all=True, append_images=others, duration=FRAME_MS, loop=0, quality=60, method=6)
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size // 1024} KiB, {len(others) + 1} frames")


if __name__ == "__main__":
    main()
