"""Settings from the environment, prefix `POSELOOM_`."""

import os
from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set once for all runs."""

    model_config = SettingsConfigDict(env_prefix="POSELOOM_")

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
