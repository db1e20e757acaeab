from poseloom.core.price import CREDITS_PER_SECOND, price_canvas
from tests.unit.core.vector import Case, every_case, read_decimal


@every_case("price")
def test_the_price_is_the_one_that_the_vector_says(case: Case) -> None:
    rate = read_decimal(case["rate"]) if "rate" in case else CREDITS_PER_SECOND
    price = price_canvas(case["loops"], case["forwards"], read_decimal(case["duration_seconds"]), rate)
    assert price == read_decimal(case["credits"])
