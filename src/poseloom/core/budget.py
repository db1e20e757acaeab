"""The most that a caller wants to spend (spec/service.md)."""

from fractions import Fraction

from poseloom.core.error import BudgetExceeded
from poseloom.core.field import plain_number


def check_budget(total: Fraction, max_credits: Fraction | None) -> None:
    """Refuse an order that costs more than its caller allows.

    Raises:
        BudgetExceeded: `required` and `max_credits` say by how much.
    """
    if max_credits is not None and total > max_credits:
        required, allowed = plain_number(total), plain_number(max_credits)
        raise BudgetExceeded(
            f"max_credits: {required} credits are needed and {allowed} are allowed; allow more, or name fewer edges",
            required=required,
            max_credits=allowed,
        )
