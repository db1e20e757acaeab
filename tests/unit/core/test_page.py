import base64
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.error import InvalidRequest
from poseloom.core.page import NUMBER_LIMIT, Cursor, Page, close_page, decode_cursor, encode_cursor, read_page

moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(6000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
names = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)


@given(st.integers(0, NUMBER_LIMIT - 1), names)
def test_a_cursor_comes_back_from_its_text(key: int, record_id: str) -> None:
    text = encode_cursor(Cursor(key=key, id=record_id))
    assert decode_cursor(text) == Cursor(key=key, id=record_id)
    assert text.replace("-", "").replace("_", "").isalnum()


@given(moments, names)
def test_a_moment_comes_back_from_its_place(moment: datetime, record_id: str) -> None:
    assert decode_cursor(encode_cursor(Cursor.at(moment, record_id))).moment == moment


def hide(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    "text",
    ["", "?", "é", "\ud800", "AAAA", "A", hide([1]), hide({"key": 1}), hide([1, 2]), hide(["1", "x"]), hide([1.5, "x"]),
     hide([-1, "x"]), hide([NUMBER_LIMIT, "x"]), hide([1, "\0"]), hide([1, "\ud800"]), hide([1, "x" * 2_000]),
     hide([10**700, "x"]), base64.b64encode(b"[" * 600).decode()],
)  # fmt: skip
def test_a_text_that_is_no_cursor_of_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^cursor: is not one of ours") as raised:
        decode_cursor(text)
    assert raised.value.fields == {"field": "cursor"}


@given(st.text(max_size=60))
def test_no_text_at_all_raises_anything_but_invalid_request(text: str) -> None:
    with suppress(InvalidRequest):
        decode_cursor(text)


def test_a_page_holds_fifty_unless_the_caller_says_otherwise() -> None:
    cursor = Cursor(key=7, id="x")
    assert read_page() == Page(limit=50, after=None)
    assert read_page("200", encode_cursor(cursor)) == Page(limit=200, after=cursor)
    assert read_page(1).limit == 1


@pytest.mark.parametrize(
    "limit", [0, 201, -1, True, "0", "201", "", "ten", "1.5", "٣", "9" * 5_000, 1.0, [], "+5", " 5"]
)
def test_another_limit_is_refused_by_name(limit: object) -> None:
    with pytest.raises(InvalidRequest, match=r"^limit: must be a whole number from 1 to 200, not ") as raised:
        read_page(limit)
    assert raised.value.fields == {"field": "limit"}


@given(st.integers(0, 30), st.integers(1, 12))
def test_pages_one_after_the_other_show_every_record_once(count: int, limit: int) -> None:
    records = list(range(count))
    seen: list[int] = []
    cursor: str | None = None
    for _ in range(count + 1):
        page = read_page(limit, cursor)
        begin = 0 if page.after is None else page.after.key + 1
        shown, cursor = close_page(records[begin : begin + limit + 1], page, lambda key: Cursor(key=key, id=str(key)))
        seen += shown
        if cursor is None:
            break
    assert seen == records
