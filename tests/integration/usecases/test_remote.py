"""Clips whose frames a service elsewhere draws: whatever it does, and whenever we die."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from poseloom.core.asset import AssetKind
from poseloom.core.canvas import Edge
from poseloom.core.error import GeneratorFailed, InvalidOrder, SeamBroken, StorageFailed
from poseloom.core.job import JobState, Submission
from poseloom.core.patience import OUTAGE_MAX_SECONDS, POLL_MAX_SECONDS
from poseloom.core.plan import Order
from poseloom.core.retry import ATTEMPTS_LIMIT
from poseloom.media.master import read_master
from poseloom.ports.generator import RemoteOrder, Ticket
from poseloom.ports.maker import ClipMaker
from poseloom.ports.runner import Again, Done, Lane
from poseloom.testing.maker import FailingMaker
from poseloom.testing.vendor import FakeVendor, Manner, VendorClient
from tests.integration.usecases.bench import CREDITS, LOOP, WAVE, Bench

PRICE = Fraction(10)
"""One second of the vendor's rate."""
WIDE = 300
OpenBench = Callable[..., Bench]


class DyingClient(VendorClient):
    """A client whose process dies while it sends: the vendor has the order, nobody here has its ticket."""

    dies, arrives = True, True

    def submit(self, order: RemoteOrder, tag: str) -> Ticket:
        if self.arrives or not self.dies:
            ticket = super().submit(order, tag)
        if self.dies:
            raise KeyboardInterrupt
        return ticket


class LosingClient(DyingClient):
    """A client whose process dies before the vendor has the order."""

    arrives = False


class BreakingClient(VendorClient):
    """A client with a defect."""

    def fetch(self, ticket_id: str, order: RemoteOrder, target: Path) -> None:
        del order, target
        raise KeyError(ticket_id)


@pytest.fixture
def open_bench(tmp_path: Path) -> Iterator[OpenBench]:
    """Return what puts a bench around a vendor."""
    with ExitStack() as stack:

        def open_(
            vendor: FakeVendor,
            client: type[VendorClient] = VendorClient,
            *,
            edges: tuple[Edge, ...] = (WAVE,),
            maker: ClipMaker | None = None,
        ) -> Bench:
            stack.enter_context(vendor)
            generator = stack.enter_context(client(vendor.url, vendor.capabilities))
            bench = Bench(tmp_path, vendor, generator, edges=edges, maker=maker)
            stack.callback(bench.close)
            return bench

        yield open_


def die_while_sending(bench: Bench, job_id: str) -> None:
    """Let a process die between the intent and the ticket; the next one lives."""
    with pytest.raises(KeyboardInterrupt):
        bench.advance(job_id)
    assert isinstance(bench.generator, DyingClient)
    bench.generator.dies = False
    assert bench.read(job_id).submission is Submission.INTENDED


def outage(bench: Bench, down: int) -> None:
    """Let the vendor answer none of the next questions."""
    bench.vendor.behave(Manner(down=down))


def test_clips_drawn_elsewhere_serve_their_edges_and_their_reverse_is_made_here(open_bench: OpenBench) -> None:
    vendor = FakeVendor(manner=Manner(polls=3))
    bench = open_bench(vendor, edges=(LOOP, WAVE))
    bench.generate()
    reverse_id = next(edge_id for edge_id, job in bench.read_last().items() if job.forward_job_id is not None)
    assert bench.carry_all() == [Lane.REMOTE, Lane.REMOTE, Lane.RENDER]
    assert bench.read_clips() == {"idle-loop", "idle-wave", reverse_id}
    assert bench.read_balance() == CREDITS - 2 * PRICE
    assert vendor.submits == 2
    assert {job.attempts for job in bench.read_last().values()} == {1}


def test_the_reverse_plays_the_very_frames_that_came_from_elsewhere(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor())
    job_id = bench.order_wave()
    bench.carry_all()
    drawn = list(read_master(bench.fetch_output(job_id, AssetKind.FRAMES)))
    assert len(drawn) == 8
    task = bench.inline.tasks[-1]
    assert task.is_reversed
    assert str(task.manner) == "wave"
    assert task.frames is not None
    backwards = list(read_master(task.frames, reverse=True))
    assert all(np.array_equal(one, other) for one, other in zip(drawn, reversed(backwards), strict=True))


