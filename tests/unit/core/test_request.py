from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.error import IdempotencyKeyReused, InvalidOrder, InvalidRequest
from poseloom.core.idempotency import KEY_LIFETIME_SECONDS, check_replay, fingerprint_request, read_idempotency_key
from poseloom.core.plan import Order
from poseloom.core.request import AnimationOrder, GenerateAll, Target, read_animation, read_generate_all
from tests.unit.core.test_document import anything

SWITCHES = ("skip_completed", "auto_reverse", "dry_run")


@pytest.mark.parametrize(
    "document", [None, {}, {"unknown": []}, dict.fromkeys([*SWITCHES, "duration", "targets", "seed", "edge_ids"])]
)
def test_a_body_that_says_nothing_is_the_default_order(document: object) -> None:
    assert read_generate_all(document) == GenerateAll(
        order=Order(skip_completed=True, duration_seconds=None, auto_reverse=True, edge_ids=None),
        dry_run=False,
        targets=frozenset({Target.ANIMATIONS}),
    )


def test_every_option_is_read() -> None:
    document = {
        "skip_completed": False,
        "duration": 2.5,
        "auto_reverse": False,
        "dry_run": True,
        "max_credits": 0.1,
        "generator": "local",
        "edge_ids": ["x", "y", "x"],
        "seed": 7,
        "quote_id": "quo_1",
        "targets": ["animations"],
    }
    assert read_generate_all(document) == GenerateAll(
        order=Order(
            skip_completed=False,
            duration_seconds=Fraction(5, 2),
            auto_reverse=False,
            edge_ids=frozenset({"x", "y"}),
        ),
        dry_run=True,
        max_credits=Fraction(1, 10),
        generator="local",
        seed=7,
        quote_id="quo_1",
    )


def test_the_one_target_may_stand_alone_or_in_a_list() -> None:
    assert read_generate_all({"targets": "animations"}) == read_generate_all({"targets": ["animations"]})


def test_no_edges_at_all_is_another_order_than_all_edges() -> None:
    assert read_generate_all({"edge_ids": []}).order.edge_ids == frozenset()


BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"skip_completed": "yes"}, "skip_completed"),
    ({"auto_reverse": 1}, "auto_reverse"),
    ({"dry_run": "false"}, "dry_run"),
    ({"duration": 0.5}, "duration"),
    ({"duration": "4"}, "duration"),
    ({"duration": False}, "duration"),
    ({"max_credits": -1}, "max_credits"),
    ({"max_credits": "20"}, "max_credits"),
    ({"max_credits": 1e13}, "max_credits"),
    ({"max_credits": float("nan")}, "max_credits"),
    ({"generator": 5}, "generator"),
    ({"generator": "g" * 201}, "generator"),
    ({"seed": -1}, "seed"),
    ({"seed": 2**32}, "seed"),
    ({"seed": 1.5}, "seed"),
    ({"seed": True}, "seed"),
    ({"quote_id": {}}, "quote_id"),
    ({"edge_ids": "x"}, "edge_ids"),
    ({"edge_ids": ["x", 5]}, "edge_ids[1]"),
    ({"edge_ids": ["x" * 201]}, "edge_ids[0]"),
    ({"edge_ids": ["x"] * 200_001}, "edge_ids"),
    ({"targets": []}, "targets"),
    ({"targets": "images"}, "targets"),
    ({"targets": ["animations", "images"]}, "targets"),
    ({"targets": [["animations"]]}, "targets"),
    ({"targets": {"animations": True}}, "targets"),
]


@pytest.mark.parametrize(("document", "field"), BAD_OPTIONS, ids=lambda value: str(value)[:40])
def test_a_wrong_option_is_named_in_the_message(document: object, field: str) -> None:
    with pytest.raises(InvalidOrder) as raised:
        read_generate_all(document)
    assert raised.value.message.startswith(f"{field}: ")
    assert raised.value.fields == {"field": field}


def test_what_is_wanted_and_not_made_here_is_told() -> None:
    with pytest.raises(InvalidOrder, match=r"must be 'animations', .* not the string 'images'$"):
        read_generate_all({"targets": ["animations", "images"]})


ANIMATION: dict[str, Any] = {"type": "animation", "source_image_asset_id": "ast_a"}


@given(
    anything | st.dictionaries(st.sampled_from([*SWITCHES, *ANIMATION, "duration", "targets", "edge_ids"]), anything)
)
def test_no_json_at_all_raises_anything_but_invalid_order(document: object) -> None:
    for read in (read_generate_all, read_animation):
        error = refuse(read, document)
        assert error is None or error.message.startswith(f"{error.fields['field']}: ")


