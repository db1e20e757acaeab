from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.answer import QueuedClip, Receipt, write_answer
from poseloom.core.budget import check_budget
from poseloom.core.document import parse_canvas
from poseloom.core.error import (
    BudgetExceeded,
    GeneratorFailed,
    GeneratorRefused,
    InvalidImage,
    QuoteChanged,
    QuoteExpired,
    RateLimited,
    StorageFailed,
    SubmitUnknown,
)
from poseloom.core.job import JobError, JobState
from poseloom.core.kind import Kind
from poseloom.core.plan import Order, Plan, make_plan
from poseloom.core.progress import EdgeFacts
from poseloom.core.quote import (
    QUOTE_SECONDS,
    Quote,
    check_quote,
    expire_quote,
    find_quote,
    fingerprint_order,
    fingerprint_plan,
)
from poseloom.core.rate_limit import Allowance, RateLimits, Tally, count_call, measure_allowance
from poseloom.core.retry import ATTEMPTS_LIMIT, choose_pause, may_retry
from poseloom.core.status import EdgeState, Rendered, estimate_seconds, measure_pace, write_status

DONE, UNDER_WAY, FAILED = (
    EdgeFacts(has_clip=True),
    EdgeFacts(is_under_way=True),
    EdgeFacts(last_job_failed=True),
)


def draw_edge(
    facts: EdgeFacts,
    *,
    kind: Kind = Kind.LOOP,
    error: JobError | None = None,
    frames: tuple[int, int] = (0, 0),
    seconds: int = 4,
) -> EdgeState:
    return EdgeState(
        edge_id="x",
        kind=kind,
        source="a",
        target="a",
        duration_seconds=Fraction(seconds),
        facts=facts,
        job_id="job_1",
        error=error,
        frames_done=frames[0],
        frames_total=frames[1],
    )


def tell(edges: list[EdgeState]) -> dict[str, object]:
    return write_status("cnv_1", edges, charged=Fraction(40), refunded=Fraction(15, 2), eta_seconds=9)


def test_a_status_begins_with_the_seven_fields_that_every_client_reads() -> None:
    edges = [draw_edge(DONE)] * 10 + [draw_edge(UNDER_WAY)] * 3 + [draw_edge(FAILED)]
    document = tell(edges)
    assert list(document.items())[:7] == [
        ("canvas_id", "cnv_1"),
        ("total_edges", 14),
        ("completed", 10),
        ("pending", 3),
        ("failed", 1),
        ("ready", False),
        ("progress", 0.71),
    ]
    assert document["credits"] == {"charged": 40, "refunded": 7.5, "spent": 32.5}
    assert document["eta_seconds"] == 9


def test_any_state_edges_are_not_told() -> None:
    document = tell([draw_edge(DONE), draw_edge(EdgeFacts(), kind=Kind.ANY_STATE)])
    assert (document["total_edges"], document["ready"], document["progress"]) == (1, True, 1.0)
    assert isinstance(document["edges"], list)
    assert len(document["edges"]) == 1


def test_an_empty_canvas_is_not_ready() -> None:
    document = write_status("cnv_1", [], charged=Fraction(0), refunded=Fraction(0), eta_seconds=0)
    assert (document["total_edges"], document["ready"], document["progress"], document["edges"]) == (0, False, 0.0, [])


def test_an_edge_tells_its_job_and_why_it_failed() -> None:
    error = JobError(code="seam_broken", message="it jumps", retryable=False)
    document = tell([draw_edge(FAILED, error=error, frames=(5, 96))])
    assert document["edges"] == [
        {
            "edge_id": "x",
            "kind": "loop",
            "source": "a",
            "target": "a",
            "status": "failed",
            "job_id": "job_1",
            "error": {"code": "seam_broken", "message": "it jumps", "retryable": False},
            "frames_done": None,
            "frames_total": None,
            "confidence": None,
        }
    ]


