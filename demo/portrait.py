"""Pim as the Studio's first page shows it: small pictures of its poses, all cut out of the same place.

Run `make setup` first, then `python -m demo.portrait`.
"""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
POSES = ROOT / "demo" / "build"
TARGET = ROOT / "studio" / "src" / "art"
NAMES = ("idle", "waving", "thinking", "celebrating", "sleeping")
HEIGHT_PX = 640
QUALITY = 82
ICON_PX = 64
ICON_BOX = (264, 126, 744, 606)
"""The head of the first pose, in its own pixels."""


def main() -> None:
    """Write the pictures."""
    TARGET.mkdir(exist_ok=True)
    poses = [Image.open(POSES / f"{name}.png") for name in NAMES]
    boxes = [pose.getbbox() or (0, 0, *pose.size) for pose in poses]
    # The middle stays the middle, so that Pim does not step aside when it changes its pose.
    reach = max(max(pose.width / 2 - box[0], box[2] - pose.width / 2) for pose, box in zip(poses, boxes, strict=True))
    middle = poses[0].width / 2
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    place = (round(middle - reach), top, round(middle + reach), bottom)
    size = (round((place[2] - place[0]) * HEIGHT_PX / (bottom - top)), HEIGHT_PX)
    for name, pose in zip(NAMES, poses, strict=True):
        path = TARGET / f"pim-{name}.webp"
        pose.crop(place).resize(size, Image.Resampling.LANCZOS).save(path, quality=QUALITY, method=6)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB, {size[0]} × {size[1]}")
    icon = poses[0].crop(ICON_BOX).resize((ICON_PX, ICON_PX), Image.Resampling.LANCZOS)
    icon.save(TARGET / "pim-icon.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
