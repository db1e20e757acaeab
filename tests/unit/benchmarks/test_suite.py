import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from benchmarks.inbetween.emoji import MANIFEST as EMOJI_MANIFEST
from benchmarks.inbetween.emoji import draw_vectors, list_emoji_items
from benchmarks.inbetween.method import METHODS
from benchmarks.inbetween.package import PackageMissing, fetch_npm_package, fetch_package
from benchmarks.inbetween.pair import LEVELS, MIDDLE, SIZE_PX, SPLITS, STEPS, Pair
from benchmarks.inbetween.redrawing import list_redrawn_items
from benchmarks.inbetween.repertoire import list_rig_items
from benchmarks.inbetween.report import OURS, list_blocks, print_report, print_turned
from benchmarks.inbetween.rig import RigItem, find_far_limbs
from benchmarks.inbetween.run import Drawn, Result, draw_transition, score_moments
from benchmarks.inbetween.sheet import write_page, write_sheet
from benchmarks.inbetween.sprite import MANIFEST, MARGIN_SHARE, list_sprite_items, place_frames
from benchmarks.inbetween.suite import choose_items
from benchmarks.inbetween.troupe import TroupeItem, list_chance_items, list_troupe_items
from demo.build import render
from demo.rig import POSES, assemble, draw, draw_parts, interpolate
from poseloom.frames.image import blank, measure_bounds

RIG = list_rig_items()
TROUPE = [*list_troupe_items(), *list_chance_items()]
SPRITES = list_sprite_items()
EMOJI = list_emoji_items()


def test_every_pair_has_a_name_of_its_own() -> None:
    names = [item.id for items in (RIG, TROUPE, list_redrawn_items(), SPRITES, EMOJI) for item in items]
    assert len(set(names)) == len(names)


def test_pairs_are_split_by_package_and_the_rig_stands_alone() -> None:
    assert {item.split for item in RIG} == {"rig", "flat"}
    homes = {split: {item.package for item in SPRITES if item.split == split} for split in SPLITS}
    assert homes["tune"]
    assert homes["test"]
    assert homes["rig"] == homes["flat"] == set()
    assert not homes["tune"] & homes["test"]


def test_what_the_troupe_does_by_chance_is_the_same_every_time() -> None:
    assert list(list_chance_items()) == list(list_chance_items())
    assert len({(item.source, item.target) for item in list_chance_items()}) == 56


def test_free_pairs_are_two_pictures_and_all_others_three() -> None:
    for item in SPRITES:
        assert item.level in LEVELS
        assert len(set(item.files)) == (2 if item.level == "free" else 3)


def test_every_package_says_its_licence_and_is_used() -> None:
    packages = json.loads(MANIFEST.read_text())["packages"]
    assert all(package["licence"] for package in packages.values())
    assert {item.package for item in SPRITES} == set(packages)


@pytest.mark.parametrize("item", TROUPE, ids=lambda item: item.id)
def test_pair_of_the_troupe_lies_inside_the_canvas_changes_and_is_known_at_every_moment(item: TroupeItem) -> None:
    pair = item.load()
    assert sorted(pair.truth) == [step / STEPS for step in range(STEPS + 1)]
    for picture in pair.truth.values():
        assert not picture[:, [0, -1], 3].any()
        assert not picture[[0, -1], :, 3].any()
    assert (pair.source != pair.truth[MIDDLE]).any()
    assert (pair.target != pair.truth[MIDDLE]).any()
    assert item.level in LEVELS


@pytest.mark.parametrize("item", RIG, ids=lambda item: item.id)
def test_pair_of_the_rig_lies_inside_the_canvas_and_changes(item: RigItem) -> None:
    source, middle, target = (render(item.pose(t), 64) for t in (0.0, MIDDLE, 1.0))
    for picture in (source, middle, target):
        assert not picture[:, [0, -1], 3].any()
        assert not picture[[0, -1], :, 3].any()
    assert (source != target).any()
    assert item.level in LEVELS


def test_every_pair_without_lines_is_one_of_the_rig_in_which_a_limb_turns_far() -> None:
    lined = {(item.source, item.target) for item in RIG if item.is_lined and find_far_limbs(item.source, item.target)}
    assert {(item.source, item.target) for item in RIG if not item.is_lined} == lined


def test_rig_is_drawn_from_its_parts() -> None:
    pose = interpolate(POSES["idle"], POSES["waving"], 0.3)
    parts = draw_parts(pose)
    assert assemble(svg for _, svg in parts) == draw(pose)
    assert {"left-arm", "right-arm", "left-ear", "right-ear", "left-leg", "right-leg", "tail"} < {n for n, _ in parts}


