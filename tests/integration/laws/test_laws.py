"""What holds whatever is called in whatever order: on a real database, over thousands of steps."""

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.error import BudgetExceeded, InsufficientCredits
from poseloom.core.job import Job, JobState
from poseloom.core.kind import Kind, classify
from poseloom.core.ledger import find_violations, sum_balances
from poseloom.core.plan import Order
from poseloom.core.progress import EdgeFacts, measure_progress
from poseloom.core.request import GenerateAll
from poseloom.store.sql.database import migrate, open_engine
from tests.integration.laws.bench import Bench

NODES = ("idle", "wave", "think")
EDGES = (
    Edge(id="idle-loop", source="idle", target="idle"),
    Edge(id="wave-loop", source="wave", target="wave"),
    Edge(id="think-loop", source="think", target="think"),
    Edge(id="idle-wave", source="idle", target="wave"),
    Edge(id="wave-idle", source="wave", target="idle"),
    Edge(id="idle-think", source="idle", target="think"),
    Edge(id="any-wave", source="*", target="wave"),
)
CANVAS = Canvas(name="Law", initial_node="idle", nodes=tuple(Node(id=name, name=name) for name in NODES), edges=EDGES)
CREDITS = Fraction(700)
SECONDS = st.integers(2, 20).map(lambda halves: Fraction(halves, 2))


class Laws(RuleBasedStateMachine):
    """A workspace, its canvas, and everything that can happen to its jobs."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="poseloom-law-")
        url = f"sqlite:///{Path(self._folder.name) / 'law.db'}"
        prepare(url)
        self.bench = Bench(url, CANVAS, CREDITS)
        self.live: list[Job] = []
        self.progress = Fraction(0)

    def teardown(self) -> None:
        self.bench.close()
        self._folder.cleanup()

    @rule(
        skip=st.booleans(), reverse=st.booleans(), seconds=st.none() | SECONDS,
        edges=st.none() | st.sets(st.sampled_from([edge.id for edge in EDGES])),
        limit=st.none() | st.integers(0, 300).map(Fraction), dry=st.booleans(),
    )  # fmt: skip
    def generate(
        self,
        *,
        skip: bool,
        reverse: bool,
        seconds: Fraction | None,
        edges: set[str] | None,
        limit: Fraction | None,
        dry: bool,
    ) -> None:
        order = Order(
            skip_completed=skip, duration_seconds=seconds, auto_reverse=reverse,
            edge_ids=None if edges is None else frozenset(edges),
        )  # fmt: skip
        before = self.bench.read_balance()
        busy = {job.edge_id for job in self.bench.list_live()}
        try:
            done = self.bench.generate(GenerateAll(order=order, max_credits=limit, dry_run=dry))
        except (InsufficientCredits, BudgetExceeded):
            assert self.bench.read_balance() == before
            assert {job.edge_id for job in self.bench.list_live()} == busy
            return
        assert not busy & done.jobs.keys()
        paid = sum((job.cost_credits for job in done.jobs.values()), Fraction(0))
        assert self.bench.read_balance() == before - paid == done.balance
        assert paid == (0 if dry else done.plan.total_credits)

    @rule()
    def retry(self) -> None:
        before = self.bench.read_balance()
        try:
            done = self.bench.retry()
        except InsufficientCredits:
            assert self.bench.read_balance() == before
            return
        assert self.bench.read_balance() == before - done.plan.total_credits

    @precondition(lambda self: self.bench.list_live())
    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(list(self.bench.list_live())))
        if job.forward_job_id is None or job.id in self.bench.queued:
            assert self.bench.claim(job.id)

    @precondition(lambda self: self.list_processing())
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.list_processing()))
        waiting = [other.id for other in self.bench.list_live() if other.forward_job_id == job.id]
        assert self.bench.finish(job)
        assert not self.bench.finish(job), "a job was settled twice"
        assert set(waiting) <= set(self.bench.queued)
        assert str(job.edge_id) in self.bench.list_clips()

    @precondition(lambda self: self.bench.list_live())
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(list(self.bench.list_live())))
        before = self.bench.read_balance()
        assert self.bench.fail(job.id)
        assert not self.bench.fail(job.id)
        assert self.bench.read_balance() == before + job.cost_credits

    @precondition(lambda self: self.bench.list_live())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        jobs = data.draw(st.lists(st.sampled_from(list(self.bench.list_live())), min_size=1))
        before = self.bench.read_balance()
        cancelled = self.bench.cancel(jobs)
        assert self.bench.cancel(jobs) == []
        assert {job.id for job in jobs} <= {job.id for job in cancelled}
        assert self.bench.read_balance() == before + sum(job.cost_credits for job in cancelled)

    def list_processing(self) -> list[Job]:
        return [job for job in self.bench.list_live() if job.state is JobState.PROCESSING]

    @invariant()
    def no_law_of_the_ledger_is_broken(self) -> None:
        entries = self.bench.read_entries()
        assert list(find_violations(entries)) == []
        assert sum_balances(entries)[self.bench.account] == self.bench.read_balance()

    @invariant()
    def no_edge_has_two_jobs_under_way_and_no_any_state_edge_has_one(self) -> None:
        edges = [job.edge_id for job in self.bench.list_live()]
        assert len(edges) == len(set(edges))
        assert "any-wave" not in edges

    @invariant()
    def what_is_paid_is_what_the_live_and_finished_jobs_cost(self) -> None:
        with self.bench.database.read() as unit:
            charged, returned = unit.ledger.sum_canvas(self.bench.canvas_id)
        assert CREDITS - self.bench.read_balance() == charged - returned

    @invariant()
    def every_edge_is_completed_pending_or_failed_and_ready_means_all(self) -> None:
        clips, last = self.bench.list_clips(), self.bench.list_last()
        canvas = self.bench.read_canvas().canvas
        kinds = classify(canvas).kinds
        facts = [
            EdgeFacts(
                has_clip=edge.id in clips,
                is_under_way=edge.id in last and not last[edge.id].state.is_final,
                last_job_failed=edge.id in last and last[edge.id].state is JobState.FAILED,
            )
            for edge in canvas.edges
            if kinds[edge.id] is not Kind.ANY_STATE
        ]
        progress = measure_progress(facts)
        assert progress.total_edges == len(facts)
        assert progress.is_ready == (progress.fraction == 1.0)


def prepare(url: str) -> None:
    """Make the tables of a database."""
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def test_the_laws_hold_whatever_happens_in_whatever_order(request: pytest.FixtureRequest) -> None:
    steps: int = request.config.getoption("--law-steps")
    run_state_machine_as_test(
        Laws,
        settings=settings(
            max_examples=max(1, steps // 50), stateful_step_count=50, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