def refuse(read: Callable[[object], object], document: object) -> InvalidOrder | None:
    """Return why a document is no order, or None when it is one; whatever else is raised goes through."""
    try:
        read(document)
    except InvalidOrder as error:
        return error
    return None


def test_an_animation_of_one_picture_is_a_loop() -> None:
    order = read_animation({**ANIMATION, "auto_reverse": True})
    assert (order.is_loop, order.target_image_asset_id) == (True, "ast_a")
    assert (float(order.duration_seconds), order.auto_reverse, order.name, order.seed) == (4, False, None, None)


def test_an_animation_of_two_pictures_is_a_way_whatever_loop_says() -> None:
    for loop in ({}, {"loop": True}, {"loop": False}):
        order = read_animation({**ANIMATION, "end_image_asset_id": "ast_b", "auto_reverse": True, **loop})
        assert (order.is_loop, order.target_image_asset_id, order.auto_reverse) == (False, "ast_b", True)
    assert not read_animation({**ANIMATION, "end_image_asset_id": "ast_b"}).auto_reverse


def test_a_way_to_the_same_picture_is_a_loop() -> None:
    assert read_animation({**ANIMATION, "end_image_asset_id": "ast_a"}).is_loop


def test_every_field_of_an_animation_is_read() -> None:
    more = {"name": "wave", "duration": 2, "animation_prompt": "waves", "generator": "local", "seed": 3, "size": 256}
    assert read_animation({**ANIMATION, **more, "fps": 12}) == AnimationOrder(
        source_image_asset_id="ast_a",
        name="wave",
        duration_seconds=Fraction(2),
        prompt="waves",
        generator="local",
        seed=3,
        size=256,
        fps=Fraction(12),
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": None}, "type"),
        ({"type": "image"}, "type"),
        ({"type": "edit"}, "type"),
        ({"type": 5}, "type"),
        ({"source_image_asset_id": ""}, "source_image_asset_id"),
        ({"end_image_asset_id": 1}, "end_image_asset_id"),
        ({"loop": "no"}, "loop"),
        ({"auto_reverse": 1, "end_image_asset_id": "ast_b"}, "auto_reverse"),
        ({"duration": 11}, "duration"),
        ({"animation_prompt": "p" * 4_001}, "animation_prompt"),
        ({"size": 63}, "size"),
        ({"size": "512"}, "size"),
        ({"fps": 0}, "fps"),
    ],
    ids=str,
)
def test_a_wrong_field_of_an_animation_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidOrder) as raised:
        read_animation({**ANIMATION, **change})
    assert raised.value.message.startswith(f"{field}: ")
    assert raised.value.fields == {"field": field}


def test_a_body_that_is_no_object_is_refused() -> None:
    for read in (read_generate_all, read_animation):
        with pytest.raises(InvalidOrder, match=r"^document: must be an object, not a list$"):
            read([])


def test_an_idempotency_key_is_what_a_header_can_carry() -> None:
    for key in ("a", "0b7c5d52-7a3e-4f0e-9a5c-0f1f1a1b1c1d", "~" * 255):
        assert read_idempotency_key(key) == key
    assert KEY_LIFETIME_SECONDS == 86_400


@pytest.mark.parametrize("key", ["", "a" * 256, "é", "a\n", "\0", "a\x7f"])
def test_another_idempotency_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^Idempotency-Key: ") as raised:
        read_idempotency_key(key)
    assert raised.value.fields == {"field": "Idempotency-Key"}


requests = st.tuples(
    st.sampled_from(["POST", "PUT"]), st.sampled_from(["/v1/a", "/v1/a?b", "/v1/b"]), st.binary(max_size=3)
)


@given(requests, requests)
def test_two_requests_have_one_fingerprint_exactly_when_they_are_the_same(
    one: tuple[str, str, bytes], other: tuple[str, str, bytes]
) -> None:
    assert (fingerprint_request(*one) == fingerprint_request(*other)) == (one == other)


def test_a_key_that_came_with_another_request_is_refused() -> None:
    first = fingerprint_request("post", "/v1/x", b"{}")
    check_replay(first, fingerprint_request("POST", "/v1/x", b"{}"))
    with pytest.raises(IdempotencyKeyReused, match="take a new key"):
        check_replay(first, fingerprint_request("POST", "/v1/x", b'{"dry_run": true}'))