def test_nothing_is_left_of_fetched_frames(open_bench: OpenBench, tmp_path: Path) -> None:
    bench = open_bench(FakeVendor())
    bench.carry(bench.order_wave())
    assert list(tmp_path.glob("*.drawn.mkv")) == []


def test_an_order_is_asked_after_in_short_growing_pauses(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor(manner=Manner(polls=40)))
    job_id, pauses = bench.order_wave(), []
    while isinstance(step := bench.advance(job_id), Again):
        pauses.append(step.after_seconds)
        bench.tools.pass_time(seconds=step.after_seconds + 5)
    assert pauses == sorted(pauses)
    assert pauses[0] < 1
    assert pauses[-1] == POLL_MAX_SECONDS


def test_an_order_whose_sender_died_is_never_sent_again(open_bench: OpenBench) -> None:
    vendor = FakeVendor()
    bench = open_bench(vendor, DyingClient)
    job_id = bench.order_wave()
    die_while_sending(bench, job_id)
    bench.carry(job_id)
    job = bench.read(job_id)
    assert job.error is not None
    assert (job.state, job.error.code, job.error.retryable) == (JobState.FAILED, "submit_unknown", False)
    assert bench.advance(job_id) == Done()
    assert vendor.submits == 1
    assert bench.read_balance() == CREDITS


def test_an_order_whose_sender_died_is_found_by_its_tag(open_bench: OpenBench) -> None:
    vendor = FakeVendor(finds_orders=True)
    bench = open_bench(vendor, DyingClient)
    job_id = bench.order_wave()
    die_while_sending(bench, job_id)
    bench.carry(job_id)
    assert bench.read(job_id).state is JobState.COMPLETED
    assert vendor.submits == 1


def test_an_order_that_is_not_found_by_its_tag_is_not_sent_again_either(open_bench: OpenBench) -> None:
    vendor = FakeVendor(finds_orders=True)
    bench = open_bench(vendor, LosingClient)
    job_id = bench.order_wave()
    die_while_sending(bench, job_id)
    bench.carry(job_id)
    assert bench.read(job_id).state is JobState.FAILED
    assert vendor.orders == ()


@pytest.mark.parametrize("client", [DyingClient, LosingClient])
def test_under_an_idempotency_key_the_same_order_is_asked_for_again(
    open_bench: OpenBench, client: type[DyingClient]
) -> None:
    vendor = FakeVendor(takes_key=True)
    bench = open_bench(vendor, client)
    job_id = bench.order_wave()
    die_while_sending(bench, job_id)
    bench.carry(job_id)
    assert bench.read(job_id).state is JobState.COMPLETED
    assert len(vendor.orders) == 1


@pytest.mark.parametrize(("finds_orders", "state"), [(False, JobState.FAILED), (True, JobState.COMPLETED)])
def test_an_order_whose_answer_was_lost_is_looked_for_and_not_sent_again(
    open_bench: OpenBench, finds_orders: bool, state: JobState
) -> None:
    vendor = FakeVendor(finds_orders=finds_orders, manner=Manner(silent=1))
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    bench.carry(job_id)
    assert bench.read(job_id).state is state
    assert vendor.submits == 1
    assert bench.read_balance() == CREDITS - (PRICE if finds_orders else 0)


@pytest.mark.parametrize("manner", [Manner(refusal="no mascots here"), Manner(late_refusal="no mascots here")])
def test_a_refusal_fails_forward_and_reverse_at_once_and_costs_nothing(open_bench: OpenBench, manner: Manner) -> None:
    vendor = FakeVendor(manner=manner)
    bench = open_bench(vendor)
    bench.carry(bench.order_wave())
    last = bench.read_last()
    errors = {job.type.value: job.error.code for job in last.values() if job.error is not None}
    assert errors == {"animation": "generator_refused", "reverse": "forward_failed"}
    assert {job.state for job in last.values()} == {JobState.FAILED}
    assert vendor.submits == 1
    assert bench.read_balance() == CREDITS


def test_a_service_that_is_busy_is_tried_again(open_bench: OpenBench) -> None:
    vendor = FakeVendor(manner=Manner(busy=ATTEMPTS_LIMIT - 1))
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    assert isinstance(bench.advance(job_id), Again)
    assert bench.read(job_id).state is JobState.PENDING
    bench.carry(job_id)
    assert bench.read(job_id).state is JobState.COMPLETED
    assert len(vendor.orders) == 1


