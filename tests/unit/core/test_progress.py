from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.error import InvalidTransition
from poseloom.core.job import JobEvent, JobState, advance_job
from poseloom.core.progress import EdgeFacts, EdgeStatus, Progress, judge_edge, measure_progress

facts = st.builds(EdgeFacts, has_clip=st.booleans(), is_under_way=st.booleans(), last_job_failed=st.booleans())


@given(st.lists(facts))
def test_completed_pending_and_failed_make_the_total(edges: list[EdgeFacts]) -> None:
    progress = measure_progress(edges)
    assert progress.completed + progress.pending + progress.failed == progress.total_edges == len(edges)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_progress_is_one_exactly_when_ready(completed: int, pending: int, failed: int) -> None:
    progress = Progress(completed=completed, pending=pending, failed=failed)
    assert (progress.fraction == 1.0) == progress.is_ready
    assert 0 <= progress.fraction <= 1
    assert progress.is_ready == (pending == failed == 0 < completed)


@dataclass
class Job:
    """A job of a batch, and whether its edge had a clip before."""

    had_clip: bool
    state: JobState = JobState.PENDING

    def tell(self) -> EdgeFacts:
        return EdgeFacts(
            has_clip=self.had_clip or self.state is JobState.COMPLETED,
            is_under_way=not self.state.is_final,
            last_job_failed=self.state is JobState.FAILED,
        )


@given(
    st.lists(st.booleans(), min_size=1, max_size=8), st.lists(st.tuples(st.integers(0, 7), st.sampled_from(JobEvent)))
)
def test_progress_never_falls_whatever_happens_to_the_jobs_of_a_batch(
    had_clip: list[bool], happenings: list[tuple[int, JobEvent]]
) -> None:
    jobs = [Job(had_clip=had) for had in had_clip]
    seen = [measure_progress(job.tell() for job in jobs).fraction]
    for number, event in happenings:
        job = jobs[number % len(jobs)]
        try:
            job.state = advance_job(job.state, event)
        except InvalidTransition:
            continue
        seen.append(measure_progress(job.tell() for job in jobs).fraction)
    assert seen == sorted(seen)


@given(st.permutations([JobEvent.CLAIM, JobEvent.FINISH, JobEvent.HAND_BACK, JobEvent.FAIL, JobEvent.CANCEL]))
def test_a_job_that_has_ended_never_moves_again(events: list[JobEvent]) -> None:
    for end in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED):
        assert end.is_final
        for event in events:
            with pytest.raises(InvalidTransition, match=f"a {end} job cannot"):
                advance_job(end, event)


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        (JobState.PENDING, JobEvent.CLAIM, JobState.PROCESSING),
        (JobState.PENDING, JobEvent.FAIL, JobState.FAILED),
        (JobState.PENDING, JobEvent.CANCEL, JobState.CANCELLED),
        (JobState.PROCESSING, JobEvent.HAND_BACK, JobState.PENDING),
        (JobState.PROCESSING, JobEvent.FINISH, JobState.COMPLETED),
        (JobState.PROCESSING, JobEvent.FAIL, JobState.FAILED),
        (JobState.PROCESSING, JobEvent.CANCEL, JobState.CANCELLED),
    ],
)
def test_a_job_moves_as_the_table_says(state: JobState, event: JobEvent, after: JobState) -> None:
    assert advance_job(state, event) is after


def test_a_job_that_nobody_took_up_can_neither_finish_nor_be_handed_back() -> None:
    for event in (JobEvent.FINISH, JobEvent.HAND_BACK):
        with pytest.raises(InvalidTransition) as raised:
            advance_job(JobState.PENDING, event)
        assert raised.value.fields == {"state": "pending", "event": event.value}


def test_a_clip_serves_on_when_its_successor_fails() -> None:
    assert judge_edge(EdgeFacts(has_clip=True, last_job_failed=True)) is EdgeStatus.COMPLETED
