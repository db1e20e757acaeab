"""Settings from the environment, prefix `POSELOOM_`."""

import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import InvalidOrder

PREFIX = "POSELOOM_"
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def _split(value: object) -> object:
    """Read a list as people write one, with commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _choose_driver(value: object) -> object:
    """Read a database's address; the driver need not be named."""
    if not isinstance(value, str):
        return value
    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError("it is no address of a database: " + _KINDS) from None
    driver = DRIVERS.get(url.drivername.split("+")[0])
    if driver is None or not url.database:
        raise ValueError("it names no SQLite file and no Postgres database: " + _KINDS)
    return url.set(drivername=driver).render_as_string(hide_password=False)


_KINDS = "write sqlite:///PATH or postgresql://USER@HOST/NAME"


class Settings(BaseSettings):
    """What an operator may set once for all runs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    cache: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("poseloom", appauthor=False)),
        description="Folder in which clips are kept between runs.",
    )
    cache_limit_bytes: int = Field(
        default=4 * 2**30, ge=0, description="Size beyond which the longest unused clips are removed."
    )
    jobs: int = Field(
        default_factory=lambda: (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        ),
        ge=1,
        le=256,
        description="How many clips are made at once; all cores by default.",
    )
    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("poseloom", appauthor=False)),
        description="Folder of the server: its database, its blobs, its locks.",
    )
    database_url: Annotated[str | None, BeforeValidator(_choose_driver)] = Field(
        default=None,
        description="`sqlite:///PATH` or `postgresql://USER@HOST/NAME`; SQLite in the home by default.",
    )
    blob_url: str | None = Field(
        default=None, description="`file:///PATH`, `s3://…`, `gs://…` or `az://…`; a folder in the home by default."
    )
    base_url: str | None = Field(
        default=None, description="How clients reach the server, when a proxy stands before it."
    )
    origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), description="Web origins whose scripts may call the API, with commas between them."
    )
    hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(),
        description="Host names to answer to, beside `localhost` and the one in `POSELOOM_BASE_URL`, with commas. "
        "Without them, a server that listens beyond this machine answers to all.",
    )
    starting_credits: Decimal = Field(
        default=Decimal(1000), ge=0, decimal_places=3, description="What a new workspace is granted."
    )
    credits_per_second: Decimal = Field(
        default=Decimal(5), ge=0, decimal_places=2, description="Price of a second of video of the local generator."
    )
    quality: Quality = Field(default=Quality.STANDARD, description="Effort of the encoders: standard, or preview.")
    formats: Annotated[tuple[ClipFormat, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=tuple(ClipFormat), min_length=1, description="What every clip is encoded as, with commas between."
    )
    remote_jobs: int = Field(
        default=200, ge=1, le=10_000, description="How many clips may wait for services elsewhere at once."
    )
    calls_per_minute: int = Field(default=0, ge=0, description="Calls that one key may make; 0 is no limit.")
    calls_per_hour: int = Field(default=0, ge=0, description="Calls that one key may make; 0 is no limit.")
    retention_days: int = Field(default=7, ge=1, description="How long the engine remembers jobs that have ended.")
    grace_seconds: float = Field(default=10, ge=0, description="How long a stopping server waits for clips to end.")
    hold_seconds: float = Field(
        default=60, gt=0, le=3600, description="How long a long poll is held; an event stream lives 60 times as long."
    )
    fetch_private: bool = Field(
        default=False, description="Let `image_url` name plain http and private addresses; for development only."
    )

    @property
    def rate(self) -> Fraction:
        """Credits for a second of video, exact."""
        return Fraction(self.credits_per_second)

    def find_database_url(self) -> str:
        """Return where the database is."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'poseloom.db'}"

    def find_database_file(self) -> Path | None:
        """Return the file of the database; None when it is elsewhere."""
        url = make_url(self.find_database_url())
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    def find_blob_url(self) -> str:
        """Return where the blobs are."""
        return self.blob_url or (self.home.resolve() / "blobs").as_uri()


def read_settings(home: Path | None = None) -> Settings:
    """Return the settings; what the caller says wins over the environment.

    Raises:
        InvalidOrder: A variable has a value that it cannot have; `field` names the first.
    """
    try:
        return Settings() if home is None else Settings(home=home)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        reason = str(first["msg"]).removeprefix("Value error, ")
        # An address may hold a password.
        given = "" if "@" in str(first["input"]) else f"; it is {str(first['input'])!r}"
        raise InvalidOrder(f"{name}: {reason}{given}", field=name) from error
    except SettingsError as error:
        raise InvalidOrder(f"a setting cannot be read: {error}", field=PREFIX) from error