def test_a_service_that_stays_busy_fails_the_job(open_bench: OpenBench) -> None:
    vendor = FakeVendor(manner=Manner(busy=99))
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    bench.carry(job_id)
    assert bench.read(job_id).state is JobState.FAILED
    assert vendor.submits == ATTEMPTS_LIMIT
    assert bench.read_balance() == CREDITS


def test_a_service_that_gave_an_order_up_gets_another_one(open_bench: OpenBench) -> None:
    vendor = FakeVendor(takes_key=True, manner=Manner(dropped=1))
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    bench.carry(job_id)
    assert bench.read(job_id).state is JobState.COMPLETED
    assert len(vendor.orders) == 2


def test_a_service_that_is_down_for_hours_costs_no_clip(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor())
    job_id = bench.order_wave()
    bench.advance(job_id)
    pauses = []
    outage(bench, down=60)
    while isinstance(step := bench.advance(job_id), Again):
        pauses.append(step.after_seconds)
        bench.tools.pass_time(seconds=step.after_seconds)
    assert sum(pauses) > 3600
    assert OUTAGE_MAX_SECONDS / 2 <= max(pauses) <= OUTAGE_MAX_SECONDS
    job = bench.read(job_id)
    assert (job.state, job.attempts, job.error) == (JobState.COMPLETED, 1, None)


def test_an_outage_is_told_once_and_forgotten_when_it_is_over(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor(manner=Manner(polls=5)))
    job_id = bench.order_wave()
    bench.advance(job_id)
    outage(bench, down=2)
    bench.advance(job_id)
    error, at = bench.read(job_id).error, bench.read(job_id).updated_at
    assert error is not None
    assert error.code == "generator_failed"
    bench.advance(job_id)
    assert bench.read(job_id).updated_at == at
    bench.advance(job_id)
    assert bench.read(job_id).error is None


def test_after_a_day_nobody_waits_any_more(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor(manner=Manner(polls=9)))
    job_id = bench.order_wave()
    bench.advance(job_id)
    bench.tools.pass_time(hours=25)
    assert bench.advance(job_id) == Done()
    assert bench.read(job_id).state is JobState.FAILED
    assert bench.vendor.cancelled == bench.vendor.orders
    assert bench.read_balance() == CREDITS


def test_a_service_that_is_down_for_more_than_a_day_fails_the_job(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor())
    job_id = bench.order_wave()
    bench.advance(job_id)
    outage(bench, down=9)
    bench.advance(job_id)
    bench.tools.pass_time(hours=25)
    assert bench.advance(job_id) == Done()
    assert bench.read(job_id).state is JobState.FAILED


def test_an_order_that_the_service_forgot_is_not_sent_again(open_bench: OpenBench) -> None:
    vendor = FakeVendor()
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    bench.advance(job_id)
    vendor.behave(Manner(forgets=True))
    bench.carry(job_id)
    error = bench.read(job_id).error
    assert error is not None
    assert error.code == "submit_unknown"
    assert vendor.submits == 1
    assert bench.read_balance() == CREDITS


def test_a_cancelled_order_is_cancelled_elsewhere_too(open_bench: OpenBench) -> None:
    vendor = FakeVendor(manner=Manner(polls=99))
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    bench.advance(job_id)
    bench.cancel()
    assert vendor.cancelled == vendor.orders
    assert bench.advance(job_id) == Done()
    assert bench.read(job_id).state is JobState.CANCELLED
    assert bench.read_balance() == CREDITS


def test_a_cancel_while_the_order_is_sent_reaches_the_service_with_its_ticket(open_bench: OpenBench) -> None:
    class Cancelling(VendorClient):
        """Its order is cancelled while it is on its way."""

        def submit(self, order: RemoteOrder, tag: str) -> Ticket:
            ticket = super().submit(order, tag)
            bench.cancel()
            return ticket

    vendor = FakeVendor()
    bench = open_bench(vendor, Cancelling)
    job_id = bench.order_wave()
    assert bench.advance(job_id) == Done()
    assert vendor.cancelled == vendor.orders
    assert len(vendor.orders) == 1
    assert bench.read_balance() == CREDITS


def test_a_server_that_ends_recalls_no_live_order(open_bench: OpenBench) -> None:
    vendor = FakeVendor()
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    bench.advance(job_id)
    bench.runner.stop([job_id])
    assert vendor.cancelled == ()
    bench.carry(job_id)
    assert bench.read(job_id).state is JobState.COMPLETED


