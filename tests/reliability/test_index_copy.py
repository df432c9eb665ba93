"""The store's copy of the chain: made anew byte for byte, compared by digest, and what it says about whom."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from index_support import (
    CORE_ID,
    OFFICER,
    SELLER,
    SELLER_ID,
    Indexing,
    make_ledger_chain,
    open_copy,
    propose,
    register_late,
)
from sqlalchemy import text

from counterfoil.chain.contract_calls import LEDGER
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.lot import LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import PartyRole
from counterfoil.ports.engine import ChainError, ChainErrorKind
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.indexing.canonical_values import canonical
from counterfoil.usecases.indexing.running_comparison import RunningComparison, as_it_is
from database_support import Database, fresh_postgresql

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Deployment]:
    directory = tmp_path_factory.mktemp("copies") / "chain"
    return directory, make_ledger_chain(directory)


@pytest.fixture
def chain(made: tuple[Path, Deployment], tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_copy(made[0], tmp_path / "chain") as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = Database(is_sqlite=True, address=str(tmp_path / "store.sqlite")).open()
        yield opened
        opened.close()
        return
    with fresh_postgresql() as database:
        opened = database.open()
        yield opened
        opened.close()


@pytest.fixture
def indexing(chain: EmbeddedChain, made: tuple[Path, Deployment], store: Store) -> Indexing:
    return Indexing(chain, made[1], store)


def changed(store: Store, statement: str) -> None:
    """The store as somebody else left it."""
    with store._engine.begin() as connection:
        connection.execute(text(statement))


# -- rebuilding --


def test_a_rebuild_gives_the_same_tables_byte_for_byte(indexing: Indexing, chain: EmbeddedChain) -> None:
    """The copy grew block by block; it is made anew in one go."""
    indexing.knows_entity()
    for number in (2, 3):
        indexing.read_model.sync()
        propose(indexing.writer(chain), number)
    register_late(indexing.writer(chain))
    indexing.read_model.sync()
    before = indexing.rows()
    assert all(before.values())

    rebuilt = indexing.read_model.rebuild()

    assert indexing.rows() == before
    assert rebuilt.same
    assert rebuilt.events == len(before["chain_events"])
    assert rebuilt.blocks == indexing.read_model.block_number + 1
    assert indexing.entity_number() == 3
    assert indexing.read_model.epoch == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "update chain_events set args_json = replace(args_json, '1000', '9000') where event = 'NoteProposed'",
        "delete from event_parties where party_id = 2",
        "delete from event_subjects where subject = 'note:1'",
        "update note_invoices set amount_minor = 5",
        "update chain_events set acting_key = '0x00' where event = 'NoteConfirmed'",
        "update recent_blocks set block_time_s = 1",
        "update parties set party_id = 77",
    ],
)
def test_a_rebuild_mends_what_was_changed_and_says_so(
    indexing: Indexing, chain: EmbeddedChain, tampering: str
) -> None:
    indexing.knows_entity()
    register_late(indexing.writer(chain))
    indexing.read_model.sync()
    before = indexing.rows()
    changed(indexing.store, tampering)

    rebuilt = indexing.read_model.rebuild()

    assert not rebuilt.same
    after = indexing.rows()
    assert {**after, "chain_checkpoint": ()} == {**before, "chain_checkpoint": ()}
    assert indexing.entity_number() == 3
    assert indexing.read_model.epoch == 1
    with indexing.store.read() as work:
        assert work.chain_log.epochs() == ((1, -1),)
    assert indexing.read_model.rebuild().same


def test_a_store_of_an_earlier_version_gets_what_it_lacks_by_itself(indexing: Indexing) -> None:
    """Carried over: events without subjects, parties, keys and recent blocks."""
    indexing.read_model.sync()
    expected = indexing.rows()
    for statement in (
        "delete from event_parties",
        "delete from event_subjects",
        "delete from recent_blocks",
        "update chain_events set acting_key = null",
        "update chain_checkpoint set block_hash = null, index_version = 0",
    ):
        changed(indexing.store, statement)

    indexing.read_model.sync()

    found = indexing.rows()
    assert {**found, "chain_checkpoint": ()} == {**expected, "chain_checkpoint": ()}
    ((_, number, block_hash, epoch, version),) = found["chain_checkpoint"]
    assert (number, block_hash) == expected["chain_checkpoint"][0][1:3]
    assert (epoch, version) == (1, 1)


def test_a_failure_between_fold_and_commit_is_folded_anew(
    chain: EmbeddedChain, made: tuple[Path, Deployment], store: Store
) -> None:
    """The state ran ahead of the store; nobody is shown that, and the next step begins from the store."""
    points: list[str] = []

    def at(point: str) -> None:
        points.append(point)
        if points.count("index.before_commit") == 2 and point == "index.before_commit":
            raise OSError("the disk is gone")

    indexing = Indexing(chain, made[1], store, at=at)
    assert indexing.read_model.index_some()
    with pytest.raises(OSError, match="disk"):
        indexing.read_model.index_some()

    indexing.read_model.sync()

    other = Indexing(chain, made[1], store)
    other.read_model.follow()
    assert indexing.read_model.state == other.read_model.state
    assert points[-1] == "index.after_commit"


# -- comparing --


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def comparing(indexing: Indexing, ledger: Any = None) -> tuple[RunningComparison, Clock]:
    clock = Clock()
    return (
        RunningComparison(
            indexing.ledger if ledger is None else ledger,
            indexing.store,
            indexing.read_model,
            now=clock,
            share=1,
        ),
        clock,
    )


def _compare_all(comparison: RunningComparison) -> None:
    while comparison.step():
        pass


class Lying:
    """The ledger's views, one of which is not told truly."""

    def __init__(self, inner: Any, view: str, change: Any) -> None:
        self._inner, self._view, self._change = inner, view, change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != self._view:
            return found
        return lambda *given, **named: self._change(found(*given, **named))


