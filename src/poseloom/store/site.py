"""What a bundle shows its clips with: the page, the player and the manifest, by their places in it."""

import html
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files

MANIFEST_NAME = "mascot.json"
PAGE_NAME = "index.html"
PLAYER_NAMES = ("poseloom-player.js", "poseloom-stacked.js", "poseloom-reader.js")
"""The player, and the parts that it loads: where no video keeps its transparency, and to read what others write."""


def write_documents(name: str, manifest: Mapping[str, object]) -> dict[str, str]:
    """Return the texts of a bundle by their paths in it; the page comes last, it needs the others.

    Args:
        name: The mascot's name.
        manifest: With addresses relative to the page.
    """
    return {
        **{f"player/{file}": read_player(file) for file in PLAYER_NAMES},
        MANIFEST_NAME: json.dumps(manifest, indent=1, ensure_ascii=False) + "\n",
        PAGE_NAME: fill_page(read_player(PAGE_NAME), name, manifest),
    }


def fill_page(template: str, name: str, manifest: Mapping[str, object]) -> str:
    """Return the page with the mascot's name, its first pose, and its manifest, safe inside a script element."""
    inline = json.dumps(manifest, ensure_ascii=False).replace("<", "\\u003c")
    still = make_still(name, manifest)
    page = template.replace("{{title}}", html.escape(name)).replace("{{still}}", still)
    return page.replace("{{manifest}}", inline)


def make_still(name: str, manifest: Mapping[str, object]) -> str:
    """Return the picture that stands there without scripts: the initial pose, labelled; empty without one."""
    nodes = manifest["nodes"]
    assert isinstance(nodes, list)
    node: Mapping[str, str] = next((node for node in nodes if node["id"] == manifest["initialNode"]), {})
    url = node.get("transparentThumbnailUrl") or node.get("imageUrl")
    return f'<img src="{html.escape(url)}" alt="{html.escape(name)}">' if url else ""


def list_addresses(manifest: Mapping[str, object]) -> Iterator[str]:
    """Yield the address of every clip and still that a manifest names."""
    edges, nodes = manifest["edges"], manifest["nodes"]
    assert isinstance(edges, list)
    assert isinstance(nodes, list)
    for edge in edges:
        yield from edge["videos"].values()
    for node in nodes:
        yield from (node[key] for key in ("imageUrl", "transparentThumbnailUrl") if key in node)


def read_player(name: str) -> str:
    """Return one of the player's files."""
    return (files("poseloom.media") / "player" / name).read_text(encoding="utf-8")
