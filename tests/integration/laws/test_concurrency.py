"""The laws of jobs and money while everybody calls at once, on both databases."""

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial

import pytest

from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.error import GeneratorFailed, InsufficientCredits
from poseloom.core.job import Job, JobState
from poseloom.core.ledger import find_violations, sum_balances
from poseloom.core.plan import Order
from poseloom.core.request import GenerateAll
from poseloom.store.sql.database import migrate, open_engine
from poseloom.usecases.generate import Generation
from poseloom.usecases.settle import claim_job, hand_back_job, note_frames
from tests.integration.laws.bench import Bench
from tests.integration.store.desk import run_at_once

CALLERS = 200
CREDITS = Fraction(100_000)
SECONDS = Fraction(4)
NODES = ("idle", "wave", "think", "sleep")
EDGES = (
    *(Edge(id=f"{name}-loop", source=name, target=name) for name in NODES),
    *(Edge(id=f"idle-{name}", source="idle", target=name) for name in NODES[1:]),
)
CANVAS = Canvas(name="Law", initial_node="idle", nodes=tuple(Node(id=name, name=name) for name in NODES), edges=EDGES)
PAID = len(EDGES)
PRICE = PAID * 5 * SECONDS
WORKERS = 12
ROUNDS = 12


@pytest.fixture
def open_bench(sql_url: str) -> Iterator[Callable[[Fraction], Bench]]:
    benches: list[Bench] = []

    def open_(credits_: Fraction) -> Bench:
        engine = open_engine(sql_url)
        migrate(engine)
        engine.dispose()
        benches.append(Bench(sql_url, CANVAS, credits_))
        return benches[-1]

    yield open_
    for bench in benches:
        bench.close()


def check_laws(bench: Bench) -> None:
    entries = bench.read_entries()
    assert list(find_violations(entries)) == []
    assert sum_balances(entries)[bench.account] == bench.read_balance()
    with bench.database.read() as unit:
        charged, returned = unit.ledger.sum_canvas(bench.canvas_id)
    granted = sum(entry.postings[1].credits for entry in entries if entry.key.startswith("grant:"))
    assert bench.read_balance() == granted - (charged - returned)


def test_however_many_ask_at_once_every_edge_is_queued_and_charged_once(
    open_bench: Callable[[Fraction], Bench],
) -> None:
    bench = open_bench(CREDITS)
    outcomes = run_at_once([partial(bench.generate, GenerateAll())] * CALLERS)
    answers = [outcome for outcome in outcomes if isinstance(outcome, Generation)]
    assert len(answers) == CALLERS
    queued = [edge_id for answer in answers for edge_id in answer.jobs]
    assert len(queued) == len(set(queued)) == PAID + len(NODES) - 1
    assert sum(answer.plan.total_credits for answer in answers) == PRICE
    assert bench.read_balance() == CREDITS - PRICE
    # A reverse waits for its forward.
    assert len(bench.queued) == len(set(bench.queued)) == PAID
    assert len(bench.read_canvas().canvas.edges) == PAID + len(NODES) - 1
    check_laws(bench)


def test_however_many_ask_at_once_no_more_is_spent_than_there_is(open_bench: Callable[[Fraction], Bench]) -> None:
    bench = open_bench(Fraction(70))
    orders = [GenerateAll(order=Order(edge_ids=frozenset({edge.id}), duration_seconds=SECONDS)) for edge in EDGES]
    outcomes = run_at_once([partial(bench.generate, order) for order in orders * 8])
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert {type(refusal) for refusal in refusals} == {InsufficientCredits}
    assert bench.read_balance() == 10
    check_laws(bench)


def test_a_job_is_settled_once_however_many_settle_it(open_bench: Callable[[Fraction], Bench]) -> None:
    bench = open_bench(CREDITS)
    job = bench.generate(GenerateAll()).jobs["idle-loop"]
    bench.claim(job.id)
    calls: list[Callable[[], object]] = [
        partial(bench.finish, job), partial(bench.fail, job.id), partial(bench.cancel, [job])
    ]  # fmt: skip
    outcomes = run_at_once(calls * 12)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sum(bool(outcome) for outcome in outcomes) == 1
    check_laws(bench)


def work(bench: Bench, seed: int) -> int:
    """Do what servers and workers do, in any order, without end; return how often."""
    dice = random.Random(seed)
    for _ in range(ROUNDS):
        live = list(bench.list_live())
        if not live or dice.random() < 0.3:
            bench.generate(GenerateAll(order=Order(skip_completed=False)))
            continue
        act(bench, dice.choice(live), dice)
    return ROUNDS


def act(bench: Bench, job: Job, dice: random.Random) -> None:
    match dice.randrange(6):
        case 0:
            bench.finish(job)
        case 1:
            bench.fail(job.id)
        case 2:
            bench.cancel([job])
        case 3:
            with bench.database.write() as unit:
                hand_back_job(unit, job, GeneratorFailed("down; try again"), bench.tools)
        case 4:
            with bench.database.write() as unit:
                note_frames(unit, job, 3, bench.tools)
        case _:
            with bench.database.write() as unit:
                claim_job(unit, job.id, bench.tools)


def test_nobody_waits_in_a_circle_while_jobs_are_queued_worked_on_and_ended(
    open_bench: Callable[[Fraction], Bench],
) -> None:
    bench = open_bench(CREDITS)
    outcomes = run_at_once([partial(work, bench, seed) for seed in range(WORKERS)])
    assert outcomes == [ROUNDS] * WORKERS
    edges = [job.edge_id for job in bench.list_live()]
    assert len(edges) == len(set(edges))
    assert all(job.state in {JobState.PENDING, JobState.PROCESSING} for job in bench.list_live())
    check_laws(bench)
