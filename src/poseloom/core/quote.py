"""Quotes: what a dry run said an order costs holds for a while (spec/service.md)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from poseloom.core.error import QuoteChanged, QuoteExpired
from poseloom.core.field import plain_number
from poseloom.core.plan import Plan

QUOTE_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What was said.

    Attributes:
        rate: Credits per second that were reckoned with; they hold though the generator's may change.
        total_credits: The price.
        plan_fingerprint: What was to be made (`fingerprint_plan`).
        order_fingerprint: What a plan does not show (`fingerprint_order`).
    """

    id: str
    canvas_id: str
    rate: Fraction
    total_credits: Fraction
    plan_fingerprint: str
    order_fingerprint: str
    expires_at: datetime


def expire_quote(now: datetime) -> datetime:
    """Return until when a quote that is given now holds."""
    return now + timedelta(seconds=QUOTE_SECONDS)


def fingerprint_plan(plan: Plan) -> str:
    """Return what tells one piece of work from another: which clips are made, how, how long, at which price."""
    made = [
        (line.edge_id, line.action.value, str(line.duration_seconds), str(line.credits)) for line in plan.list_made()
    ]
    return hashlib.sha256(json.dumps(made).encode()).hexdigest()


def fingerprint_order(generator: str, seed: int | None) -> str:
    """Return what tells one way of making clips from another."""
    return hashlib.sha256(json.dumps([generator, seed]).encode()).hexdigest()


def find_quote(quote: Quote | None, *, canvas_id: str, now: datetime) -> Quote:
    """Return a quote that holds; its rate is the one to plan with.

    Args:
        quote: The one that was asked for; None when there is none.
        canvas_id: The canvas that the order is for.
        now: The moment of the order.

    Raises:
        QuoteExpired: There is none, it is another canvas', or it is too old.
    """
    if quote is None or quote.canvas_id != canvas_id or now >= quote.expires_at:
        raise QuoteExpired(
            f"quote_id: no such quote of this canvas holds; ask again with dry_run, quotes hold for {QUOTE_SECONDS} s",
            field="quote_id",
        )
    return quote


def check_quote(quote: Quote, plan: Plan, order_fingerprint: str) -> None:
    """Refuse an order that asks for other work than was quoted.

    Args:
        quote: The quote, as `find_quote` returned it.
        plan: What the order would do, planned with the quote's rate.
        order_fingerprint: Of this order.

    Raises:
        QuoteChanged: `quoted` and `required` say what the one and the other cost.
    """
    if (quote.plan_fingerprint, quote.order_fingerprint) != (fingerprint_plan(plan), order_fingerprint):
        quoted, required = plain_number(quote.total_credits), plain_number(plan.total_credits)
        raise QuoteChanged(
            f"quote_id: other work was quoted ({quoted} credits) than is ordered now ({required}); ask again with "
            "dry_run and the same options",
            field="quote_id",
            quoted=quoted,
            required=required,
        )
