"""A mascot made in the test: a disc that moves between four places. Its area never changes, so a blank frame shows."""

import html
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE_PX = 128
RADIUS_PX = 26
FPS = 24
FRAME_COUNT = 12
SECONDS = FRAME_COUNT / FPS
PLAYER = Path(__file__).resolve().parents[2] / "src" / "poseloom" / "media" / "player"
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
        write_clip(folder / "clips" / f"{name}-{name}.webm", name, name)
    for source, target in EDGES:
        write_clip(folder / "clips" / f"{source}-{target}.webm", source, target)
    manifest = make_manifest()
    script = (PLAYER / "poseloom-player.js").read_text()
    (folder / "player" / "poseloom-player.js").write_text(script)
    (folder / "mascot.json").write_text(json.dumps(manifest))
    (folder / "index.html").write_text(fill_page((PLAYER / "index.html").read_text(), manifest))
    return folder


def fill_page(template: str, manifest: dict[str, Any]) -> str:
    inline = json.dumps(manifest).replace("<", "\\u003c")
    return template.replace("{{title}}", html.escape(manifest["name"])).replace("{{manifest}}", inline)


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
        "videos": {} if is_virtual else {"webm": f"clips/{source}-{target}.webm"},
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


def write_clip(path: Path, source: str, target: str) -> None:
    options = {
        "b": "0",
        "crf": "20",
        "deadline": "realtime",
        "cpu-used": "6",
        "auto-alt-ref": "0",
        "lag-in-frames": "0",
    }
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = SIZE_PX, SIZE_PX, "yuva420p"
        stream.codec_context.thread_count = 1
        for index, pixels in enumerate(draw_clip(source, target)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="yuva420p")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
