"""Webhooks: every message at least once under one id, wherever the process ends; nothing leads inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from random import Random

import pytest
from model_ledger import CORE, FIRST, SECOND, by, open_note, with_parties
from reads_world import PlainSealing, World, party_key

from counterfoil.domain.access import OrganisationKind, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import DomainError
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.identity import OrganisationRecord, OrganisationState, UserRecord, UserState
from counterfoil.ports.webhooks import DeliveryRecord, DeliveryState, EndpointRecord, EndpointState
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.delivery import schedule
from counterfoil.usecases.delivery.messages import Cursor
from counterfoil.usecases.delivery.sending import Sender
from counterfoil.usecases.delivery.signing import headers_of, new_secret
from counterfoil.usecases.delivery.targets import check_url, find_target, is_public, resolve
from counterfoil.usecases.delivery.webhook_loop import WebhookLoop, secret_purpose

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = new_secret()


# -- where messages may go --


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example.com/",
        "ftp://erp.example.com/",
        "//erp.example.com/",
        "https://",
        "https://:443/",
        "https://user@erp.example.com/",
        "https://user:word@erp.example.com/",
        "https://erp.example.com/#part",
        "https://erp.example.com:0/",
        "https://erp.example.com:99999/",
        "https://erp.example.com/ a",
        "https://erp.example.com/\n",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://10.1.2.3:8443/",
        "https://0.0.0.0/",
        "https://" + "a" * 2000 + ".example/",
    ],
)
def test_urls_that_lead_inside_or_nowhere_are_refused(url: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_url(url, allow_private=False)
    assert refused.value.code == "WebhookUrlRefused"


@pytest.mark.parametrize("url", ["https://erp.example.com/hook?x=1", "https://9.9.9.9/", "https://a.b:8443"])
def test_public_urls_are_taken(url: str) -> None:
    assert check_url(url, allow_private=False).scheme == "https"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::10.0.0.1",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::9.9.9.9"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_address_inside_is_enough_to_refuse_a_name() -> None:
    with pytest.raises(DomainError, match="not public"):
        find_target(
            "https://erp.example.com/", allow_private=False, resolving=lambda *_: ["9.9.9.9", "10.0.0.1"]
        )
    with pytest.raises(DomainError, match="no address"):
        find_target("https://erp.example.com/", allow_private=False, resolving=lambda *_: [])


def test_a_name_is_asked_once_and_the_connection_goes_to_what_it_said() -> None:
    answers = iter([["9.9.9.9"], ["127.0.0.1"]])
    target = find_target(
        "https://erp.example.com:8443/hook?a=b", allow_private=False, resolving=lambda *_: next(answers)
    )
    assert target.url == "https://9.9.9.9:8443/hook?a=b"
    assert (target.host, target.host_header) == ("erp.example.com", "erp.example.com:8443")


# -- what receivers check, and when is tried again --


def test_a_receiver_can_check_id_time_and_body() -> None:
    headers = headers_of(SECRET, message_id="msg_1", at=NOON, body=b'{"a":1}')
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = b".".join([b"msg_1", headers["webhook-timestamp"].encode(), b'{"a":1}'])
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == "msg_1"
    others = [
        headers_of(SECRET, message_id="msg_2", at=NOON, body=b'{"a":1}'),
        headers_of(SECRET, message_id="msg_1", at=NOON + timedelta(seconds=1), body=b'{"a":1}'),
        headers_of(SECRET, message_id="msg_1", at=NOON, body=b'{"a":2}'),
        headers_of(new_secret(), message_id="msg_1", at=NOON, body=b'{"a":1}'),
    ]
    assert headers["webhook-signature"] not in [each["webhook-signature"] for each in others]


def test_it_is_tried_for_three_days_with_growing_pauses() -> None:
    now, pauses = NOON, []
    chance = Random(7)
    for attempts in range(1, schedule.MOST_ATTEMPTS):
        following = schedule.next_attempt(attempts, now=now, chance=chance)
        assert following is not None
        pauses.append((following - now).total_seconds())
        now = following
    assert schedule.next_attempt(schedule.MOST_ATTEMPTS, now=now, chance=chance) is None
    assert 4 <= pauses[0] <= 6
    assert max(pauses) <= schedule.LONGEST_PAUSE_S * 1.2
    assert timedelta(days=2.5) < now - NOON < timedelta(days=3.5)


# -- deliveries --


@dataclass
class Receiver:
    """A server on loopback. answers: what it says, by path; the last one stays."""

    answers: dict[str, list[int]] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def ids(self, path: str = "/hook") -> list[str]:
        return [headers["webhook-id"] for each, headers, _ in self.got if each == path]

    def bodies(self, path: str = "/hook") -> list[dict[str, object]]:
        return [json.loads(body) for each, _, body in self.got if each == path]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.got.append((self.path, headers, body))
            if self.path == "/slow":
                found.gate.wait(20)
            codes = found.answers.get(self.path, [204])
            code = codes.pop(0) if len(codes) > 1 else codes[0]
            self.send_response(code)
            if code == 307:
                self.send_header("location", f"http://127.0.0.1:{found.port}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.gate.set()
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Office:
    """A world with organisations, and the worker's loop over it; the clock goes when told."""

    world: World
    store: Store
    receiver: Receiver
    now: datetime = NOON
    loops: list[WebhookLoop] = field(default_factory=list)

    def loop(self, *, at: Callable[[str], None] = lambda _: None, **sender: object) -> WebhookLoop:
        side = self.world.side()
        side.follow()
        made = WebhookLoop(
            self.store,
            side.model,
            self.world.decode,
            sealing=PlainSealing(),
            sender=Sender(allow_private=True, now=lambda: self.now, **sender),  # type: ignore[arg-type]  # a table
            now=lambda: self.now,
            at=at,
        )
        self.loops.append(made)
        return made

    def run(self, loop: WebhookLoop) -> None:
        """Turn until nothing is due any more."""
        while True:
            busy = loop.turn()
            loop.settle()
            if not busy:
                return

    def organisation(self, party_id: int) -> str:
        org_id = f"org_{party_id:026d}"
        with self.store.begin() as work:
            work.identity.add_organisation(
                OrganisationRecord(
                    org_id=org_id,
                    name=f"Organisation {party_id}",
                    kind=OrganisationKind.MEMBER,
                    party_key=party_key(party_id),
                    state=OrganisationState.ACTIVE,
                    created_at=self.now,
                )
            )
            work.identity.add_user(
                UserRecord(
                    user_id=f"usr_{party_id:026d}",
                    org_id=org_id,
                    login=f"user-{party_id}",
                    display_name="User",
                    state=UserState.ACTIVE,
                    created_at=self.now,
                )
            )
            work.identity.set_roles(f"usr_{party_id:026d}", {UserRole.MAKER})
        return org_id

    def endpoint(
        self, org_id: str, path: str = "/hook", events: tuple[str, ...] = (), base: str = "http://127.0.0.1"
    ) -> str:
        with self.store.begin() as work:
            number = f"whk_{len(work.webhooks.endpoints_of(org_id)):013d}{org_id[-13:]}"
            work.webhooks.add_endpoint(
                EndpointRecord(
                    endpoint_id=number,
                    org_id=org_id,
                    url=f"{base}:{self.receiver.port}{path}",
                    secret_sealed=PlainSealing().seal(SECRET.encode(), secret_purpose(number)),
                    events=events,
                    created_at=self.now,
                    cursor=Cursor.at(epoch=0, block_number=0, now=self.now).text,
                )
            )
        return number

    def deliveries(self, endpoint_id: str) -> tuple[DeliveryRecord, ...]:
        with self.store.read() as work:
            return work.webhooks.deliveries_of(endpoint_id, state=None, before=None, limit=1000)

    def states(self, endpoint_id: str) -> set[DeliveryState]:
        return {each.state for each in self.deliveries(endpoint_id)}


