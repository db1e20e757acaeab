"""The JSON Schemas of spec/schema."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.unit.core.vector import SPEC


@cache
def read_schema(name: str) -> Mapping[str, Any]:
    """Read a schema and check that it is one."""
    schema: Mapping[str, Any] = json.loads((SPEC / "schema" / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return schema


def explain(schema: Mapping[str, Any], document: object) -> list[str]:
    """Return what a schema finds wrong with a document."""
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]
