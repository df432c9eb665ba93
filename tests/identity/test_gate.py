"""Letting requests in: what is kept in memory, and for how long it may be relied on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from pydantic import ValidationError

from counterfoil.domain.access import Scope, UserRole
from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.http.gate import Gate, bearer
from counterfoil.entrypoints.http.rate_limits import Buckets, Rate, RateLimits
from counterfoil.entrypoints.serving.http_process import rate_limits
from counterfoil.ports.identity import OrganisationState
from counterfoil.settings import Settings
from counterfoil.store.failures import STORE_FAILED, StoreError
from counterfoil.usecases.identity.organisations import set_policy
from counterfoil.usecases.identity.sessions import log_out
from counterfoil.usecases.identity.tokens import create_token
from counterfoil.usecases.identity.users import disable_user, set_roles
from identity.identity_support import Town

HOME = "192.0.2.1"
PLENTY = RateLimits(
    credential=Rate(per_s=1000, burst=1000),
    address=Rate(per_s=1000, burst=1000),
    refused=Rate(per_s=1, burst=3),
)


class Seconds:
    """A monotonic clock that goes only when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Counting:
    """A store that counts how often it is read, and fails when told."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.reads = 0
        self.down = False

    @contextmanager
    def read(self) -> Any:
        self.reads += 1
        if self.down:
            raise StoreError(STORE_FAILED, reason="down")
        with self._town.store.read() as work:
            yield work

    def concurrent(self) -> Any:
        return self._town.store.concurrent()


class Door:
    """A gate with its clock and its store."""

    def __init__(self, town: Town, limits: RateLimits = PLENTY) -> None:
        self.town = town
        self.seconds = Seconds()
        self.store = Counting(town)
        self.gate = Gate(self.store, limits=limits, now=town.clock, clock=self.seconds)

    def enter(self, secret: str, address: str = HOME) -> Any:
        found = self.gate.remembered(secret, address)
        return found if found is not None else self.gate.identify(secret, address)

    def refusal(self, secret: str, address: str = HOME) -> CounterfoilError:
        with pytest.raises(CounterfoilError) as refused:
            self.enter(secret, address)
        return refused.value


@pytest.fixture
def door(small_town: Town) -> Door:
    small_town.principal("mara")
    made = Door(small_town)
    made.gate.read_version()
    return made


def test_a_credential_is_looked_up_once(door: Door) -> None:
    secret = door.town.secrets["mara"]
    first = door.enter(secret)
    reads = door.store.reads
    assert [door.enter(secret) for _ in range(5)] == [first] * 5
    assert door.store.reads == reads


LOSSES: dict[str, Callable[[Town], None]] = {}


def loss(act: Callable[[Town], None]) -> Callable[[Town], None]:
    LOSSES[act.__name__] = act
    return act


@loss
def disabled(town: Town) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        disable_user(work, asking, user_id=town.users["mara"])


@loss
def logged_out(town: Town) -> None:
    asking = town.asking("mara")
    with town.store.concurrent() as work:
        log_out(work, asking)


@loss
def suspended(town: Town) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        work.identity.set_organisation_state(town.organisations["Nordwind"], OrganisationState.SUSPENDED)
        work.identity.count_up()
    assert asking.principal.org_id


@pytest.mark.parametrize("how", LOSSES)
def test_what_is_kept_is_forgotten_at_the_next_reading_of_the_version(door: Door, how: str) -> None:
    secret = door.town.secrets["mara"]
    door.enter(secret)
    LOSSES[how](door.town)
    door.gate.read_version()
    assert door.refusal(secret).code == "CredentialInvalid"


def test_a_changed_role_is_seen_at_the_next_reading_of_the_version(door: Door) -> None:
    secret = door.town.secrets["mara"]
    assert door.enter(secret).roles == {UserRole.MAKER}
    asking = door.town.asking("abel")
    with door.town.store.concurrent() as work:
        set_roles(work, asking, user_id=door.town.users["mara"], roles={UserRole.CHECKER})
    door.gate.read_version()
    assert door.enter(secret).roles == {UserRole.CHECKER}


def test_the_poll_forgets_without_being_asked(door: Door) -> None:
    """The thread itself, on the real clock: it reads the version by itself until it is closed."""
    read = Event()
    original = door.gate.read_version

    def noticing() -> None:
        original()
        read.set()

    door.gate.read_version = noticing  # type: ignore[method-assign]  # to hear of it
    door.gate.start()
    try:
        assert read.wait(30)
        door.enter(door.town.secrets["mara"])
        disabled(door.town)
        read.clear()
        assert read.wait(30)
        read.clear()
        assert read.wait(30)
        assert door.refusal(door.town.secrets["mara"]).code == "CredentialInvalid"
    finally:
        door.gate.close()
    door.gate.close()


def test_without_the_version_nothing_that_is_kept_counts(door: Door) -> None:
    """A process that cannot see the database must not go on letting in whom it remembers."""
    secret = door.town.secrets["mara"]
    door.enter(secret)
    door.seconds.now += 1.01
    assert door.gate.remembered(secret, HOME) is None
    door.store.down = True
    assert door.refusal(secret).code == "StoreFailed"
    door.store.down = False
    door.gate.read_version()
    door.enter(secret)


def test_what_was_read_before_rights_changed_is_not_kept(door: Door) -> None:
    """The version counts up between reading it and looking the credential up."""
    secret = door.town.secrets["mara"]
    asking = door.town.asking("abel")
    with door.town.store.concurrent() as work:
        set_policy(work, asking, policy={})
    door.enter(secret)
    assert door.gate.remembered(secret, HOME) is None
    door.gate.read_version()
    door.enter(secret)
    assert door.gate.remembered(secret, HOME) is not None


def test_a_session_is_kept_alive_by_use_and_ends_without(door: Door) -> None:
    secret = door.town.secrets["mara"]
    for _ in range(8):
        door.town.clock.advance(minutes=20)
        door.gate.read_version()
        door.enter(secret)
    door.town.clock.advance(minutes=30)
    assert door.refusal(secret).code == "CredentialInvalid"


def test_a_session_ends_after_twelve_hours_whatever_is_kept(door: Door) -> None:
    secret = door.town.secrets["mara"]
    for _ in range(12 * 6):
        door.enter(secret)
        door.town.clock.advance(minutes=10)
    assert door.refusal(secret).code == "CredentialInvalid"


def test_a_token_runs_out_also_in_memory(door: Door) -> None:
    asking = door.town.asking("mara")
    with door.town.store.concurrent() as work:
        _, secret = create_token(
            work, asking, name="t", scopes=[Scope.READ], expires_at=asking.now + timedelta(seconds=10)
        )
    door.enter(secret)
    door.town.clock.advance(seconds=10)
    assert door.refusal(secret).code == "CredentialInvalid"


def test_a_refused_credential_is_logged_without_it(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.refusal("cft_wrong")
    (line,) = [found for found in caplog.records if found.name == "counterfoil.http.gate"]
    assert line.__dict__["code"] == "CredentialInvalid"
    assert "cft_wrong" not in repr(line.__dict__)
    assert HOME not in repr(line.__dict__)


def test_refused_credentials_soon_make_an_address_wait(door: Door) -> None:
    for number in range(3):
        assert door.refusal(f"cft_wrong-{number}").code == "CredentialInvalid"
    refused = door.refusal("cft_wrong")
    assert (refused.code, refused.facts) == ("RateLimited", {"retry_after_s": 1})
    assert door.refusal("cft_wrong", "192.0.2.2").code == "CredentialInvalid"
    door.seconds.now += 1
    assert door.refusal("cft_wrong").code == "CredentialInvalid"


def test_who_is_known_is_let_in_while_its_neighbour_guesses(door: Door) -> None:
    secret = door.town.secrets["mara"]
    door.enter(secret)
    for number in range(4):
        door.refusal(f"cft_wrong-{number}")
    door.enter(secret)


@pytest.mark.parametrize("which", ["credential", "address"])
def test_a_credential_and_an_address_have_their_rates(small_town: Town, which: str) -> None:
    small_town.principal("mara")
    rates = {
        "credential": Rate(per_s=100, burst=100),
        "address": Rate(per_s=100, burst=100),
        "refused": Rate(per_s=1, burst=1),
        which: Rate(per_s=0.5, burst=2),
    }
    door = Door(small_town, RateLimits(**rates))
    door.gate.read_version()
    secret = small_town.secrets["mara"]
    door.enter(secret)
    door.enter(secret)
    refused = door.refusal(secret)
    assert (refused.code, refused.facts) == ("RateLimited", {"retry_after_s": 2})
    door.seconds.now += 2
    door.gate.read_version()
    door.enter(secret)


def test_a_bucket_fills_again_but_not_over() -> None:
    seconds = Seconds()
    buckets = Buckets(Rate(per_s=2, burst=4), clock=seconds)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 1]
    assert buckets.take("b") == 0
    seconds.now += 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 1]
    seconds.now += 3600
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 1]
    assert buckets.wait_s("a") == 1
    assert buckets.wait_s("b") == 0


@pytest.mark.parametrize(
    ("header", "secret"),
    [("Bearer cfs_x", "cfs_x"), ("bearer cfs_x", "cfs_x"), ("BEARER  cfs_x ", "cfs_x")],
)
def test_a_bearers_secret_is_read(header: str, secret: str) -> None:
    assert bearer(header) == secret


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic Y2ZzX3g=", "cfs_x", "Bearercfs_x"])
def test_other_headers_name_nobody(header: str) -> None:
    with pytest.raises(CounterfoilError) as refused:
        bearer(header)
    assert refused.value.code == "NotAuthenticated"


def test_rates_come_from_the_settings() -> None:
    rates = rate_limits(Settings(credential_requests_per_s=3, address_requests_per_s=7))
    assert rates.credential == Rate(per_s=3, burst=15)
    assert rates.address == Rate(per_s=7, burst=35)
    assert rates.refused == RateLimits().refused


@pytest.mark.parametrize(
    "unfit",
    [
        {"trusted_proxies": "everybody"},
        {"trusted_proxies": "10.0.0.1, proxy.example"},
        {"public_url": "ledger.example"},
        {"credential_requests_per_s": 0},
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(unfit: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**unfit)
