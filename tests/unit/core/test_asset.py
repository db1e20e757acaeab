from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.asset import FORMATS, KINDS, AssetKind, derive_asset_id, find_job_id, name_content, name_file
from poseloom.core.clip import ClipFormat

JOB_IDS = st.binary(min_size=16, max_size=16).map(lambda randomness: f"job_{randomness.hex()}")


@given(label=st.text(max_size=60), job_id=JOB_IDS, kind=st.sampled_from(AssetKind))
def test_a_job_is_found_by_the_name_of_what_it_makes(label: str, job_id: str, kind: AssetKind) -> None:
    assert find_job_id(name_file(label, job_id, kind)) == job_id


@given(label=st.text(max_size=60), job_id=JOB_IDS, kind=st.sampled_from(AssetKind))
def test_a_file_name_is_safe_in_any_address_and_on_any_disk(label: str, job_id: str, kind: AssetKind) -> None:
    name = name_file(label, job_id, kind)
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert not name.startswith(("-", "."))
    assert len(name) < 100


def test_a_name_that_no_job_gives_names_no_job() -> None:
    assert find_job_id("idle-loop.webm") is None
    assert find_job_id("../../etc/passwd") is None


def test_an_asset_has_one_id_however_often_its_job_is_made() -> None:
    assert derive_asset_id("job_1", AssetKind.WEBM) == derive_asset_id("job_1", AssetKind.WEBM)
    assert derive_asset_id("job_1", AssetKind.WEBM) != derive_asset_id("job_1", AssetKind.HEVC)
    assert derive_asset_id("job_1", AssetKind.WEBM) != derive_asset_id("job_2", AssetKind.WEBM)


def test_the_same_bytes_of_another_owner_have_another_name() -> None:
    ours = name_content("Idle loop", "wsp_1", "ab" * 32, ".webm")
    assert ours == name_content("Idle loop", "wsp_1", "ab" * 32, ".webm")
    assert ours != name_content("Idle loop", "wsp_2", "ab" * 32, ".webm")
    assert ours != name_content("Idle loop", "wsp_1", "cd" * 32, ".webm")
    assert ours.startswith("idle-loop-")
    assert ours.endswith(".webm")


def test_every_clip_format_is_a_kind_of_asset_with_its_own_ending_and_type() -> None:
    assert set(FORMATS.values()) == set(ClipFormat)
    assert {KINDS[fmt].suffix for fmt in ClipFormat} == {".webm", ".mov", ".mp4"}
    assert KINDS[ClipFormat.HEVC].media_type == "video/quicktime"
    assert AssetKind.POSTER.media_type == "image/png"


def test_kept_frames_alone_are_not_for_everyone() -> None:
    assert [kind for kind in AssetKind if not kind.is_public] == [AssetKind.FRAMES]
    assert AssetKind.FRAMES.media_type == "video/x-matroska"
