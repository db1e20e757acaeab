from starlette.testclient import TestClient

from tests.integration.api.bench import Address, Bench, Owner

LIMITS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def test_a_key_may_call_so_often_in_a_minute(bench: Bench, mascot: Address) -> None:
    with bench.open_client(calls_per_minute=3) as client:
        client.headers.update(mascot.owner.headers)
        answers = [client.get(f"{mascot.path}/status") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
        assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"3"}
        refused = answers[-1]
        assert refused.json()["error"]["code"] == "rate_limited"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["retry-after"] == str(refused.json()["error"]["retry_after_seconds"])
        bench.tools.pass_time(60)
        assert client.get(f"{mascot.path}/status").status_code == 200


def test_a_key_may_call_so_often_in_an_hour(bench: Bench, mascot: Address) -> None:
    with bench.open_client(calls_per_hour=2) as client:
        client.headers.update(mascot.owner.headers)
        answers = []
        for _ in range(3):
            answers.append(client.get(f"{mascot.path}/status"))
            bench.tools.pass_time(60)
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) > 60
        bench.tools.pass_time(3600)
        assert client.get(f"{mascot.path}/status").status_code == 200


def test_both_limits_hold_at_once(bench: Bench, mascot: Address) -> None:
    with bench.open_client(calls_per_minute=2, calls_per_hour=3) as client:
        client.headers.update(mascot.owner.headers)

        def call() -> int:
            return client.get(f"{mascot.path}/status").status_code

        assert [call() for _ in range(3)] == [200, 200, 429]
        bench.tools.pass_time(60)
        assert [call() for _ in range(2)] == [200, 429]


def test_every_key_has_its_own_limit(bench: Bench, mascot: Address, stranger: Owner) -> None:
    with bench.open_client(calls_per_minute=1) as client:
        assert client.get("/v1/jobs", headers=mascot.owner.headers).status_code == 200
        assert client.get("/v1/jobs", headers=stranger.headers).status_code == 200
        assert client.get("/v1/jobs", headers=mascot.owner.headers).status_code == 429


def test_a_call_counts_once_however_many_doors_it_passes(bench: Bench, mascot: Address) -> None:
    with bench.open_client(calls_per_minute=10) as client:
        answer = client.post(f"{mascot.path}/generate-all", headers=mascot.owner.headers)
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (202, "9")


def test_a_refused_call_tells_its_limits_too(bench: Bench, owner: Owner) -> None:
    with bench.open_client(calls_per_minute=10) as client:
        answer = client.get("/v1/jobs/job_none", headers=owner.headers)
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (404, "9")


def test_without_limits_nothing_is_counted(client: TestClient, mascot: Address) -> None:
    answers = [client.get(f"{mascot.path}/status") for _ in range(100)]
    assert all(answer.status_code == 200 for answer in answers)
    assert not any(name in answers[0].headers for name in LIMITS)