@pytest.fixture
def office(store: Store, receiver: Receiver) -> Iterator[Office]:
    """A note was proposed and confirmed."""
    ledger = with_parties()
    open_note(ledger)
    world = World(store, ledger)
    world.store_events()
    found = Office(world, store, receiver)
    yield found
    receiver.gate.set()
    for each in found.loops:
        each.close()


def concerning(office: Office, party_id: int) -> list[str]:
    with office.store.read() as work:
        return [record.event for record in work.chain_log.page(party=party_id, limit=1000)]


def test_every_event_that_concerns_an_organisation_is_told_once(office: Office) -> None:
    endpoint_id = office.endpoint(office.organisation(FIRST))
    office.run(office.loop())
    told = office.receiver.bodies()
    assert sorted(str(each["type"]) for each in told) == sorted(concerning(office, FIRST))
    ids = office.receiver.ids()
    assert len(set(ids)) == len(ids) == len(told)
    assert office.states(endpoint_id) == {DeliveryState.DELIVERED}
    office.run(office.loop())
    assert office.receiver.ids() == ids


def test_an_organisation_is_told_nothing_of_others(office: Office) -> None:
    office.endpoint(office.organisation(SECOND))
    office.run(office.loop())
    assert {str(each["type"]) for each in office.receiver.bodies()} == set(concerning(office, SECOND))
    assert "NoteProposed" not in {str(each["type"]) for each in office.receiver.bodies()}