def test_every_scope_is_compared_and_equal(indexing: Indexing) -> None:
    indexing.read_model.sync()
    comparison, _ = comparing(indexing)
    steps = 0
    while comparison.step():
        steps += 1

    with indexing.store.read() as work:
        found = work.comparisons.newest()
    assert len(found) == 12
    assert steps >= 11
    assert all(each.equal and each.difference is None for each in found)
    assert {each.block_number for each in found} == {indexing.read_model.block_number}
    assert len({each.chain_digest for each in found}) > 4
    assert not comparison.step(), "nothing new, nothing to compare"


def test_a_state_that_was_tampered_with_is_found_and_said(
    indexing: Indexing, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexing.read_model.sync()
    monkeypatch.setattr(logging.getLogger("counterfoil"), "propagate", True)
    indexing.read_model.state.balances[CORE_ID, 978] += 1
    indexing.read_model.state.issued[978] += 1
    comparison, _ = comparing(indexing)

    found = [each for each in comparison.run_once() if not each.equal]

    assert [each.scope for each in found] == ["balances and supply"]
    assert found[0].difference == "balance of 1 in 978: chain has 0, read model has 1"
    (logged,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert (logged.__dict__["scope"], logged.__dict__["block_number"]) == (
        "balances and supply",
        indexing.read_model.block_number,
    )
    assert "978" not in logged.getMessage()


@pytest.mark.parametrize(
    ("view", "change", "scope"),
    [
        ("note_view", lambda seen: {**seen, "paid_minor": 1}, "notes"),
        ("party_view", lambda seen: (seen[0], seen[1], ()), "parties"),
        ("counts_view", lambda seen: {**seen, "notes": 2}, "counts"),
        ("invoice_view", lambda seen: {**seen, "used_minor": 0}, "invoice capacity"),
    ],
)
def test_a_node_that_lies_is_found(indexing: Indexing, view: str, change: Any, scope: str) -> None:
    indexing.read_model.sync()
    comparison, _ = comparing(indexing, Lying(indexing.ledger, view, change))
    assert [each.scope for each in comparison.run_once() if not each.equal] == [scope]


def test_a_run_compares_the_state_of_its_block_while_both_go_on(
    indexing: Indexing, chain: EmbeddedChain
) -> None:
    indexing.read_model.sync()
    comparison, clock = comparing(indexing)
    assert comparison.step()
    block = indexing.read_model.block_number
    propose(indexing.writer(chain), 2)
    indexing.read_model.sync()
    while comparison.step():
        pass

    with indexing.store.read() as work:
        found = work.comparisons.newest()
    assert {each.block_number for each in found} == {block}
    assert all(each.equal for each in found)
    assert not comparison.step(), "the next run waits for its time"
    clock.now += timedelta(minutes=2)
    assert comparison.step()
    while comparison.step():
        pass
    with indexing.store.read() as work:
        assert {each.block_number for each in work.comparisons.newest()} == {block + 1}


def test_a_run_that_loses_its_block_ends_without_a_verdict(indexing: Indexing) -> None:
    """A node that keeps no state of earlier blocks, and a chain that turns back."""
    indexing.read_model.sync()

    def gone(_seen: Any) -> Any:
        raise ChainError(ChainErrorKind.UNAVAILABLE, "ChainUnavailable", reason="missing trie node")

    comparison, _ = comparing(indexing, Lying(indexing.ledger, "note_view", gone))
    with pytest.raises(ChainError):
        _compare_all(comparison)
    with indexing.store.read() as work:
        assert "notes" not in {each.scope for each in work.comparisons.newest()}
    assert not comparison.step()


def test_a_run_rests_so_that_others_have_their_time(indexing: Indexing) -> None:
    """A step that took a second is followed by three seconds in which nothing is asked."""
    indexing.read_model.sync()
    seconds = [0.0]
    asked: list[float] = []

    def slow(seen: Any) -> Any:
        asked.append(seconds[0])
        seconds[0] += 1.0
        return seen

    comparison = RunningComparison(
        Lying(indexing.ledger, "counts_view", slow),
        indexing.store,
        indexing.read_model,
        monotonic=lambda: seconds[0],
    )
    assert comparison.step()
    assert asked == [0.0]
    for later, moved in ((1.5, False), (3.9, False), (4.0, True)):
        seconds[0] = later
        assert comparison.step() is moved


def test_equal_results_are_kept_for_a_while_and_differences_for_ever(indexing: Indexing) -> None:
    indexing.read_model.sync()
    honest, _ = comparing(indexing)
    lying, _ = comparing(indexing, Lying(indexing.ledger, "counts_view", lambda seen: {**seen, "bills": 9}))
    lying.run_once()
    for _ in range(12):
        honest.run_once()
    with indexing.store.read() as work:
        counted = [each.equal for each in work.comparisons.all() if each.scope == "counts"]
    assert counted == [False] + [True] * 10


def test_a_copied_state_stays_as_it_was() -> None:
    state = LedgerState()
    state.balances[1, 978] = 5
    kept = as_it_is(state)
    state.balances[1, 978] = 6
    state.deposits.add(b"x")
    assert (kept.balances[1, 978], kept.deposits) == (5, set())


def test_values_that_are_equal_have_one_text_and_others_another() -> None:
    assert canonical((PartyRole.SUPPLIER, True, [1], None)) == canonical(
        [int(PartyRole.SUPPLIER), 1, (1,), None]
    )
    assert canonical(frozenset({"b", "a"})) == canonical({"a", "b"})
    assert canonical(LotId(1, 2, 3)) == canonical((1, 2, 3))
    assert canonical({"b": 1, "a": b"\x01"}) == canonical({"a": b"\x01", "b": 1})
    texts = [canonical(each) for each in ("1", 1, b"1", None, (1,), ("1",), (), {"a": 1}, -1, "none", "0x31")]
    assert len(set(texts)) == len(texts)
    with pytest.raises(TypeError, match="float"):
        canonical(1.5)


# -- whom and what --


def test_events_stand_under_their_subjects_and_their_parties(
    indexing: Indexing, chain: EmbeddedChain, made: tuple[Path, Deployment]
) -> None:
    gateway = ChainGateway(chain.web3, made[1])
    buyer = Account.from_key("0x" + "66" * 32)
    gateway.send(LEDGER, "registerParty", [int(PartyRole.SUPPLIER), b"\x66" * 32, [buyer.address]], OFFICER)
    writer = indexing.writer(chain)
    writer.set_standing_acceptance(by=buyer, debtor_id=None, given=True)
    writer.split_lot(
        by=SELLER, lot_id=LotId.root(1), children=[(400, SELLER_ID), (600, 3)], background=b"\x01" * 32
    )
    writer.assign_lot(by=SELLER, lot_id=LotId(1, 1, 0), to_id=3, background=b"\x02" * 32)
    indexing.read_model.sync()

    of_lot = [type(each.event).__name__ for each in indexing.read_model.history_of("lot:1.1.0")]
    assert of_lot == ["LotSplit", "LotAssigned"]
    of_note = [type(each.event).__name__ for each in indexing.read_model.history_of("note:1")]
    assert of_note == ["NoteProposed", "NoteConfirmed", "LotSplit", "LotAssigned"]
    of_party = [type(each.event).__name__ for each in indexing.read_model.history_of("party:3")]
    assert of_party == ["PartyRegistered", "KeyAdded", "StandingAcceptanceSet"]
    assert list(indexing.read_model.history_of("note:99")) == []
    with indexing.store.read() as work:
        seen = {
            party: [record.event for record in work.chain_log.page(party=party, limit=100)]
            for party in (CORE_ID, SELLER_ID, 3)
        }
    assert seen[3] == ["PartyRegistered", "KeyAdded", "StandingAcceptanceSet", "LotSplit", "LotAssigned"]
    assert seen[CORE_ID][-2:] == ["LotSplit", "LotAssigned"], "the debtor knows whom it will pay"
    assert "NoteConfirmed" in seen[SELLER_ID]
    senders = {type(each.event).__name__: each.sender for each in indexing.read_model.history_of("lot:1.1.0")}
    assert senders == {"LotSplit": SELLER.address, "LotAssigned": SELLER.address}
