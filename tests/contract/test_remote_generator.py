"""What every generator elsewhere keeps to. A new adapter joins `HARNESSES` with a vendor that behaves as it is told."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import pytest

from poseloom.core.error import GeneratorFailed, GeneratorRefused, StorageFailed, SubmitUnknown
from poseloom.core.framing import Framing
from poseloom.frames.align import place_pose
from poseloom.frames.image import Rgba
from poseloom.media.master import read_master
from poseloom.ports.generator import Dropped, RemoteGenerator, RemoteOrder, Rendered, Rendering, Ticket
from poseloom.testing.subject import draw_subject
from poseloom.testing.vendor import FakeVendor, Manner, VendorClient

FRAMING = Framing(left=-8, top=-8, side=112, is_anchored=False)
SIZE_PX = 64
POLLS_LIMIT = 50


class Vendor(Protocol):
    """A vendor, real or played, that can be told how to behave."""

    def behave(self, manner: Manner) -> None: ...
    @property
    def submits(self) -> int: ...
    @property
    def orders(self) -> tuple[str, ...]: ...
    @property
    def cancelled(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Harness:
    """A generator and the vendor behind it."""

    generator: RemoteGenerator
    vendor: Vendor


def open_fake(stack: ExitStack) -> Harness:
    vendor = stack.enter_context(FakeVendor(takes_key=True, finds_orders=True))
    return Harness(stack.enter_context(VendorClient(vendor.url, vendor.capabilities)), vendor)


HARNESSES = [pytest.param(open_fake, id="fake")]


@pytest.fixture(params=HARNESSES)
def harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    with ExitStack() as stack:
        yield request.param(stack)


@pytest.fixture
def generator(harness: Harness) -> RemoteGenerator:
    return harness.generator


@pytest.fixture
def order(tmp_path: Path) -> RemoteOrder:
    paths = []
    for name, phase in (("source", 0.0), ("target", 0.3)):
        paths.append(tmp_path / f"{name}.png")
        cv2.imwrite(str(paths[-1]), cv2.cvtColor(draw_subject(96, phase), cv2.COLOR_RGBA2BGRA))
    return RemoteOrder(
        source=paths[0], target=paths[1], framing=FRAMING, is_loop=False, duration_seconds=Fraction(1), frame_count=8,
        size=SIZE_PX, fps=Fraction(8), prompt="It waves.", seed=7,
    )  # fmt: skip


def place(phase: float) -> Rgba:
    return place_pose(draw_subject(96, phase), FRAMING, size=SIZE_PX)


def wait_until_rendered(generator: RemoteGenerator, ticket: Ticket) -> None:
    for _ in range(POLLS_LIMIT):
        if generator.poll(ticket.id) == Rendered():
            return
    message = f"{ticket.id} was not rendered after {POLLS_LIMIT} polls"
    raise AssertionError(message)


def draw(generator: RemoteGenerator, order: RemoteOrder, target: Path) -> list[Rgba]:
    ticket = generator.submit(order, "job_1-1")
    wait_until_rendered(generator, ticket)
    generator.fetch(ticket.id, order, target)
    return list(read_master(target))


def test_it_says_that_it_is_elsewhere_and_what_it_costs(generator: RemoteGenerator) -> None:
    facts = generator.capabilities.facts
    assert facts.is_remote
    assert facts.rate >= 0
    assert facts.durations_seconds is None or facts.durations_seconds == tuple(sorted(facts.durations_seconds))
    assert generator.capabilities == generator.capabilities


def test_a_forward_begins_and_ends_exactly_at_its_poses(
    generator: RemoteGenerator, order: RemoteOrder, tmp_path: Path
) -> None:
    frames = draw(generator, order, tmp_path / "frames.mkv")
    assert len(frames) == order.frame_count
    assert np.array_equal(frames[0], place(0.0))
    assert np.array_equal(frames[-1], place(0.3))
    assert not np.array_equal(frames[0], frames[-1])


def test_a_loop_begins_and_ends_exactly_at_its_pose(
    generator: RemoteGenerator, order: RemoteOrder, tmp_path: Path
) -> None:
    frames = draw(generator, replace(order, target=order.source, is_loop=True), tmp_path / "frames.mkv")
    assert len(frames) == order.frame_count
    assert np.array_equal(frames[0], place(0.0))
    assert np.array_equal(frames[-1], place(0.0))


def test_an_order_that_is_not_done_says_when_to_ask_again(
    harness: Harness, generator: RemoteGenerator, order: RemoteOrder
) -> None:
    harness.vendor.behave(Manner(polls=3))
    ticket = generator.submit(order, "job_1-1")
    standing = generator.poll(ticket.id)
    assert isinstance(standing, Rendering)
    assert standing.poll_after_seconds > 0
    assert ticket.poll_after_seconds > 0


def test_orders_are_told_apart(generator: RemoteGenerator, order: RemoteOrder) -> None:
    tickets = [generator.submit(order, f"job_{number}-1") for number in range(3)]
    assert len({ticket.id for ticket in tickets}) == 3


def test_an_order_is_found_by_its_tag(generator: RemoteGenerator, order: RemoteOrder) -> None:
    if not generator.capabilities.finds_orders:
        pytest.skip("it cannot be asked")
    ticket = generator.submit(order, "job_1-1")
    assert generator.find("job_1-1") == ticket.id
    assert generator.find("job_1-2") is None


def test_two_orders_under_one_key_are_one(harness: Harness, generator: RemoteGenerator, order: RemoteOrder) -> None:
    if not generator.capabilities.takes_key:
        pytest.skip("it takes none")
    assert generator.submit(order, "job_1-1").id == generator.submit(order, "job_1-1").id
    assert len(harness.vendor.orders) == 1


def test_an_order_that_certainly_did_not_arrive_may_be_sent_again(
    harness: Harness, generator: RemoteGenerator, order: RemoteOrder
) -> None:
    harness.vendor.behave(Manner(busy=1))
    with pytest.raises(GeneratorFailed):
        generator.submit(order, "job_1-1")
    assert harness.vendor.orders == ()
    generator.submit(order, "job_1-1")
    assert len(harness.vendor.orders) == 1


def test_an_order_whose_answer_never_came_is_unknown(
    harness: Harness, generator: RemoteGenerator, order: RemoteOrder
) -> None:
    harness.vendor.behave(Manner(silent=1))
    with pytest.raises(SubmitUnknown):
        generator.submit(order, "job_1-1")
    assert harness.vendor.submits == 1


def test_a_refusal_says_why(harness: Harness, generator: RemoteGenerator, order: RemoteOrder) -> None:
    harness.vendor.behave(Manner(refusal="no mascots here"))
    with pytest.raises(GeneratorRefused, match="no mascots here"):
        generator.submit(order, "job_1-1")


def test_a_late_refusal_is_one_too(harness: Harness, generator: RemoteGenerator, order: RemoteOrder) -> None:
    harness.vendor.behave(Manner(polls=0, late_refusal="no mascots here"))
    ticket = generator.submit(order, "job_1-1")
    with pytest.raises(GeneratorRefused, match="no mascots here"):
        generator.poll(ticket.id)


def test_an_order_that_was_given_up_is_told_from_a_service_that_is_down(
    harness: Harness, generator: RemoteGenerator, order: RemoteOrder
) -> None:
    harness.vendor.behave(Manner(polls=0, dropped=1))
    ticket = generator.submit(order, "job_1-1")
    assert isinstance(generator.poll(ticket.id), Dropped)
    harness.vendor.behave(Manner(down=1))
    with pytest.raises(GeneratorFailed):
        generator.poll(ticket.id)


def test_an_order_that_is_not_known_any_more_is_unknown(
    harness: Harness, generator: RemoteGenerator, order: RemoteOrder
) -> None:
    ticket = generator.submit(order, "job_1-1")
    harness.vendor.behave(Manner(forgets=True))
    with pytest.raises(SubmitUnknown):
        generator.poll(ticket.id)


def test_a_fetch_that_fails_leaves_no_file(
    harness: Harness, generator: RemoteGenerator, order: RemoteOrder, tmp_path: Path
) -> None:
    ticket = generator.submit(order, "job_1-1")
    wait_until_rendered(generator, ticket)
    harness.vendor.behave(Manner(down=1))
    folder = tmp_path / "fetched"
    folder.mkdir()
    with pytest.raises(GeneratorFailed):
        generator.fetch(ticket.id, order, folder / "frames.mkv")
    assert list(folder.iterdir()) == []


def test_a_fetch_to_where_nothing_can_be_written_says_so(
    generator: RemoteGenerator, order: RemoteOrder, tmp_path: Path
) -> None:
    ticket = generator.submit(order, "job_1-1")
    wait_until_rendered(generator, ticket)
    with pytest.raises(StorageFailed):
        generator.fetch(ticket.id, order, tmp_path / "nowhere" / "frames.mkv")


def test_a_cancelled_order_is_told_to_the_vendor(
    harness: Harness, generator: RemoteGenerator, order: RemoteOrder
) -> None:
    ticket = generator.submit(order, "job_1-1")
    generator.cancel(ticket.id)
    assert harness.vendor.cancelled == (ticket.id,)


def test_cancelling_what_is_not_there_does_nothing(generator: RemoteGenerator) -> None:
    generator.cancel("v999")


def test_a_service_that_can_be_reached_answers(generator: RemoteGenerator) -> None:
    generator.ping()


def test_a_service_that_cannot_be_reached_has_certainly_not_got_the_order(order: RemoteOrder) -> None:
    with FakeVendor() as vendor:
        url, capabilities = vendor.url, vendor.capabilities
    with VendorClient(url, capabilities) as client:
        for call in (client.ping, lambda: client.submit(order, "job_1-1"), lambda: client.poll("v1")):
            with pytest.raises(GeneratorFailed):
                call()
