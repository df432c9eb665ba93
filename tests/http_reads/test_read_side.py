"""The reading side follows the store, says when it cannot, and keeps what it rendered within bounds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from model_ledger import FIRST, open_note, with_parties
from reads_world import PlainSealing, World

from counterfoil.domain.errors import DomainError
from counterfoil.domain.projection.fold import PROJECTION_MISMATCH
from counterfoil.domain.visibility import Viewer
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.reading.read_side import ReadSide, Rendered

PATIENCE_S = 30.0


def until(holds: Callable[[], bool]) -> None:
    """Wait for another thread; fails after a time that only a fault takes."""
    waited = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        if holds():
            return
        waited.wait(0.01)
    pytest.fail("it did not come to that")


def test_what_the_store_gets_is_there_soon_and_listeners_are_told(store: Store) -> None:
    world = World(store, with_parties())
    world.store_events()
    side, told = world.side(), threading.Event()
    side.start()
    try:
        end = side.listen(told.set)
        open_note(world.ledger)
        world.store_events()
        assert told.wait(PATIENCE_S)
        until(lambda: 1 in side.model.state.notes)
        end()
        end()
    finally:
        side.stop()
        side.stop()


def test_trouble_is_told_and_forgotten_when_it_is_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(store, with_parties())
    world.store_events()
    side = world.side()
    side.start()
    try:
        follow = side.model.follow

        def fail() -> bool:
            raise DomainError(PROJECTION_MISMATCH, event="NoteConfirmed", reason="a test says so")

        monkeypatch.setattr(side.model, "follow", fail)
        until(lambda: side.trouble == PROJECTION_MISMATCH)
        with side.reading() as reading:
            assert len(reading.state.parties) == 4
        monkeypatch.setattr(side.model, "follow", follow)
        until(lambda: side.trouble is None)
    finally:
        side.stop()


def rendered(side: ReadSide, size: int) -> Rendered:
    return Rendered(
        version=side.version_of("note:1"), block_number=0, block_time_s=0, etag='"e"', body=b"x" * size
    )


def test_what_was_not_asked_for_longest_makes_room(store: Store) -> None:
    world = World(store, with_parties())
    world.store_events()
    side = ReadSide(store, world.decode, sealing=PlainSealing(), cache_bytes=100)
    side.follow()
    for party_id in (1, 2, 3):
        side.keep("note:1", "", Viewer(party_id), rendered(side, 40))
    assert side.kept("note:1", "", Viewer(1)) is None
    assert side.kept("note:1", "", Viewer(2)) is not None
    side.keep("note:1", "", Viewer(3), rendered(side, 60))
    assert side.kept("note:1", "", Viewer(2)) is not None
    side.keep("note:1", "", Viewer(4), rendered(side, 101))
    assert [side.kept("note:1", "", Viewer(party_id)) for party_id in (2, 3, 4)] == [None, None, None]
    assert side.kept("note:1", "other part", Viewer(3)) is None


def test_an_organisation_that_becomes_an_auditor_sees_everything_from_that_block_on(store: Store) -> None:
    world = World(store, with_parties())
    world.store_events()
    side = world.side()
    side.follow()
    before = side.version_of("note:1")
    open_note(world.ledger)
    world.store_events()
    side.follow()
    assert side.version_of("note:1") != before
    with side.reading() as reading:
        assert not reading.viewer(org_kind="member", party_id=FIRST).sees_all
        assert reading.viewer(org_kind="auditor", party_id=None).sees_all