def test_frames_of_a_sprite_stand_on_one_ground_at_one_scale() -> None:
    tall, wide = (np.full(shape, 255, np.uint8) for shape in ((60, 20, 4), (30, 40, 4)))
    bounds = [measure_bounds(frame) for frame in place_frames([tall, wide])]
    margin = SIZE_PX * MARGIN_SHARE
    middle, ground = SIZE_PX / 2, SIZE_PX - margin
    scale = (SIZE_PX - 2 * margin) / 60
    # A pixel that is enlarged begins half of itself earlier.
    assert bounds[0] == pytest.approx([middle - 10 * scale, margin, middle + 10 * scale, ground], abs=scale)
    assert bounds[1] == pytest.approx([middle - 20 * scale, middle, middle + 20 * scale, ground], abs=scale)


def test_large_drawing_is_shrunk_into_the_canvas() -> None:
    (frame,) = place_frames([render(POSES["idle"], 640)])
    assert frame.shape == (SIZE_PX, SIZE_PX, 4)
    assert measure_bounds(frame) is not None


def test_frames_of_a_sprite_fill_as_much_of_a_larger_canvas() -> None:
    sprite = [render(POSES["idle"], 200)]
    small, large = (measure_bounds(place_frames(sprite, size_px)[0]) for size_px in (SIZE_PX, 2 * SIZE_PX))
    assert large == pytest.approx(2 * np.array(small), abs=4)


