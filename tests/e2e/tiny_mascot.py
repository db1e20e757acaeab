"""A mascot made in the test: a disc that moves between four places. Its area never changes, so a blank frame shows."""

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poseloom.core.clip import ClipFormat, Quality
from poseloom.media.encode import encode_clip
from poseloom.store.site import write_documents

SIZE_PX = 128
RADIUS_PX = 26
FPS = 24
FRAME_COUNT = 12
SECONDS = FRAME_COUNT / FPS
FORMATS = (ClipFormat.WEBM, ClipFormat.STACKED)
PLACES = {"idle": (64, 84), "wave": (92, 50), "sleep": (64, 40), "peek": (36, 50)}
LOOPS = ("idle", "wave", "peek")
"""Sleep has no loop: there the last frame holds."""

Condition = tuple[str, str, bool | int]
EDGES: dict[tuple[str, str], list[Condition]] = {
    ("idle", "peek"): [("mouseOver", "==", True)],
    ("peek", "idle"): [("mouseOver", "==", False)],
    ("idle", "sleep"): [("tired", "==", True)],
    ("sleep", "idle"): [("tired", "==", False)],
    ("wave", "idle"): [("loopCount", ">=", 1)],
    ("idle", "wave"): [("energy", ">", 5), ("mouseOver", "==", False)],
}
ANY_STATE: dict[str, list[Condition]] = {"wave": [("clicked", "==", True)], "sleep": [("hush", "==", True)]}
INPUTS: list[tuple[str, str, bool | int]] = [
    ("hush", "trigger", False),
    ("tired", "boolean", False),
    ("energy", "number", 0),
]


def write_bundle(folder: Path) -> Path:
    """Write clips, posters, player and page; return the folder."""
    for part in ("clips", "posters", "player"):
        (folder / part).mkdir(parents=True)
    for name, place in PLACES.items():
        Image.fromarray(draw_disc(place), "RGBA").save(folder / "posters" / f"{name}.png")
    for name in LOOPS:
        write_clip(folder / "clips", name, name)
    for source, target in EDGES:
        write_clip(folder / "clips", source, target)
    manifest = make_manifest()
    for path, text in write_documents(manifest["name"], manifest).items():
        (folder / path).write_text(text)
    return folder


def make_manifest() -> dict[str, Any]:
    nodes = [{"id": name, "name": name.title(), "imageUrl": f"posters/{name}.png"} for name in PLACES]
    loops = [make_edge(name, name, []) for name in LOOPS]
    moves = [make_edge(source, target, conditions) for (source, target), conditions in EDGES.items()]
    any_state = [make_edge("*", target, conditions) for target, conditions in ANY_STATE.items()]
    inputs = [
        {"name": name, "label": name.title(), "type": kind, "default": default, "system": False}
        for name, kind, default in INPUTS
    ]
    return {
        "version": "2.0",
        "name": "Dot </script> & co",
        "initialNode": "idle",
        "autoPlay": True,
        "width": SIZE_PX,
        "height": SIZE_PX,
        "nodes": nodes,
        "edges": [*loops, *moves, *any_state],
        "inputs": inputs,
    }


def make_edge(source: str, target: str, conditions: list[Condition]) -> dict[str, Any]:
    is_virtual = source == "*"
    return {
        "id": f"{source}-{target}",
        "source": source,
        "target": target,
        "isLoop": source == target,
        "duration": 0 if is_virtual else SECONDS,
        "speed": 1 if source == target else 2,
        "conditions": [{"input": name, "op": op, "value": value} for name, op, value in conditions],
        "videos": {} if is_virtual else {fmt: f"clips/{source}-{target}{fmt.suffix}" for fmt in FORMATS},
    }


def draw_disc(place: tuple[float, float]) -> NDArray[np.uint8]:
    """Return a disc with a soft edge; its colour goes on under the transparency."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    distance = np.hypot(x - place[0], y - place[1])
    frame = np.empty((SIZE_PX, SIZE_PX, 4), np.uint8)
    frame[..., :3] = (40, 160, 120)
    frame[..., 3] = np.clip((RADIUS_PX - distance) * 127 + 127, 0, 255)
    return frame


def draw_clip(source: str, target: str) -> list[NDArray[np.uint8]]:
    """Move in a straight line; a loop goes round a small circle and comes back."""
    (x0, y0), (x1, y1) = PLACES[source], PLACES[target]
    frames = []
    for index in range(FRAME_COUNT):
        t = index / (FRAME_COUNT - 1)
        sway = 10 * np.sin(2 * np.pi * t) if source == target else 0
        frames.append(draw_disc((x0 + (x1 - x0) * t + sway, y0 + (y1 - y0) * t)))
    return frames


def write_clip(folder: Path, source: str, target: str) -> None:
    """Write a clip in the formats that browsers on Linux play."""
    name = f"{source}-{target}"
    encode_clip(
        draw_clip(source, target),
        {fmt: folder / f"{name}{fmt.suffix}" for fmt in FORMATS},
        fps=Fraction(FPS),
        frame_count=FRAME_COUNT,
        quality=Quality.PREVIEW,
        strength=1,
    )


if __name__ == "__main__":
    write_bundle(Path(sys.argv[1]))