def test_a_job_that_its_engine_lost_is_recalled_and_paid_back(open_bench: OpenBench) -> None:
    vendor = FakeVendor()
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    bench.advance(job_id)
    bench.runner.give_up(job_id)
    assert vendor.cancelled == vendor.orders
    assert bench.read_balance() == CREDITS


def test_a_clip_that_cannot_be_made_of_the_frames_now_is_made_of_the_same_order_later(open_bench: OpenBench) -> None:
    vendor = FakeVendor()
    bench = open_bench(vendor, maker=FailingMaker(StorageFailed("the disk is full; free some space")))
    job_id = bench.order_wave()
    for _ in range(3):
        assert isinstance(bench.advance(job_id), Again)
    assert bench.read(job_id).state is JobState.PENDING
    bench.maker = bench.inline
    bench.carry(job_id)
    job = bench.read(job_id)
    assert (job.state, job.attempts, job.error) == (JobState.COMPLETED, 2, None)
    assert vendor.submits == 1


def test_frames_whose_ends_are_not_the_poses_fail_the_job(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor(manner=Manner(spoils=True)))
    job_id = bench.order_wave()
    bench.carry(job_id)
    error = bench.read(job_id).error
    assert error is not None
    assert error.code == SeamBroken.code
    assert bench.read_balance() == CREDITS


def test_a_defect_of_an_adapter_fails_its_job_and_not_its_worker(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor(), BreakingClient)
    job_id = bench.order_wave()
    bench.carry(job_id)
    error = bench.read(job_id).error
    assert error is not None
    assert error.code == "internal_error"
    assert bench.read_balance() == CREDITS


def test_a_generator_that_is_not_here_any_more_gives_the_credits_back(open_bench: OpenBench) -> None:
    bench = open_bench(FakeVendor())
    job_id = bench.order_wave()
    bench.change(job_id, generator="gone")
    assert bench.advance(job_id) == Done()
    assert bench.read(job_id).state is JobState.FAILED
    assert bench.read_balance() == CREDITS


def test_a_length_that_the_generator_cannot_make_is_refused_before_anything_is_charged(open_bench: OpenBench) -> None:
    vendor = FakeVendor(durations_seconds=(Fraction(5), Fraction(10)))
    bench = open_bench(vendor)
    with pytest.raises(InvalidOrder, match="give one of 5, 10") as refusal:
        bench.generate()
    assert refusal.value.fields == {"field": "duration"}
    assert bench.read_balance() == CREDITS
    assert bench.read_last() == {}
    fitting = bench.generate(order=Order(duration_seconds=Fraction(5)))
    assert bench.read_balance() == fitting.balance == CREDITS - 5 * PRICE


def test_hundreds_of_orders_under_way_need_no_thread_each(open_bench: OpenBench) -> None:
    edges = tuple(Edge(id=f"wave-{number}", source="idle", target="wave") for number in range(WIDE))
    vendor = FakeVendor(rate=Fraction(1), manner=Manner(polls=99))
    bench = open_bench(vendor, edges=edges)
    jobs = bench.generate(order=Order(duration_seconds=Fraction(1), auto_reverse=False)).jobs.values()
    runner = bench.runner
    for _ in range(2):
        # One thread carries them all: each step comes back at once and asks to be done again.
        assert all(isinstance(runner.advance(job.id), Again) for job in jobs)
    assert vendor.submits == len(vendor.orders) == WIDE
    assert {bench.read(job.id).submission for job in jobs} == {Submission.SENT}


def test_an_order_that_cannot_be_written_is_not_sent(open_bench: OpenBench) -> None:
    vendor = FakeVendor()
    bench = open_bench(vendor)
    job_id = bench.order_wave()
    for sha256 in {sha256 for sha256, _ in bench.blobs.walk()}:
        bench.blobs.remove(sha256)
    bench.carry(job_id)
    assert vendor.submits == 0
    assert bench.read(job_id).state is JobState.FAILED
    assert bench.read_balance() == CREDITS


def test_a_failing_recall_fails_nothing(open_bench: OpenBench) -> None:
    class Deaf(VendorClient):
        """It can be told nothing."""

        def cancel(self, ticket_id: str) -> None:
            raise GeneratorFailed(f"{ticket_id}: cannot be reached")

    bench = open_bench(FakeVendor(), Deaf)
    job_id = bench.order_wave()
    bench.advance(job_id)
    bench.cancel()
    assert bench.read(job_id).state is JobState.CANCELLED
