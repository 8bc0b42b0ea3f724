"""Budgets of callers: who counts as one caller, and how much a caller gets."""

from __future__ import annotations

import pytest

from tossbill_ui.core import budgets
from tossbill_ui.core.budgets import Bucket, Buckets
from tossbill_ui.core.callers import caller_at


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::2%eth1"),
        ("not an address", "neither"),
    ],
)
def test_addresses_of_one_caller_are_one(one: str, other: str) -> None:
    assert caller_at(one) == caller_at(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("203.0.113.9", "203.0.113.10"),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.10"),
        ("::1", "127.0.0.1"),
    ],
)
def test_addresses_of_two_callers_are_two(one: str, other: str) -> None:
    assert caller_at(one) != caller_at(other)


def test_bucket_gives_its_burst_at_once_and_its_rate_after_that(seconds: Seconds) -> None:
    bucket = Bucket(rate=2, burst=5, now=seconds)

    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    assert bucket.wait(1) == 0.5
    seconds.now += 0.5
    assert bucket.take()
    assert not bucket.take()


def test_paying_leaves_a_debt_that_is_waited_off(seconds: Seconds) -> None:
    bucket = Bucket(rate=0.5, burst=1, now=seconds)

    bucket.pay(3)

    assert bucket.wait() == 4
    seconds.now += 4
    assert bucket.wait() == 0


def test_many_addresses_of_one_network_share_one_bucket(seconds: Seconds) -> None:
    buckets = Buckets(rate=1, burst=10, now=seconds)
    addresses = (f"2001:db8:5:5:{number:x}::1" for number in range(1, 101))

    granted = sum(buckets.of(caller_at(address)).take() for address in addresses)

    assert granted == 10


def test_number_of_remembered_callers_is_bounded(
    seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "CALLERS_REMEMBERED", 3)
    buckets = Buckets(rate=1, burst=1, now=seconds)
    first = buckets.of("a")
    for caller in ("b", "c"):
        buckets.of(caller)
    assert buckets.of("a") is first

    buckets.of("d")

    assert buckets.of("a") is first
    assert len(buckets._of) == 3