def test_only_what_was_asked_for_is_told(office: Office) -> None:
    org_id = office.organisation(FIRST)
    office.endpoint(org_id, events=("NoteConfirmed", "command.done"))
    office.endpoint(org_id, path="/commands", events=("command.done",))
    office.run(office.loop())
    assert [each["type"] for each in office.receiver.bodies()] == ["NoteConfirmed"]
    assert office.receiver.bodies("/commands") == []


def test_what_was_sent_but_not_recorded_is_sent_again_under_the_same_id(office: Office) -> None:
    endpoint_id = office.endpoint(office.organisation(FIRST), events=("NoteConfirmed",))

    class Ended(Exception):  # noqa: N818 - the end of the process, not an error
        pass

    def end(point: str) -> None:
        if point == "webhooks.sent":
            raise Ended

    crashed = office.loop(at=end)
    crashed.turn()
    crashed.settle()
    assert len(office.receiver.ids()) == 1
    assert office.states(endpoint_id) == {DeliveryState.WAITING}
    office.run(office.loop())
    assert len(office.receiver.ids()) == 2
    assert len(set(office.receiver.ids())) == 1
    assert office.receiver.bodies()[0] == office.receiver.bodies()[1]
    assert office.states(endpoint_id) == {DeliveryState.DELIVERED}


def test_two_workers_make_no_message_twice(office: Office) -> None:
    endpoint_id = office.endpoint(office.organisation(FIRST))
    loops = [office.loop(), office.loop()]
    threads = [threading.Thread(target=each.make) for each in loops]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(office.deliveries(endpoint_id)) == len(concerning(office, FIRST))


