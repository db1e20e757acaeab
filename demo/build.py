"""The demo mascot's pictures and canvas, in a directory that the command line can animate."""

import io
import shutil
from pathlib import Path

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from demo.rig import POSES, SIZE, Pose, draw, hide_lines

HERE = Path(__file__).parent
TARGET = HERE / "build"
CANVAS = HERE / "canvas.json"
PACKAGE = HERE.parent / "src" / "poseloom" / "wiring" / "demo_mascot"
"""Where `poseloom serve --demo` finds it; smaller, for it travels with the package."""
PACKAGE_SIZE = 640


def render(pose: Pose, size: int, *, lined: bool = True) -> NDArray[np.uint8]:
    """Return a pose as `size` × `size` RGBA pixels with straight alpha, on request without lines around its shapes."""
    return rasterise(draw(pose) if lined else hide_lines(draw(pose)), size)


def rasterise(svg: str, size: int) -> NDArray[np.uint8]:
    """Return a drawing of the rig as `size` × `size` RGBA pixels with straight alpha."""
    with Image.open(io.BytesIO(_encode(svg, size))) as picture:
        return np.array(picture.convert("RGBA"), dtype=np.uint8)


def encode(pose: Pose, size: int) -> bytes:
    """Return a pose as a PNG; the same bytes every time, for the rig uses no fonts."""
    return _encode(draw(pose), size)


def _encode(svg: str, size: int) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True))


def build(target: Path, size: int = SIZE) -> list[Path]:
    """Write every pose, `size` pixels wide, and the canvas; return what was written."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, pose in POSES.items():
        path = target / f"{name}.png"
        path.write_bytes(encode(pose, size))
        written.append(path)
    return [*written, Path(shutil.copyfile(CANVAS, target / CANVAS.name))]


if __name__ == "__main__":
    for made in [*build(TARGET), *build(PACKAGE, PACKAGE_SIZE)]:
        print(made.relative_to(HERE.parent))
