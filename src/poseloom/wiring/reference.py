"""What the reference pages say of settings and commands, written from these themselves."""

import sys
from pathlib import Path

from poseloom.wiring.settings import Settings

SETTINGS_NAME = "settings.md"
_INTRO = """# Settings

Every setting is an environment variable. Options of a command win over them. Written by
`python -m poseloom.wiring.reference`.

| variable | default | meaning |
|---|---|---|
"""
_OF_THE_MACHINE = {"cache": "the user's cache folder", "home": "the user's data folder", "jobs": "all cores"}
"""Defaults that differ from one machine to the next."""


def write_settings() -> str:
    """Return the page of all settings."""
    prefix = Settings.model_config["env_prefix"]
    rows = []
    for name, field in Settings.model_fields.items():
        default = _OF_THE_MACHINE.get(name) or _write_default(field.get_default(call_default_factory=False))
        rows.append(f"| `{prefix}{name.upper()}` | {default} | {field.description} |")
    return _INTRO + "\n".join(rows) + "\n"


def _write_default(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return ", ".join(f"`{each}`" for each in value) or "none"
        case _:
            return f"`{value}`"


def main(folder: Path) -> None:
    """Write the pages into a folder."""
    (folder / SETTINGS_NAME).write_text(write_settings(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