def test_a_refused_message_is_tried_again_later_and_then_given_up(office: Office) -> None:
    office.receiver.answers["/hook"] = [500]
    endpoint_id = office.endpoint(office.organisation(FIRST), events=("NoteConfirmed",))
    loop = office.loop()
    for attempts in range(1, schedule.MOST_ATTEMPTS + 1):
        office.run(loop)
        (delivery,) = office.deliveries(endpoint_id)
        assert (delivery.attempts, delivery.last_code) == (attempts, 500)
        assert delivery.last_failure == "the receiver answered 500"
        office.run(loop)
        assert len(office.receiver.ids()) == attempts  # not before its time
        office.now = delivery.next_at
    assert delivery.state is DeliveryState.GIVEN_UP
    office.now += timedelta(days=30)
    office.run(loop)
    assert len(office.receiver.ids()) == schedule.MOST_ATTEMPTS
    office.receiver.answers["/hook"] = [200]
    with office.store.concurrent() as work:
        assert work.webhooks.replay(delivery.delivery_id, now=office.now)
    office.run(loop)
    (again,) = office.deliveries(endpoint_id)
    assert (again.state, again.replays, again.last_code) == (DeliveryState.DELIVERED, 1, 200)
    assert set(office.receiver.ids()) == {delivery.delivery_id}


def test_a_redirect_is_not_followed(office: Office) -> None:
    office.receiver.answers["/hook"] = [307]
    endpoint_id = office.endpoint(office.organisation(FIRST), events=("NoteConfirmed",))
    office.run(office.loop())
    (delivery,) = office.deliveries(endpoint_id)
    assert delivery.last_failure == "the receiver answered 307 (redirects are not followed)"
    assert office.receiver.ids("/elsewhere") == []


def test_a_slow_endpoint_holds_no_other(office: Office) -> None:
    org_id = office.organisation(FIRST)
    slow, quick = office.endpoint(org_id, path="/slow"), office.endpoint(org_id)
    loop = office.loop()
    loop.turn()
    while DeliveryState.WAITING in office.states(quick):
        loop.turn()
    assert DeliveryState.DELIVERED not in office.states(slow)
    assert len(office.receiver.ids("/slow")) <= 4
    office.receiver.gate.set()
    office.run(loop)
    assert office.states(slow) == {DeliveryState.DELIVERED}


def test_names_that_nobody_answers_for_hold_no_other(office: Office) -> None:
    """More of them than a thread pool of the usual size has threads."""
    org_id = office.organisation(FIRST)
    for _ in range(10):
        office.endpoint(org_id, base="http://slow.example")
    quick = office.endpoint(org_id)
    answered = threading.Event()

    def resolving(host: str, port: int) -> Sequence[str]:
        if host == "slow.example":
            answered.wait()
        return resolve("127.0.0.1", port)

    loop = office.loop(resolving=resolving, timeout_s=60.0)
    try:
        loop.turn()
        while DeliveryState.WAITING in office.states(quick):
            loop.turn()
        assert office.states(quick) == {DeliveryState.DELIVERED}
    finally:
        answered.set()
        loop.settle()


def test_a_receiver_that_says_nothing_is_given_its_time_and_no_more(office: Office) -> None:
    endpoint_id = office.endpoint(office.organisation(FIRST), path="/slow", events=("NoteConfirmed",))
    office.run(office.loop(timeout_s=0.2))
    (delivery,) = office.deliveries(endpoint_id)
    assert (delivery.attempts, delivery.last_failure) == (1, "no answer within 0.2 seconds")


def test_nothing_goes_to_a_name_that_means_an_address_inside(office: Office) -> None:
    endpoint_id = office.endpoint(
        office.organisation(FIRST), events=("NoteConfirmed",), base="https://erp.example.com"
    )
    side = office.world.side()
    side.follow()
    strict = WebhookLoop(
        office.store,
        side.model,
        office.world.decode,
        sealing=PlainSealing(),
        sender=Sender(now=lambda: office.now, resolving=lambda *_: ["127.0.0.1"]),
        now=lambda: office.now,
    )
    office.loops.append(strict)
    office.run(strict)
    (delivery,) = office.deliveries(endpoint_id)
    assert delivery.last_failure == "url: it leads to an address that is not public"
    assert delivery.last_code is None
    assert office.receiver.got == []


