"""What a bundle shows its clips with: the page, the player and the manifest, by their places in it."""

import html
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files

MANIFEST_NAME = "mascot.json"
PAGE_NAME = "index.html"
PLAYER_NAME = "poseloom-player.js"
PLAYER_PATH = f"player/{PLAYER_NAME}"


def write_documents(name: str, manifest: Mapping[str, object]) -> dict[str, str]:
    """Return the texts of a bundle by their paths in it; the page comes last, it needs the others.

    Args:
        name: The mascot's name.
        manifest: With addresses relative to the page.
    """
    return {
        PLAYER_PATH: _read_player(PLAYER_NAME),
        MANIFEST_NAME: json.dumps(manifest, indent=1, ensure_ascii=False) + "\n",
        PAGE_NAME: fill_page(_read_player(PAGE_NAME), name, manifest),
    }


def fill_page(template: str, name: str, manifest: Mapping[str, object]) -> str:
    """Return the page with the mascot's name and its manifest, safe inside a script element."""
    inline = json.dumps(manifest, ensure_ascii=False).replace("<", "\\u003c")
    return template.replace("{{title}}", html.escape(name)).replace("{{manifest}}", inline)


def list_addresses(manifest: Mapping[str, object]) -> Iterator[str]:
    """Yield the address of every clip and still that a manifest names."""
    edges, nodes = manifest["edges"], manifest["nodes"]
    assert isinstance(edges, list)
    assert isinstance(nodes, list)
    for edge in edges:
        yield from edge["videos"].values()
    for node in nodes:
        yield from (node[key] for key in ("imageUrl", "transparentThumbnailUrl") if key in node)


def _read_player(name: str) -> str:
    return (files("poseloom.media") / "player" / name).read_text(encoding="utf-8")