@pytest.mark.parametrize(
    ("facts", "frames", "told"),
    [(UNDER_WAY, (5, 96), (5, 96)), (UNDER_WAY, (0, 0), (None, None)), (DONE, (96, 96), (None, None))],
)
def test_frames_are_told_while_they_are_drawn(
    facts: EdgeFacts, frames: tuple[int, int], told: tuple[int | None, int | None]
) -> None:
    edges = tell([draw_edge(facts, frames=frames)])["edges"]
    assert isinstance(edges, list)
    assert (edges[0]["frames_done"], edges[0]["frames_total"]) == told
    assert edges[0]["error"] is None


def test_nothing_remains_of_a_clip_that_nobody_makes() -> None:
    edges = [draw_edge(facts, frames=(24, 96)) for facts in (DONE, FAILED, UNDER_WAY)]
    assert [edge.remaining_seconds for edge in edges] == [0, 0, 3]


def test_a_pace_is_the_mean_over_the_video_that_was_made() -> None:
    clips = [
        Rendered(duration_seconds=Fraction(4), wall_seconds=10),
        Rendered(duration_seconds=Fraction(1), wall_seconds=5),
    ]
    assert measure_pace(clips) == 3
    assert measure_pace([]) is None


@pytest.mark.parametrize(
    ("edges", "pace", "width", "seconds"),
    [
        ([], None, 2, 0),
        ([draw_edge(DONE), draw_edge(FAILED)], 3.0, 2, 0),
        ([draw_edge(UNDER_WAY)], None, 2, None),
        ([draw_edge(UNDER_WAY)], 3.0, 1, 12),
        ([draw_edge(UNDER_WAY)], 3.0, 8, 12),
        ([draw_edge(UNDER_WAY)] * 4, 3.0, 2, 24),
        ([draw_edge(UNDER_WAY)] * 3, 3.0, 2, 18),
        ([draw_edge(UNDER_WAY, frames=(24, 96))], 3.0, 1, 9),
        ([draw_edge(UNDER_WAY, frames=(99, 96))], 3.0, 1, 0),
        ([draw_edge(UNDER_WAY, seconds=10), draw_edge(UNDER_WAY, seconds=1)], 1.0, 2, 10),
        ([draw_edge(UNDER_WAY, seconds=1)], 0.1, 1, 1),
    ],
)
def test_an_estimate_is_what_is_left_at_the_pace_so_far(
    edges: list[EdgeState], pace: float | None, width: int, seconds: int | None
) -> None:
    assert estimate_seconds(edges, pace, width) == seconds


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True))
def test_a_pause_grows_to_two_minutes_and_is_never_under_its_half(attempt: int, chance: float) -> None:
    whole = min(2 * 2 ** (attempt - 1), 120)
    assert whole / 2 <= choose_pause(attempt, chance) <= whole


def test_pauses_grow() -> None:
    assert [choose_pause(attempt, 0.0) * 2 for attempt in range(1, 10)] == [2, 4, 8, 16, 32, 64, 120, 120, 120]


@pytest.mark.parametrize(
    ("error", "attempts", "again"),
    [
        (GeneratorFailed("down"), 1, True),
        (StorageFailed("full"), ATTEMPTS_LIMIT - 1, True),
        (GeneratorFailed("down"), ATTEMPTS_LIMIT, False),
        (GeneratorRefused("content policy"), 1, False),
        (InvalidImage("no picture"), 1, False),
        (SubmitUnknown("who knows"), 1, False),
        (JobError(code="unavailable", message="down", retryable=True), 1, True),
    ],
)
def test_only_what_may_pass_is_tried_again_and_five_times_at_most(
    error: GeneratorFailed | JobError, attempts: int, again: bool
) -> None:
    assert may_retry(error, attempts) is again


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CANVAS = parse_canvas(
    {
        "id": "cnv_1",
        "nodes": [{"id": "a", "assetId": "pa"}, {"id": "b", "assetId": "pb"}],
        "edges": [{"id": "l", "source": "a", "target": "a"}, {"id": "x", "source": "a", "target": "b"}],
    }
)
ORDER_PRINT = fingerprint_order("local", None)


