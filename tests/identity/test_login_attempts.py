"""Logging in, and what guessing costs. The clock is the test's: nothing here sleeps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.domain.access import UserRole
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.identity import OrganisationState
from counterfoil.usecases.identity.login import (
    FREE_FAILURES,
    Doorkeeper,
    OpenedSession,
    log_in,
    prove_password,
)
from counterfoil.usecases.identity.passwords import PasswordCost, Passwords
from counterfoil.usecases.identity.rights import identify
from counterfoil.usecases.identity.sessions import (
    change_password,
    log_out,
    log_out_everywhere,
    set_password_by_code,
)
from counterfoil.usecases.identity.users import disable_user, reset_password
from identity.identity_support import PASSWORD, Town, at_once, codes

NEW_PASSWORD = "eight small yellow boats"
HOME = "192.0.2.1"


@pytest.fixture
def town(town: Town) -> Town:
    town.add_user("erika", "Nordwind", {UserRole.MAKER}, password=PASSWORD)
    return town


def logs_in(
    town: Town, login: str = "erika", password: str = PASSWORD, *, address: str = HOME
) -> OpenedSession:
    return log_in(town.door, login=login, password=password, address=address, correlation_id="c")


def refusal(town: Town, *arguments: str, **named: str) -> CounterfoilError:
    with pytest.raises(CounterfoilError) as refused:
        logs_in(town, *arguments, **named)
    return refused.value


def fails(town: Town, times: int, *, login: str = "erika", address: str = HOME) -> None:
    """Guess wrongly so often, as soon as each guess is possible."""
    for number in range(times):
        if number >= FREE_FAILURES:
            wait_s = refusal(town, login, address=address).facts["retry_after_s"]
            assert isinstance(wait_s, int)
            town.clock.advance(seconds=wait_s)
        assert refusal(town, login, "wrong", address=address).code == "LoginFailed"


def holds(town: Town, secret: str) -> bool:
    try:
        with town.store.read() as work:
            identify(work, secret, now=town.clock())
    except CounterfoilError as refused:
        return refused.code != "CredentialInvalid"
    return True


def test_a_session_lasts_twelve_hours_and_thirty_minutes_without_use(town: Town) -> None:
    opened = logs_in(town, "Erika")
    assert opened.expires_at == town.clock() + timedelta(hours=12)
    assert opened.secret.startswith("cfs_")
    for _ in range(24):
        assert holds(town, opened.secret)
        with town.store.concurrent() as work:
            found = identify(work, opened.secret, now=town.clock()).principal
            work.credentials.touch_session(found.credential_id.removeprefix("session:"), town.clock())
        town.clock.advance(minutes=29, seconds=59)
    assert holds(town, opened.secret)
    town.clock.advance(seconds=24)
    assert not holds(town, opened.secret)
    idle = logs_in(town)
    town.clock.advance(minutes=29, seconds=59)
    assert holds(town, idle.secret)
    town.clock.advance(seconds=1)
    assert not holds(town, idle.secret)


def test_the_store_has_no_secret(town: Town) -> None:
    opened = logs_in(town)
    with town.store.read() as work:
        user = work.identity.user_by_login("erika")
        entries = work.audit.entries()
    assert user is not None
    assert PASSWORD not in repr(user)
    assert opened.secret not in repr(entries)
    assert PASSWORD not in repr(entries)
    assert town.actions() == ["session.opened"]


def test_five_failures_are_free_then_each_doubles_the_wait(town: Town) -> None:
    fails(town, 5)
    waits = []
    for _ in range(12):
        delayed = refusal(town)
        assert delayed.code == "LoginDelayed"
        wait_s = delayed.facts["retry_after_s"]
        assert isinstance(wait_s, int)
        waits.append(wait_s)
        town.clock.advance(seconds=wait_s)
        assert refusal(town, "erika", "wrong").code == "LoginFailed"
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_waiting_in_vain_does_not_make_the_wait_longer(town: Town) -> None:
    fails(town, 7)
    for _ in range(50):
        assert refusal(town).facts["retry_after_s"] == 4
    town.clock.advance(seconds=4)
    logs_in(town)


def test_a_success_forgives_the_login_but_not_the_address(town: Town) -> None:
    town.add_user("frida", "Nordwind", {UserRole.MAKER}, password=PASSWORD)
    fails(town, 4)
    logs_in(town)
    fails(town, 1)
    assert refusal(town, "frida").code == "LoginDelayed"
    logs_in(town, "frida", address="192.0.2.2")
    town.clock.advance(hours=1, seconds=1)
    logs_in(town, "frida")


def test_one_address_guesses_at_many_logins_no_faster(town: Town) -> None:
    for number in range(5):
        fails(town, 1, login=f"somebody-{number}")
    assert refusal(town, "somebody-9", "wrong").code == "LoginDelayed"


def test_many_addresses_guess_at_one_login_no_faster(town: Town) -> None:
    for number in range(5):
        fails(town, 1, address=f"198.51.100.{number}")
    assert refusal(town, address="203.0.113.1").code == "LoginDelayed"


def test_who_fails_on_purpose_from_elsewhere_keeps_nobody_out_of_its_own_office(town: Town) -> None:
    logs_in(town)
    for number in range(5):
        fails(town, 1, address=f"198.51.100.{number}")
    assert refusal(town, address="203.0.113.1").code == "LoginDelayed"
    logs_in(town)
    fails(town, 5)
    assert refusal(town).code == "LoginDelayed", "its own failures count there, too"


def test_an_office_is_known_for_a_day(town: Town) -> None:
    logs_in(town)
    town.clock.advance(hours=24, seconds=1)
    for number in range(5):
        fails(town, 1, address=f"198.51.100.{number}")
    assert refusal(town).code == "LoginDelayed"


def test_failures_are_forgotten_after_a_day(town: Town) -> None:
    fails(town, 9)
    town.clock.advance(hours=24, seconds=1)
    logs_in(town)


class Watched(Passwords):
    """Notes what was compared."""

    def __init__(self) -> None:
        super().__init__(PasswordCost(memory_kib=64, passes=1))
        self.compared: list[tuple[bool, str]] = []

    def verify(self, password_hash: str | None, password: str) -> bool:
        self.compared.append((password_hash is not None, password))
        return super().verify(password_hash, password)


def test_a_login_that_nobody_has_is_treated_like_one_that_somebody_has(town: Town) -> None:
    """The same answers, the same number of comparisons, the same entries in the log, the same waits."""
    seen = {}
    for login in ("erika", "nobody"):
        watched = Watched()
        door = Doorkeeper(store=town.store, passwords=watched, now=town.clock)
        before = len(town.actions())
        answers = []
        for _ in range(8):
            with pytest.raises(CounterfoilError) as refused:
                log_in(
                    door,
                    login=login,
                    password="wrong",
                    address=f"address-of-{login}",
                    correlation_id="c",
                )
            answers.append((refused.value.code, refused.value.message, refused.value.facts))
        seen[login] = (answers, len(watched.compared), town.actions()[before:])
    assert seen["erika"] == seen["nobody"]
    assert seen["erika"][1] == 5


def test_nobodys_password_costs_as_much_to_compare(town: Town) -> None:
    """Both are Argon2 hashes with the same parameters, which is what the time goes into."""
    passwords = town.passwords
    assert not passwords.needs_rehash(passwords._nobodys)


def test_the_log_keeps_no_login_that_nobody_has(town: Town) -> None:
    """People type passwords into the wrong field."""
    fails(town, 1, login="my secret password")
    with town.store.read() as work:
        entry = work.audit.entries()[-1].entry
    assert entry.action == "login.failed"
    assert entry.subject.startswith("login-hash:")
    assert "secret" not in repr(entry)


@pytest.mark.parametrize("out", ["disabled", "suspended", "no password"])
def test_who_may_not_come_in_gets_the_same_answer_with_the_right_password(town: Town, out: str) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        match out:
            case "disabled":
                disable_user(work, asking, user_id=town.users["erika"])
            case "suspended":
                work.identity.set_organisation_state(
                    town.organisations["Nordwind"], OrganisationState.SUSPENDED
                )
            case _:
                reset_password(work, asking, user_id=town.users["erika"])
    refused = refusal(town)
    assert (refused.code, refused.facts) == ("LoginFailed", {})


def test_guesses_at_once_are_no_more_than_one_after_the_other(town: Town) -> None:
    results = at_once(*[lambda: logs_in(town, "erika", "wrong")] * 8)
    assert codes(results) == ["LoginDelayed"] * 3 + ["LoginFailed"] * 5


def test_the_right_password_among_guesses_at_once_comes_in_once_it_is_its_turn(town: Town) -> None:
    results = at_once(*[lambda: logs_in(town)] * 4)
    assert len({found.secret for found in results if isinstance(found, OpenedSession)}) == 4


def test_a_hash_with_old_parameters_is_replaced_at_the_next_login(town: Town) -> None:
    stronger = Passwords(PasswordCost(memory_kib=128, passes=1))
    door = Doorkeeper(store=town.store, passwords=stronger, now=town.clock)
    log_in(door, login="erika", password=PASSWORD, address=HOME, correlation_id="")
    with town.store.read() as work:
        user = work.identity.user(town.users["erika"])
    assert user is not None
    assert user.password_hash is not None
    assert not stronger.needs_rehash(user.password_hash)
    log_in(door, login="erika", password=PASSWORD, address=HOME, correlation_id="")


def test_logging_out_ends_the_session_and_no_other(town: Town) -> None:
    one, other = logs_in(town), logs_in(town)
    town.secrets["erika"] = one.secret
    asking = town.asking("erika")
    with town.store.concurrent() as work:
        log_out(work, asking)
    assert (holds(town, one.secret), holds(town, other.secret)) == (False, True)
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        log_out(work, asking)
    assert refused.value.code == "CredentialInvalid"


def test_logging_out_everywhere_ends_all(town: Town) -> None:
    opened = [logs_in(town) for _ in range(3)]
    town.secrets["erika"] = opened[0].secret
    asking = town.asking("erika")
    with town.store.concurrent() as work:
        assert log_out_everywhere(work, asking) == 3
    assert not any(holds(town, each.secret) for each in opened)


def test_a_new_password_ends_all_sessions(town: Town) -> None:
    opened = [logs_in(town) for _ in range(2)]
    town.secrets["erika"] = opened[0].secret
    asking = town.asking("erika")
    proved = prove_password(town.door, town.users["erika"], password=PASSWORD, address=HOME)
    with town.store.concurrent() as work:
        change_password(work, asking, town.passwords, proved_hash=proved, password=NEW_PASSWORD)
    assert not any(holds(town, each.secret) for each in opened)
    assert refusal(town).code == "LoginFailed"
    logs_in(town, "erika", NEW_PASSWORD)
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        change_password(work, asking, town.passwords, proved_hash=proved, password=PASSWORD)
    assert refused.value.code == "LoginFailed"


def test_a_thief_of_a_session_guesses_the_password_no_faster(town: Town) -> None:
    for _ in range(5):
        with pytest.raises(CounterfoilError) as refused:
            prove_password(town.door, town.users["erika"], password="wrong", address=HOME)
        assert refused.value.code == "LoginFailed"
    with pytest.raises(CounterfoilError) as refused:
        prove_password(town.door, town.users["erika"], password=PASSWORD, address=HOME)
    assert refused.value.code == "LoginDelayed"


def sets_password(town: Town, code: str, password: str = NEW_PASSWORD) -> None:
    with town.store.concurrent() as work:
        set_password_by_code(
            work, town.passwords, code=code, password=password, now=town.clock(), correlation_id=""
        )


def test_a_code_sets_one_password(town: Town) -> None:
    session = logs_in(town)
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        _, first = reset_password(work, asking, user_id=town.users["erika"])
    assert not holds(town, session.secret)
    with town.store.concurrent() as work:
        _, code = reset_password(work, asking, user_id=town.users["erika"])
    with pytest.raises(CounterfoilError) as refused:
        sets_password(town, first)
    assert refused.value.code == "ResetInvalid"
    with pytest.raises(CounterfoilError) as refused:
        sets_password(town, code, "short")
    assert refused.value.code == "PasswordUnfit"
    sets_password(town, code)
    logs_in(town, "erika", NEW_PASSWORD)
    with pytest.raises(CounterfoilError) as refused:
        sets_password(town, code)
    assert refused.value.code == "ResetInvalid"


def test_a_code_used_twice_at_once_sets_one_password(town: Town) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        _, code = reset_password(work, asking, user_id=town.users["erika"])
    results = at_once(*[lambda: sets_password(town, code)] * 3)
    assert codes(results) == ["ResetInvalid"] * 2


def test_a_code_runs_out(town: Town) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        _, code = reset_password(work, asking, user_id=town.users["erika"])
    town.clock.advance(hours=48)
    with pytest.raises(CounterfoilError) as refused:
        sets_password(town, code)
    assert refused.value.code == "ResetInvalid"


@pytest.mark.parametrize(
    "secret",
    ["", "cfs_", "cft_", "Bearer", "cfx_" + "a" * 43, "cfs_" + "a" * 43, "cfs_" + "a" * 5000, "cfs_\ud800"],
)
def test_what_is_no_credential_stands_for_nobody(town: Town, secret: str) -> None:
    with pytest.raises(CounterfoilError) as refused, town.store.read() as work:
        identify(work, secret, now=town.clock())
    assert refused.value.code == ("NotAuthenticated" if not secret else "CredentialInvalid")
