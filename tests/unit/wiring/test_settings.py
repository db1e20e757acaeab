from pathlib import Path

import pytest

from poseloom.core.clip import ClipFormat
from poseloom.core.error import InvalidOrder
from poseloom.wiring.settings import read_settings


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("postgresql://me@host/pose", "postgresql+psycopg://me@host/pose"),
        ("postgres://me:secret@host:5433/pose", "postgresql+psycopg://me:secret@host:5433/pose"),
        ("postgresql+psycopg://me@host/pose", "postgresql+psycopg://me@host/pose"),
        ("sqlite:////data/pose.db", "sqlite:////data/pose.db"),
    ],
)
def test_the_driver_of_a_database_need_not_be_named(monkeypatch: pytest.MonkeyPatch, given: str, address: str) -> None:
    monkeypatch.setenv("POSELOOM_DATABASE_URL", given)
    assert read_settings().find_database_url() == address


def test_without_an_address_the_database_is_a_file_in_the_home(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert settings.find_database_file() == tmp_path / "poseloom.db"
    assert settings.find_blob_url() == (tmp_path / "blobs").as_uri()


def test_a_list_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSELOOM_FORMATS", "webm, hevc")
    monkeypatch.setenv("POSELOOM_ORIGINS", "https://a.example,https://b.example")
    settings = read_settings()
    assert settings.formats == (ClipFormat.WEBM, ClipFormat.HEVC)
    assert settings.origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JOBS", "0"),
        ("JOBS", "many"),
        ("FORMATS", "avi"),
        ("FORMATS", ","),
        ("QUALITY", "best"),
        ("DATABASE_URL", "mysql://host/pose"),
        ("DATABASE_URL", "nothing"),
        ("DATABASE_URL", "sqlite://"),
        ("STARTING_CREDITS", "-1"),
    ],
)
def test_a_value_that_cannot_be_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(f"POSELOOM_{variable}", value)
    with pytest.raises(InvalidOrder, match=f"^POSELOOM_{variable}: ") as refusal:
        read_settings()
    assert refusal.value.fields == {"field": f"POSELOOM_{variable}"}
    assert "\n" not in refusal.value.message


def test_a_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSELOOM_DATABASE_URL", "mysql://me:secret@host/pose")
    with pytest.raises(InvalidOrder) as refusal:
        read_settings()
    assert "secret" not in refusal.value.message