def plan_canvas(order: Order, clips: frozenset[str] = frozenset()) -> Plan:
    return make_plan(CANVAS, order, clips=clips)


def give_quote(plan: Plan) -> Quote:
    return Quote(
        id="quo_1",
        canvas_id="cnv_1",
        rate=Fraction(5),
        total_credits=plan.total_credits,
        plan_fingerprint=fingerprint_plan(plan),
        order_fingerprint=ORDER_PRINT,
        expires_at=expire_quote(NOW),
    )


def test_a_quote_holds_for_a_quarter_of_an_hour() -> None:
    quote = give_quote(plan_canvas(Order()))
    last = NOW + timedelta(seconds=QUOTE_SECONDS - 1)
    assert QUOTE_SECONDS == 900
    assert find_quote(quote, canvas_id="cnv_1", now=last) is quote
    with pytest.raises(QuoteExpired, match="ask again with dry_run") as raised:
        find_quote(quote, canvas_id="cnv_1", now=last + timedelta(seconds=1))
    assert raised.value.fields == {"field": "quote_id"}


def test_a_quote_that_is_unknown_or_of_another_canvas_holds_nothing() -> None:
    for quote, canvas_id in ((None, "cnv_1"), (give_quote(plan_canvas(Order())), "cnv_2")):
        with pytest.raises(QuoteExpired):
            find_quote(quote, canvas_id=canvas_id, now=NOW)


def test_the_same_order_has_the_quoted_price() -> None:
    check_quote(give_quote(plan_canvas(Order())), plan_canvas(Order()), ORDER_PRINT)


@pytest.mark.parametrize(
    ("order", "clips"),
    [
        (Order(duration_seconds=Fraction(3)), frozenset[str]()),
        (Order(edge_ids=frozenset({"x"})), frozenset[str]()),
        (Order(auto_reverse=False), frozenset[str]()),
        (Order(rate=Fraction(6)), frozenset[str]()),
        (Order(), frozenset({"l"})),
    ],
)
def test_other_work_than_was_quoted_is_refused(order: Order, clips: frozenset[str]) -> None:
    plan = plan_canvas(order, clips)
    with pytest.raises(QuoteChanged) as raised:
        check_quote(give_quote(plan_canvas(Order())), plan, ORDER_PRINT)
    assert raised.value.fields == {"field": "quote_id", "quoted": 40, "required": plan.total_credits}


@pytest.mark.parametrize(("generator", "seed"), [("fal", None), ("local", 1)])
def test_another_generator_or_seed_than_was_quoted_is_refused(generator: str, seed: int | None) -> None:
    plan = plan_canvas(Order())
    with pytest.raises(QuoteChanged):
        check_quote(give_quote(plan), plan, fingerprint_order(generator, seed))


def test_the_service_says_more_than_the_command_line() -> None:
    plan = plan_canvas(Order())
    clip = QueuedClip(job_id="job_1", edge_id="l", status=JobState.PENDING, urls={"webm": "https://h/l.webm"})
    receipt = Receipt(balance=Fraction(5, 2), status_url="/v1/status", queued=[clip])
    answer = write_answer(plan, dry_run=False, receipt=receipt)
    more = {name: answer[name] for name in answer if name not in write_answer(plan, dry_run=False)}
    assert more == {
        "balance": 2.5,
        "jobs": [{"id": "job_1", "edge_id": "l", "status": "pending", "urls": {"webm": "https://h/l.webm"}}],
        "status_url": "/v1/status",
        "quote_id": None,
        "quote_expires_at": None,
    }
    assert isinstance(answer["edges"], list)
    assert [line["job_id"] for line in answer["edges"]] == ["job_1", None, None]


