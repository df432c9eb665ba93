"""The feed of events: each once, in order, wherever a reader stopped and whatever the chain took back."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import httpx
import pytest
from model_ledger import CORE, FIRST, LENDER, SECOND, by, lived, open_note, with_parties
from reads_api import AUDITOR, Api, HeaderGate, app_over, served
from reads_world import World

from counterfoil.entrypoints.http.read import events as feed
from counterfoil.store.unit_of_work import Store
from served_app import served as served_on_port

BEGINNING = "0.0.0"


@pytest.fixture(scope="module")
def api(shared_store: Any) -> Iterator[Api]:
    """For tests that change nothing."""
    with served(World(shared_store(), lived())) as found:
        yield found


def pages(api: Api, party_id: int, limit: int) -> list[str]:
    """Every position of the feed, read page by page."""
    found: list[str] = []
    after = BEGINNING
    while True:
        page = api.read(f"/events?after={after}&limit={limit}", party_id)
        assert page["reread_from_block"] is None
        if not page["items"]:
            assert page["next_position"] == after
            return found
        found += [each["position"] for each in page["items"]]
        after = page["next_position"]


@pytest.mark.parametrize("party_id", [CORE, FIRST, SECOND, LENDER, AUDITOR])
def test_pages_of_any_size_make_the_same_feed(api: Api, party_id: int) -> None:
    whole = pages(api, party_id, 500)
    assert len(whole) > 3
    assert len(set(whole)) == len(whole)
    for limit in (1, 2, 7):
        assert pages(api, party_id, limit) == whole


def test_everybody_reads_what_the_index_says_concerns_it(api: Api) -> None:
    with api.world.store.read() as work:
        for party_id in (CORE, FIRST, SECOND, LENDER):
            kept = work.chain_log.page(party=party_id, limit=1000)
            shown = api.read("/events?limit=500", party_id)["items"]
            assert [each["position"] for each in shown] == [
                f"0.{record.block_number}.{record.log_index}" for record in kept
            ]


@pytest.mark.parametrize("position", ["x", "1.2", "0.0.0.0", "-1.0.0", "0.0.x", "9.0.0", "0.0." + "9" * 12])
def test_what_is_no_position_is_refused(api: Api, position: str) -> None:
    answer = api.get(f"/events?after={position}", CORE)
    assert (answer.status_code, answer.json()["code"]) == (400, "EventPositionInvalid")
    streamed = api.get("/events/stream", CORE, last_event_id=position)
    if position != "9.0.0":  # a stream says so later: it has to look at the store first
        assert streamed.json()["code"] == "EventPositionInvalid"


def fork(world: World, to_block: int) -> None:
    """The chain takes back what came after a block."""
    with world.store.begin() as work:
        work.chain_log.roll_back(to_block)
    world.fork += 1


@contextmanager
def forked(store: Store) -> Iterator[tuple[Api, int]]:
    """A note was confirmed; then the block with the confirmation was taken back, and it was rejected instead.

    Gives the block up to which both have the same.
    """
    ledger = with_parties()
    open_note(ledger, confirmed=False)
    world = World(store, ledger, per_block=2)
    with served(world) as api:
        same = api.side.block_number
        ledger.notes.confirm(by(CORE), note_id=1, face_minor=1000)
        api.follow()
        yield api, same


def test_a_reader_is_told_what_the_chain_took_back_and_reads_it_anew(store: Store) -> None:
    with forked(store) as (api, same):
        before = api.read("/events?limit=500", FIRST)
        assert before["items"][-1]["event"] == "NoteConfirmed"
        early = before["items"][2]["position"]
        fork(api.world, same)
        api.side.follow()
        # Nothing new yet, but what was read beyond the fork is void already.
        void = api.read(f"/events?after={before['next_position']}", FIRST)
        assert void["reread_from_block"] == same + 1
        assert void["items"] == []
        assert void["next_position"].startswith("1.")
        rewrite(api)
        again = api.read(f"/events?after={before['next_position']}", FIRST)
        assert again["reread_from_block"] == same + 1
        assert [each["event"] for each in again["items"]] == ["NoteRejected"]
        calm = api.read(f"/events?after={again['next_position']}", FIRST)
        assert (calm["items"], calm["reread_from_block"]) == ([], None)
        # Who had not come so far is told nothing, and misses nothing.
        slow = api.read(f"/events?after={early}&limit=500", FIRST)
        assert slow["reread_from_block"] is None
        assert slow["items"][-1]["event"] == "NoteRejected"
        assert api.read("/notes/1", FIRST)["state"] == "rejected"


def rewrite(api: Api) -> None:
    """Go on from the fork with a rejection."""
    other = with_parties()
    open_note(other, confirmed=False)
    shares = other.state.notes[1].invoices
    api.world.state = copy.deepcopy(other.state)
    other.notes.reject(by(CORE), note_id=1, invoices=shares, reason_hash=bytes(32))
    api.world.store_block(other.events[-1:])
    api.side.follow()


# -- the stream --


class Stream:
    """Reads server-sent events from a connection."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[dict[str, str]]:
        message: dict[str, str] = {}
        for line in self._lines:
            if line == "":
                if "event" in message:
                    yield message
                elif "comment" in message:
                    yield {"event": "", "id": ""}
                message = {}
            elif line.startswith(":"):
                message["comment"] = line
            else:
                name, _, value = line.partition(": ")
                message[name] = value