def test_a_paused_endpoint_misses_nothing_and_a_removed_one_gets_nothing(office: Office) -> None:
    org_id = office.organisation(FIRST)
    paused, removed = office.endpoint(org_id), office.endpoint(org_id, path="/removed")
    with office.store.begin() as work:
        work.webhooks.set_state(paused, EndpointState.PAUSED)
        work.webhooks.set_state(removed, EndpointState.REMOVED)
        work.webhooks.set_state(removed, EndpointState.ACTIVE)
    loop = office.loop()
    office.run(loop)
    assert office.receiver.got == []
    with office.store.begin() as work:
        work.webhooks.set_state(paused, EndpointState.ACTIVE)
    office.run(loop)
    assert len(office.receiver.ids()) == len(concerning(office, FIRST))
    assert office.receiver.ids("/removed") == []


def test_commands_are_told_when_they_wait_for_somebody_and_when_they_are_over(office: Office) -> None:
    org_id = office.organisation(FIRST)
    office.endpoint(org_id, events=("command.awaiting_approval", "command.done", "command.refused"))
    other = office.organisation(SECOND)
    office.endpoint(other, path="/other", events=("command.done",))
    command = CommandRecord(
        command_id="cmd_" + "0" * 26,
        org_id=org_id,
        actor=f"party:{FIRST}",
        operation="confirm_note",
        body_json="{}",
        body_hash="0" * 64,
        made_by=f"usr_{FIRST:026d}",
        created_at=office.now,
        expires_at=office.now + timedelta(days=7),
        correlation_id="c",
        waiting_for="the service prepares it",
        waiting_since=office.now,
    )
    with office.store.concurrent() as work:
        work.commands.add(command)
    loop = office.loop()
    office.run(loop)
    assert office.receiver.got == []
    for state in (
        CommandState.AWAITING_APPROVAL,
        CommandState.RECEIVED,
        CommandState.READY,
        CommandState.SENT,
        CommandState.DONE,
    ):
        office.now += timedelta(seconds=1)
        with office.store.concurrent() as work:
            changed = work.commands.change(command, now=office.now, state=state, waiting_for=state.value)
            assert changed is not None
            command = changed
        office.run(loop)
        office.run(loop)
    assert [each["type"] for each in office.receiver.bodies()] == [
        "command.awaiting_approval",
        "command.done",
    ]
    told = office.receiver.bodies()[-1]["data"]
    assert isinstance(told, dict)
    assert (told["command_id"], told["operation"], told["state"]) == (
        command.command_id,
        "confirm_note",
        "done",
    )
    assert office.receiver.bodies("/other") == []


def test_an_endpoint_is_told_what_the_chain_took_back(office: Office) -> None:
    office.endpoint(
        office.organisation(FIRST), events=("NoteConfirmed", "NoteCancelled", "ledger.reorganised")
    )
    with office.store.read() as work:
        same = work.chain_log.checkpoint().block_number
    shares = office.world.ledger.state.notes[1].invoices
    office.world.ledger.notes.cancel(by(FIRST), note_id=1, invoices=shares, reason_hash=bytes(32))
    office.world.store_events()
    loop = office.loop()
    office.run(loop)
    assert [each["type"] for each in office.receiver.bodies()] == ["NoteConfirmed", "NoteCancelled"]
    with office.store.begin() as work:
        work.chain_log.roll_back(same)
    again = office.loop()
    office.run(again)
    (told,) = [each["data"] for each in office.receiver.bodies() if each["type"] == "ledger.reorganised"]
    assert told == {"epoch": 1, "from_block": same + 1}
    office.run(again)
    assert len(office.receiver.ids()) == 3


def test_the_debtor_is_told_too(office: Office) -> None:
    office.endpoint(office.organisation(CORE), events=("NoteConfirmed",))
    office.run(office.loop())
    (told,) = office.receiver.bodies()
    data = told["data"]
    assert isinstance(data, dict)
    assert data["fields"] == {"note_id": 1}
    assert data["subjects"] == ["note:1"]
