import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.media.bit import BitReader, BitstreamError, BitWriter, escape, find_stop_bit, unescape

ZERO_RICH_BYTES = st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=60).map(bytes)
FIELDS = st.lists(st.integers(1, 40).flatmap(lambda count: st.tuples(st.integers(0, (1 << count) - 1), st.just(count))))


@given(FIELDS)
def test_fields_read_as_they_were_written(fields: list[tuple[int, int]]) -> None:
    writer = BitWriter()
    for value, count in fields:
        writer.write(value, count)
    writer.align()
    reader = BitReader(writer.to_bytes())
    assert [reader.read(count) for _, count in fields] == [value for value, _ in fields]


@given(st.lists(st.integers(0, 2**32 - 2)))
def test_unsigned_exp_golomb_numbers_read_as_they_were_written(numbers: list[int]) -> None:
    writer = BitWriter()
    for number in numbers:
        writer.write_unsigned(number)
    writer.align()
    reader = BitReader(writer.to_bytes())
    assert [reader.read_unsigned() for _ in numbers] == numbers


@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1)))
def test_signed_exp_golomb_numbers_read_as_they_were_written(numbers: list[int]) -> None:
    writer = BitWriter()
    for number in numbers:
        writer.write_signed(number)
    writer.align()
    reader = BitReader(writer.to_bytes())
    assert [reader.read_signed() for _ in numbers] == numbers


@pytest.mark.parametrize(("number", "bits"), [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (6, "00111")])
def test_unsigned_codes_are_those_of_the_standard(number: int, bits: str) -> None:
    writer = BitWriter()
    writer.write_unsigned(number)
    assert writer.length == len(bits)
    writer.write(0, -writer.length % 8)
    assert writer.to_bytes() == int(bits.ljust(8, "0"), 2).to_bytes(1, "big")


@given(st.one_of(st.binary(), ZERO_RICH_BYTES))
def test_an_escaped_payload_comes_back_and_holds_no_start_code(payload: bytes) -> None:
    escaped = escape(payload)
    assert unescape(escaped) == payload
    assert not any(code in escaped for code in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))


@given(st.integers(0, 7), st.binary(max_size=4))
def test_the_stop_bit_is_found_behind_any_payload(spare: int, payload: bytes) -> None:
    writer = BitWriter()
    for byte in payload:
        writer.write(byte, 8)
    writer.write(0, spare)
    end = writer.length
    writer.align()
    assert find_stop_bit(writer.to_bytes() + bytes(3)) == end


def test_reading_past_the_end_says_where() -> None:
    reader = BitReader(b"\xff")
    reader.read(6)
    with pytest.raises(BitstreamError, match="3 bits asked for at bit 6 of 8"):
        reader.read(3)


def test_an_endless_exp_golomb_code_is_refused() -> None:
    with pytest.raises(BitstreamError, match="over 32 zeros"):
        BitReader(bytes(100)).read_unsigned()


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BitstreamError, match="8 does not fit into 3 bits"):
        BitWriter().write(8, 3)


def test_a_payload_of_zeros_has_no_stop_bit() -> None:
    with pytest.raises(BitstreamError, match="no end"):
        find_stop_bit(bytes(5))