@contextmanager
def streaming(client: httpx.Client, party_id: int, **headers: str) -> Iterator[Iterator[dict[str, str]]]:
    """An open stream."""
    stated = {"x-party": str(party_id), **{name.replace("_", "-"): value for name, value in headers.items()}}
    with client.stream("GET", "/v1/events/stream", headers=stated) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield iter(Stream(answer.iter_lines()))


@contextmanager
def on_port(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[httpx.Client, HeaderGate]]:
    """The read routes on a port, following the store, with hearts that beat fast."""
    monkeypatch.setattr(feed, "HEARTBEAT_S", 0.2)
    side = world.side()
    side.start()
    app, gate = app_over(side)
    try:
        with served_on_port(app) as client:
            yield client, gate
    finally:
        side.stop()


@pytest.mark.parametrize("party_id", [CORE, SECOND, AUDITOR])
def test_a_stream_goes_on_where_it_was_cut(
    store: Store, monkeypatch: pytest.MonkeyPatch, party_id: int
) -> None:
    world = World(store, lived())
    world.store_events(upto=20)
    with on_port(world, monkeypatch) as (client, gate):
        got: list[str] = []
        last = BEGINNING
        for count in (1, 3, 2):
            with streaming(client, party_id, last_event_id=last) as stream:
                got += [each["id"] for each in islice(stream, count) if each["event"]]
            last = got[-1] if got else last
        world.store_events()
        page = client.get("/v1/events?limit=500", headers={"x-party": str(party_id)}).json()
        with streaming(client, party_id, last_event_id=last) as stream:
            for each in stream:
                if each["event"]:
                    got.append(each["id"])
                    assert json.loads(each["data"])["position"] == each["id"]
                page = client.get("/v1/events?limit=500", headers={"x-party": str(party_id)}).json()
                if len(got) >= len(page["items"]) and len(world.stored) == len(world.ledger.events):
                    break
        assert got == [each["position"] for each in page["items"]]
        gate.revoked = True


def test_a_stream_tells_events_as_they_come(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = with_parties()
    world = World(store, ledger)
    world.store_events()
    with on_port(world, monkeypatch) as (client, gate), streaming(client, FIRST) as stream:
        assert next(stream)["event"] == ""  # a heartbeat: what was before is not told
        open_note(ledger)
        world.store_events()
        told = [each["event"] for each in islice((each for each in stream if each["event"]), 2)]
        assert told == ["NoteProposed", "NoteConfirmed"]
        gate.revoked = True


def test_a_stream_says_what_was_taken_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = with_parties()
    open_note(ledger, confirmed=False)
    world = World(store, ledger, per_block=2)
    world.store_events()
    with store.read() as work:
        same = work.chain_log.checkpoint().block_number
    ledger.notes.confirm(by(CORE), note_id=1, face_minor=1000)
    world.store_events()
    with (
        on_port(world, monkeypatch) as (client, gate),
        streaming(client, FIRST, last_event_id=BEGINNING) as stream,
    ):
        events = (each for each in stream if each["event"])
        while next(events)["event"] != "NoteConfirmed":
            pass
        fork(world, same)
        told = next(events)
        assert told["event"] == "reorganised"
        assert json.loads(told["data"]) == {"epoch": 1, "from_block": same + 1}
        gate.revoked = True


def test_a_stream_ends_with_the_credential(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(store, with_parties())
    world.store_events()
    with on_port(world, monkeypatch) as (client, gate), streaming(client, FIRST) as stream:
        assert next(stream)["event"] == ""
        gate.revoked = True
        # It ends by itself: without the end, reading on would wait for ever.
        assert all(each["event"] == "" for each in stream)


def test_what_happens_after_the_credential_ended_is_not_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = with_parties()
    world = World(store, ledger)
    world.store_events()
    with on_port(world, monkeypatch) as (client, gate):
        monkeypatch.setattr(feed, "HEARTBEAT_S", 60.0)  # what ends the stream is not its heart
        with client.stream("GET", "/v1/events/stream", headers={"x-party": str(FIRST)}) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "retry: 2000"
            gate.revoked = True
            open_note(ledger)
            world.store_events()
            assert [line for line in lines if line.startswith(("event:", "data:"))] == []


def test_an_organisation_opens_so_many_streams_and_no_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_STREAMS", 1)
    world = World(store, with_parties())
    world.store_events()
    with on_port(world, monkeypatch) as (client, gate):
        with streaming(client, FIRST):
            refused = client.get("/v1/events/stream", headers={"x-party": str(FIRST)})
            assert refused.json()["code"] == "StreamsTaken"
            with streaming(client, SECOND) as others:
                assert next(others)["event"] == ""
        gate.revoked = True
