"""A client may use so much at once, and gets it back with time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.db.models import Allowance
from service.db.store import Store
from service.domain.errors import TooManyRequests
from service.domain.rates import Rate
from service.operations.allow import charge
from tests.db.acts import Acts
from tests.doubles import FrozenClock

RATE = Rate(3, 60)
Use = Callable[..., int | None]


@pytest.fixture
def use(store: Store, clock: FrozenClock) -> Use:
    """Uses the allowance once: None, or the seconds to wait when there is none."""

    def once(key: str = "submit:one", rate: Rate = RATE) -> int | None:
        try:
            store.write(lambda s: charge(s, key, rate, clock()))
        except TooManyRequests as err:
            return err.retry_after
        return None

    return once


def test_burst_may_come_at_once_and_no_more(use: Use) -> None:
    assert [use() for _ in range(3)] == [None] * 3
    assert use() == 20


def test_refusal_uses_nothing_and_its_wait_is_enough(
    use: Use, clock: FrozenClock
) -> None:
    for _ in range(3):
        use()
    assert [use() for _ in range(5)] == [20] * 5
    clock.advance(seconds=19)
    assert use() == 1
    clock.advance(seconds=1)
    assert use() is None
    assert use() == 20


def test_allowance_comes_back_one_by_one_up_to_the_burst(
    use: Use, clock: FrozenClock
) -> None:
    for _ in range(3):
        use()
    clock.advance(seconds=40)
    assert [use() for _ in range(3)] == [None, None, 20]
    clock.advance(days=365)
    assert [use() for _ in range(4)] == [None, None, None, 20]


def test_other_clients_and_other_purposes_are_counted_apart(use: Use) -> None:
    for _ in range(3):
        use()
    assert use() == 20
    assert use("submit:two") is None
    assert use("sign-in:one") is None


def test_wait_is_at_least_a_second(use: Use) -> None:
    fast = Rate(100, 1)
    answers = [use(rate=fast) for _ in range(101)]
    assert answers == [None] * 100 + [1]


def test_many_at_once_get_no_more_than_the_burst(acts: Acts, use: Use) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: use(), range(8)))
    assert answers.count(None) == 3
    assert acts.count(Allowance) == 1