def test_machine_without_apt_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PackageMissing, match=r"^supertux-data: needs apt-get and dpkg-deb on this machine$"):
        fetch_package("supertux-data", tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


def test_broken_apt_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("apt-get", "dpkg-deb"):
        (tools / name).write_text("#!/bin/sh\necho 'E: no such package' >&2\nexit 100\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(PackageMissing, match="no such package"):
        fetch_package("nothing", tmp_path / "store")
    assert not (tmp_path / "store" / "nothing").exists()


def test_machine_without_npm_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PackageMissing, match=r"^@faces/all: needs npm on this machine$"):
        fetch_npm_package("@faces/all", "1.0.0", tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


def test_npm_package_is_fetched_once_in_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools, shop = tmp_path / "tools", tmp_path / "shop"
    tools.mkdir()
    (shop / "package").mkdir(parents=True)
    (shop / "package" / "face.svg").write_text("<svg/>")
    with tarfile.open(shop / "faces-all-1.0.0.tgz", "w:gz") as tar:
        tar.add(shop / "package", "package")
    (tools / "npm").write_text(f'#!/bin/sh\ntest "$3" = @faces/all@1.0.0 && /bin/cp {shop}/*.tgz . && /bin/rm "$0"\n')
    (tools / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    folders = {fetch_npm_package("@faces/all", "1.0.0", tmp_path / "store") for _ in range(2)}
    assert [path.relative_to(tmp_path) for path in folders] == [Path("store/@faces_all-1.0.0")]
    assert [path.name for path in folders.pop().rglob("*")] == ["package", "face.svg"]


def test_emoji_are_two_pictures_of_a_package_that_says_its_version_and_licence() -> None:
    packages = json.loads(EMOJI_MANIFEST.read_text())["packages"]
    assert all(package["licence"] and package["version"] for package in packages.values())
    assert {item.package for item in EMOJI} == set(packages)
    assert all(len(set(item.files)) == 2 for item in EMOJI)


def test_emoji_is_drawn_without_the_lines_that_guide_its_artist(tmp_path: Path) -> None:
    path = tmp_path / "face.svg"
    shapes = '<g id="grid"><rect width="72" height="72"/></g><circle cx="36" cy="36" r="18" fill="#fc0"/>'
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">{shapes}</svg>')
    picture = draw_vectors(path)
    assert picture.shape == (512, 512, 4)
    assert measure_bounds(picture) == pytest.approx((128, 128, 384, 384), abs=1)


def test_report_names_the_pairs_of_which_nothing_turns_and_ours_turns_something(
    capsys: pytest.CaptureFixture[str],
) -> None:
    still, turned, moving = (
        Result(id=name, split="emoji", level="free", limbs=(), drawn={OURS: drawn}, is_still=is_still)
        for name, drawn, is_still in (
            ("wink", Drawn(motion={}), True),
            ("tear", Drawn(motion={}, turning=1), True),
            ("wave", Drawn(motion={}, turning=2), False),
        )
    )
    print_turned([still, turned, moving])
    assert capsys.readouterr().out.strip() == "nothing turns in 2 pairs; ours turns limbs in 1: tear"


def test_pairs_are_chosen_by_pattern() -> None:
    items, not_run = choose_items(["rig_arm_up_*", "pim_idle_*"])
    assert [item.id for item in items][:3] == ["rig_arm_up_40", "rig_arm_up_80", "rig_arm_up_120"]
    assert len(items) == 7
    assert not_run == []


@pytest.mark.parametrize("name", ["rig_arm_up_80", "girl_idle_wave"])
def test_pairs_are_drawn_in_the_size_that_is_asked_for(name: str) -> None:
    [[item], _] = choose_items([name], 96)
    pair = item.load()
    assert {frame.shape for frame in (pair.source, *pair.truth.values())} == {(96, 96, 4)}


def test_limbs_are_drawn_in_the_size_that_is_asked_for() -> None:
    [[item], _] = choose_items(["rig_arm_up_80"], 96)
    [limb] = item.load().limbs
    assert limb.region.shape == (96, 96)
    assert {bare.shape for bare in limb.bare.values()} == {(96, 96, 4)}


def test_pair_without_truth_is_scored_for_ghosts_alone() -> None:
    pair = Pair(source=render(POSES["idle"], 96), target=render(POSES["waving"], 96))
    prepared, frames, cpu_seconds = draw_transition(METHODS["dissolve"], pair)
    assert not prepared.is_staged
    assert score_moments(frames, pair)[MIDDLE].keys() == {"ghost"}
    assert score_moments(frames, pair)[MIDDLE]["ghost"] > 0.1
    assert cpu_seconds > 0


def make_result(name: str, level: str, line_px: float, *, is_staged: bool = False) -> Result:
    scores = {"psnr": 20.0, "ssim": 0.5, "iou": 0.9, "line_px": line_px, "ghost": 0.0}
    moments = {MIDDLE: {"ghost": 0.0} if level == "free" else scores}
    motion = {"pop": 1.5, "jitter": 0.1}
    drawn = {"poseloom": Drawn(motion=motion, is_staged=is_staged, moments=moments, cpu_seconds=2.0)}
    return Result(id=name, split="test", level=level, limbs=(), drawn=drawn)


def test_report_averages_every_level_and_names_the_worst(capsys: pytest.CaptureFixture[str]) -> None:
    results = [make_result("good", "easy", 1), make_result("bad", "easy", 5), make_result("loose", "free", 0)]
    assert [(block.title, len(block.results)) for block in list_blocks(results)] == [
        ("easy", 2), ("free", 1), (f"all, t={MIDDLE}", 2),
    ]  # fmt: skip
    print_report(results)
    printed = capsys.readouterr().out
    assert " 3.00 " in printed
    assert "bad 6.0, good 2.0" in printed


def test_report_shows_the_prototype_at_its_own_size_alone(capsys: pytest.CaptureFixture[str]) -> None:
    print_report([make_result("good", "easy", 1)], 416)
    assert "prototype" not in capsys.readouterr().out
    print_report([make_result("good", "easy", 1)])
    assert "prototype" in capsys.readouterr().out


def test_report_tells_pairs_that_are_never_seen_half_way_apart() -> None:
    results = [make_result("good", "easy", 1), make_result("bad", "easy", 5, is_staged=True)]
    assert [(block.title, len(block.results)) for block in list_blocks(results)] == [
        ("easy", 2), (f"all, t={MIDDLE}", 2), ("not staged", 1),
    ]  # fmt: skip


def test_pair_of_quite_different_poses_is_staged() -> None:
    pair = Pair(source=render(POSES["sleeping"], SIZE_PX), target=render(POSES["celebrating"], SIZE_PX))
    assert METHODS["poseloom"](pair.source, pair.target).is_staged


def test_sheet_shows_ours_the_truth_and_a_rival_and_the_page_all_pairs(tmp_path: Path) -> None:
    pair = Pair(source=render(POSES["idle"], 96), target=render(POSES["waving"], 96), truth={MIDDLE: blank(96)})
    transitions = {name: draw_transition(METHODS[name], pair)[1] for name in ("poseloom", "dissolve")}
    write_sheet("one", pair, transitions, tmp_path)
    page = write_page({"one": "easy <3"}, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"one.png", "one.webp", "index.html"}
    assert "easy &lt;3" in page.read_text()
