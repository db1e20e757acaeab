import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.byte_range import ByteRange, read_range

SIZE_BYTES = 1000


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-", 500, 1000),
        ("bytes=500-99999", 500, 1000),
        ("bytes=999-", 999, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-5000", 0, 1000),
        (" Bytes = 3-4 ", 3, 5),
    ],
)
def test_a_range_inside_the_file_is_read(header: str, start: int, end: int) -> None:
    span = read_range(header, SIZE_BYTES)
    assert span == ByteRange(start=start, end=end)
    assert not span.is_empty


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999-"])
def test_a_range_outside_of_the_file_is_empty(header: str) -> None:
    span = read_range(header, SIZE_BYTES)
    assert span is not None
    assert span.is_empty


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0x1-2", "bytes=1-2,5-6", "frames=0-1"],
)
def test_what_makes_no_sense_is_answered_with_the_whole_file(header: str) -> None:
    assert read_range(header, SIZE_BYTES) is None


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert read_range("bytes=٠-٥", SIZE_BYTES) is None


def test_no_range_of_an_empty_file_can_be_sent() -> None:
    assert all((span := read_range(f"bytes={words}", 0)) and span.is_empty for words in ("0-", "0-0", "-1"))


@given(st.text(max_size=30) | st.from_regex(r"bytes=[0-9]{0,5}-[0-9]{0,5}", fullmatch=True), st.integers(0, 99999))
def test_no_header_leads_out_of_the_file(header: str, size_bytes: int) -> None:
    span = read_range(header, size_bytes)
    assert span is None or span.is_empty or 0 <= span.start < span.end <= size_bytes


@given(st.integers(0, 999), st.integers(0, 2000))
def test_a_range_has_as_many_bytes_as_were_asked_for(start: int, length: int) -> None:
    span = read_range(f"bytes={start}-{start + length}", SIZE_BYTES)
    assert span == ByteRange(start=start, end=min(start + length + 1, SIZE_BYTES))
