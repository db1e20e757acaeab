"""The reference as pages of docs/reference, written from what the server itself says.

Write them anew with `python -m poseloom.api.reference docs/reference`.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from poseloom.api.app import list_routers
from poseloom.api.error import find_status, list_errors
from poseloom.api.openapi import TAGS, list_operations, open_api
from poseloom.core.error import Blame, PoseloomError

NOTE = "<!-- Written by `python -m poseloom.api.reference docs/reference`; change the source, not this page. -->"
BLAMES: Mapping[Blame, str] = {
    Blame.CALLER: "the caller's",
    Blame.WORLD: "the world's",
    Blame.US: "ours",
}
ROWS_DEPTH = 3
"""How deep the fields of a body are listed."""
REFUSALS_FROM = 400
"""Statuses from here on are refusals."""


def write_pages() -> dict[str, str]:
    """Return every page by its file's name."""
    return {"errors.md": write_errors(), "api.md": write_api(describe_api())}


def describe_api() -> dict[str, Any]:
    """Return the OpenAPI document of a server that is not running."""
    return open_api(None, list_routers()).openapi()


def write_errors() -> str:
    """Return the page of error codes."""
    lines = [
        "# Errors",
        NOTE,
        "",
        'Every failure is `{"error": {"code", "message", …}}`. Codes are stable, messages are for people.',
        "Some codes carry more fields. Where trying again helps, `Retry-After` says when, if the server knows.",
        "",
        "| code | status | whose fault | trying again helps | meaning |",
        "|---|---|---|---|---|",
    ]
    rows = {error.code: error for error in list_errors() if error is not PoseloomError}
    for code, error in sorted(rows.items()):
        retry = "yes" if error.retryable else "no"
        meaning = (error.__doc__ or "").splitlines()[0]
        lines.append(f"| `{code}` | {find_status(error)} | {BLAMES[error.blame]} | {retry} | {meaning} |")
    return "\n".join([*lines, ""])


def write_api(document: Mapping[str, Any]) -> str:
    """Return the page of operations.

    Args:
        document: OpenAPI.
    """
    by_tag: dict[str, list[str]] = {name: [] for name in TAGS}
    for path, method, operation in list_operations(document):
        by_tag[operation["tags"][0]] += _write_operation(path, method, operation)
    lines = [
        "# API",
        NOTE,
        "",
        *document["info"]["description"].splitlines(),
        "",
        "To try it: `/docs` of a running server. For machines: `/openapi.json`. Error codes: [errors.md](errors.md).",
    ]
    for name, meaning in TAGS.items():
        lines += ["", f"## {name}", meaning, *by_tag[name]]
    lines += ["", "## Documents"]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += [
            "",
            f"### {name}",
            *schema.get("description", "").splitlines(),
            "",
            *_list_fields(schema, marks_required=False),
        ]
    return "\n".join([*lines, ""])


def _write_operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"### {operation['summary']}", f"`{method.upper()} {path}`", "")
    yield from operation["description"].splitlines()
    parameters = [each for each in operation.get("parameters", []) if each["in"] != "path"]
    if parameters:
        yield from ("", "| parameter | in | type | meaning |", "|---|---|---|---|")
    for each in parameters:
        kind = name_type(each["schema"])
        yield f"| `{each['name']}` | {each['in']} | {kind} | {_put_in_cell(each.get('description', ''))} |"
    for content_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from ("", f"Body, `{content_type}`:", "", *_list_fields(content["schema"], marks_required=True))
        if "example" in content:
            yield from ("", "```json", json.dumps(content["example"], ensure_ascii=False), "```")
    yield from ("", *_list_answers(operation["responses"]))
    refusals = {code for status, answer in operation["responses"].items() for code in _list_codes(status, answer)}
    yield f"- Refuses with {', '.join(f'`{code}`' for code in sorted(refusals))}."


def _list_answers(responses: Mapping[str, Any]) -> Iterator[str]:
    for status, response in sorted(responses.items()):
        contents = response.get("content", {})
        if int(status) < REFUSALS_FROM or not any(_list_codes(status, response)):
            kinds = dict.fromkeys(
                name_type(content["schema"]) if "$ref" in content.get("schema", {}) else f"`{content_type}`"
                for content_type, content in contents.items()
            )
            yield f"- **{status}** {', '.join(kinds)}{': ' if kinds else ''}{_put_in_cell(response['description'])}"


def _list_codes(status: str, response: Mapping[str, Any]) -> Iterator[str]:
    if int(status) >= REFUSALS_FROM:
        for content in response.get("content", {}).values():
            yield from content.get("examples", {})


def _list_fields(schema: Mapping[str, Any], *, marks_required: bool) -> Iterator[str]:
    if schema.get("properties"):
        yield from ("| field | type | meaning |", "|---|---|---|")
        yield from _list_rows(schema, "", ROWS_DEPTH, marks_required=marks_required)


def _list_rows(schema: Mapping[str, Any], prefix: str, depth: int, *, marks_required: bool) -> Iterator[str]:
    required = schema.get("required", ()) if marks_required else ()
    for name, field in schema.get("properties", {}).items():
        must = ", required" if name in required else ""
        yield f"| `{prefix}{name}` | {name_type(field)}{must} | {_put_in_cell(field.get('description', ''))} |"
        inner, suffix = (field["items"], "[]") if "items" in field else (field, "")
        if depth > 1:
            yield from _list_rows(inner, f"{prefix}{name}{suffix}.", depth - 1, marks_required=marks_required)


def name_type(schema: Mapping[str, Any]) -> str:
    """Return a schema's type in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(name_type(option) for option in schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    kinds = schema.get("type", "object")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = [
        f"list of {name_type(schema['items'])}" if kind == "array" and "items" in schema else kind for kind in kinds
    ]
    bounds = [f"{sign} {schema[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in schema]
    return " or ".join(words) + "".join(f", {bound}" for bound in bounds)


def _put_in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write_folder(folder: Path) -> None:
    """Write every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in write_pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Write the pages into the folder that is named."""
    write_folder(Path(arguments[0] if arguments else "docs/reference"))


if __name__ == "__main__":
    main(sys.argv[1:])
