from poseloom.core.error import GeneratorFailed
from poseloom.core.job import JobError


def test_what_is_kept_of_an_error_says_what_happened_and_whether_trying_again_helps() -> None:
    kept = JobError.of(GeneratorFailed("it is down; try again", host="example.org"))
    assert kept == JobError(code="generator_failed", message="it is down; try again", retryable=True)
