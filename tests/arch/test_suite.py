import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
VECTORS = sorted((ROOT / "spec" / "vectors").glob("*.json"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_patched_by_the_name_of_a_module(path: Path) -> None:
    """A patch by string breaks silently when code moves; fakes stand behind ports instead."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.module != "unittest.mock"
        if isinstance(node, ast.Import):
            assert all(name.name != "unittest.mock" for name in node.names)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_every_vector_file_has_a_runner(path: Path) -> None:
    runners = [test for test in TESTS if test.name.startswith("test_") and is_run_by(path, test)]
    assert runners


def is_run_by(vectors: Path, test: Path) -> bool:
    """Say whether a test file mentions the vectors, by file name or to `every_case`."""
    words = {node.value for node in ast.walk(ast.parse(test.read_text())) if isinstance(node, ast.Constant)}
    names = [word for word in words if isinstance(word, str)]
    calls = f'every_case("{vectors.stem}")' in test.read_text()
    return calls or any(name.endswith(vectors.name) for name in names)