def test_a_dry_run_answers_with_a_quote() -> None:
    plan = plan_canvas(Order())
    receipt = Receipt(balance=Fraction(90), status_url="/v1/status", quote=give_quote(plan))
    answer = write_answer(plan, dry_run=True, receipt=receipt)
    assert (answer["quote_id"], answer["quote_expires_at"]) == ("quo_1", "2026-11-23T12:15:00+00:00")
    assert (answer["jobs"], answer["queued"], answer["balance"]) == ([], 0, 90)


def test_a_caller_spends_no_more_than_it_allows() -> None:
    check_budget(Fraction(140), None)
    check_budget(Fraction(140), Fraction(140))
    with pytest.raises(BudgetExceeded, match=r"^max_credits: 140 credits are needed and 139\.5 are allowed") as raised:
        check_budget(Fraction(140), Fraction(279, 2))
    assert raised.value.fields == {"required": 140, "max_credits": 139.5}


LIMITS = RateLimits(per_minute=3, per_hour=5)


def call(times: list[float], limits: RateLimits = LIMITS) -> tuple[Tally, list[float]]:
    """Call at these times; return the tally and the times that were refused."""
    tally, refused = Tally(), list[float]()
    for time in times:
        try:
            tally = count_call(tally, limits, time)
        except RateLimited:
            refused.append(time)
    return tally, refused


def test_the_call_after_the_last_of_a_minute_is_told_when_to_come_again() -> None:
    tally, refused = call([0.0, 10.0, 20.0])
    assert refused == []
    with pytest.raises(RateLimited, match="3 calls a minute and 5 an hour") as raised:
        count_call(tally, LIMITS, 20.5)
    assert raised.value.fields == {"retry_after_seconds": 40}
    assert count_call(tally, LIMITS, 60.0).minute_count == 1


def test_an_hour_has_its_own_limit() -> None:
    tally, refused = call([0.0, 1.0, 2.0, 60.0, 61.0])
    assert refused == []
    with pytest.raises(RateLimited) as raised:
        count_call(tally, LIMITS, 120.0)
    assert raised.value.fields == {"retry_after_seconds": 3_480}
    assert count_call(tally, LIMITS, 3_600.0).hour_count == 1


def test_what_is_left_is_that_of_the_tighter_window() -> None:
    assert measure_allowance(Tally(), LIMITS, 0.0) == Allowance(remaining=3, reset_at=60)
    assert measure_allowance(call([0.0, 1.0])[0], LIMITS, 2.0) == Allowance(remaining=1, reset_at=60)
    assert measure_allowance(call([0.0, 1.0, 2.0, 60.0])[0], LIMITS, 61.0) == Allowance(remaining=1, reset_at=3_600)
    assert measure_allowance(call([0.0, 1.0, 2.0])[0], RateLimits(per_minute=3, per_hour=3), 3.0).reset_at == 3_600


def test_a_refused_call_does_not_count() -> None:
    tally, refused = call([0.0] * 9)
    assert (refused, tally.minute_count) == ([0.0] * 6, 3)


def test_limits_that_were_lowered_leave_nothing_rather_than_less() -> None:
    tally, _ = call([0.0, 1.0, 2.0])
    assert measure_allowance(tally, RateLimits(per_minute=1, per_hour=5), 3.0).remaining == 0


@given(st.lists(st.floats(0, 10_000), max_size=40))
def test_no_minute_and_no_hour_has_more_calls_than_are_allowed(times: list[float]) -> None:
    tally = Tally()
    counted: list[float] = []
    for time in sorted(times):
        try:
            tally = count_call(tally, LIMITS, time)
        except RateLimited as error:
            wait_seconds = error.fields["retry_after_seconds"]
            assert isinstance(wait_seconds, int)
            count_call(tally, LIMITS, ceil(time) + wait_seconds)
        else:
            counted.append(time)
    for seconds, limit in ((60, 3), (3_600, 5)):
        windows = [int(time // seconds) for time in counted]
        assert all(windows.count(window) <= limit for window in windows)
