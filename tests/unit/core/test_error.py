import re
from collections.abc import Iterator

from poseloom.core import error
from poseloom.core.error import AccessError, Blame, CanvasNotReady, InputError, PoseloomError, StateError, WorldError


def list_classes(root: type[PoseloomError] = PoseloomError) -> Iterator[type[PoseloomError]]:
    yield root
    for child in root.__subclasses__():
        yield from list_classes(child)


OURS = [each for each in list_classes() if each.__module__ == error.__name__]


def test_every_class_has_a_code_of_its_own() -> None:
    codes = [each.code for each in OURS]
    assert len(set(codes)) == len(codes)


def test_every_class_says_its_code_itself() -> None:
    assert all("code" in vars(each) for each in OURS)


def test_every_class_has_a_docstring() -> None:
    assert all(each.__doc__ for each in OURS)


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    told = dict(re.findall(r"[├└]── (\w+) +(\w+)", error.__doc__ or ""))
    leaves = {each.__name__: each.code for each in OURS if not each.__subclasses__()}
    assert {name: told.get(name) for name in leaves} == leaves
    assert told.keys() == {each.__name__ for each in OURS} - {"PoseloomError"}


def test_blame_follows_the_branch() -> None:
    for each in OURS:
        by_caller = issubclass(each, InputError | AccessError | StateError)
        expected = Blame.CALLER if by_caller else Blame.WORLD if issubclass(each, WorldError) else Blame.US
        assert each.blame is expected


def test_an_error_goes_over_the_wire_with_code_message_and_fields() -> None:
    failed = CanvasNotReady("edges without a clip: x", edges=["x"])
    assert str(failed) == "edges without a clip: x"
    assert failed.retryable
    assert failed.document() == {
        "error": {"code": "canvas_not_ready", "message": "edges without a clip: x", "edges": ["x"]}
    }
