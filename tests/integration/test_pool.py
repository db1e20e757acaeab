"""The local renderer with real processes and codecs: what happens when a clip cannot be made."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.recipe import Recipe
from poseloom.frames.image import Rgba
from poseloom.generators.render import LocalRenderer
from poseloom.ports.render import ClipDone, ClipFailed, FramesDone, RenderEvent, RenderOrder

SIZE_PX = 96


def draw_grey(height: int) -> Rgba:
    """Draw fine grey texture: nothing is lost to chroma, so only a fine quantiser is good enough."""
    noise = np.random.default_rng(7).integers(60, 200, (SIZE_PX, SIZE_PX), np.uint8)
    image = np.dstack([noise, noise, noise, np.zeros_like(noise)])
    matte = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    image[..., 3] = cv2.ellipse(matte, (48, 56), (24, height), 0, 0, 360, 255, -1)
    return image


@pytest.fixture
def renderer() -> LocalRenderer:
    poses = {"low": draw_grey(20), "tall": draw_grey(34)}
    return LocalRenderer(poses=poses, formats=[ClipFormat.WEBM], quality=Quality.PREVIEW, jobs=2)


def write_orders(renderer: LocalRenderer, folder: Path, strength: int) -> list[RenderOrder]:
    recipe = Recipe(
        source="low", target="tall", is_loop=False, is_reversed=False, frame_count=6, fps=Fraction(6), size=SIZE_PX,
        renderer=renderer.renderer_version, encoder=renderer.encoder_version,
        quality=Quality.PREVIEW, strength=strength,
    )  # fmt: skip
    frames = folder / "up.frames.mkv"
    up = RenderOrder(
        edge_id="up", source="low", target="tall", recipe=recipe, files={ClipFormat.WEBM: folder / "up.webm"},
        frames=frames, forward_id=None,
    )  # fmt: skip
    down = replace(
        up, edge_id="down", source="tall", target="low", recipe=replace(recipe, is_reversed=True),
        files={ClipFormat.WEBM: folder / "down.webm"}, forward_id="up",
    )  # fmt: skip
    return [down, up]


def render(renderer: LocalRenderer, orders: list[RenderOrder]) -> list[RenderEvent]:
    heard: list[RenderEvent] = []
    renderer.render(orders, heard.append)
    return heard


def test_a_reverse_is_made_after_its_forward_whatever_the_order(renderer: LocalRenderer, tmp_path: Path) -> None:
    heard = render(renderer, write_orders(renderer, tmp_path, renderer.choose_strength()))
    done = [event for event in heard if isinstance(event, ClipDone)]
    assert [event.edge_id for event in done] == ["up", "down"]
    assert all(record.seam.holds for event in done for record in event.records.values())
    judged = {event.edge_id: event.records[ClipFormat.WEBM].confidence for event in done}
    assert judged["up"] is not None
    assert judged["down"] is None
    assert any(isinstance(event, FramesDone) for event in heard)


def test_a_clip_whose_seam_shows_fails_and_its_reverse_with_it(renderer: LocalRenderer, tmp_path: Path) -> None:
    failed = [event for event in render(renderer, write_orders(renderer, tmp_path, 0)) if isinstance(event, ClipFailed)]
    assert [(event.edge_id, event.error.code) for event in failed] == [
        ("up", "seam_broken"),
        ("down", "forward_failed"),
    ]
    assert not list(tmp_path.glob("*.webm"))


def test_nothing_to_do_starts_no_process(renderer: LocalRenderer) -> None:
    assert render(renderer, []) == []
