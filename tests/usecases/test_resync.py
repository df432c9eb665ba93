"""The chain is the truth: whatever the store misses is read again, once, and nothing is lost in between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.bootstrap import OpenLedger, create_ledger, open_ledger
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.states import PartyRole
from counterfoil.ports.chain_log import IndexedEvent
from counterfoil.ports.engine import BlockHead, ChainError, ChainErrorKind, EventRecord, Receipt
from counterfoil.store.failures import StoreError
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.notes.show_note import show_note
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.read_model import ReadModel
from counterfoil.usecases.workbench import Workbench
from ledger_support import LAHN, VALTENNA, cii, ledger_in, record, settings_of, ubl


@pytest.fixture
def home(live_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(live_home, tmp_path / "home")
    return tmp_path / "home"


def stored_events(bench: Workbench) -> tuple[EventRecord, ...]:
    with bench.store.begin() as work:
        return tuple(work.chain_log.read())


def remove_store(home: Path) -> None:
    for path in home.glob("store.sqlite*"):
        path.unlink()


class LostAnswer:
    """A ledger port whose answers to one command get lost after the transaction, or before it."""

    def __init__(self, inner: Any, command: str, *, sent: bool) -> None:
        self._inner = inner
        self._command = command
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != self._command:
            return found

        def lose(**arguments: Any) -> Receipt:
            if self._sent:
                found(**arguments)
            raise ChainError(ChainErrorKind.UNAVAILABLE, "ChainUnavailable", reason="cut")

        return lose


def test_a_deleted_store_is_rebuilt_from_the_chain(home: Path) -> None:
    with ledger_in(home) as ledger:
        events, state = stored_events(ledger.bench), ledger.bench.read_model.state
        assert len(events) > 40
    remove_store(home)

    with ledger_in(home) as ledger:
        assert stored_events(ledger.bench) == events
        assert ledger.bench.read_model.state == state
        assert all(result.ok for result in check_books(ledger.bench))
        with ledger.bench.store.begin() as work:
            assert [share.amount_minor for share in work.invoices.shares_of_note(1)] == [100_000]
        # Names and documents are nobody's but the store's: the sheet shows numbers without them.
        sheet = show_note(ledger.bench, note_id=1)
        assert (sheet.note.debtor_id, sheet.debtor_name, sheet.invoices) == (2, "", ())


def test_a_store_behind_the_chain_catches_up(home: Path, tmp_path: Path) -> None:
    behind = tmp_path / "behind.sqlite"
    shutil.copy(home / "store.sqlite", behind)
    with ledger_in(home) as ledger:
        bench = ledger.bench
        record(bench, ubl("LATE-1", "5.00"))
        propose_note(bench, actor=LAHN.key, invoices=["LATE-1"])
        events, state, block = stored_events(bench), bench.read_model.state, bench.read_model.block_number
    remove_store(home)
    shutil.copy(behind, home / "store.sqlite")

    with ledger_in(home) as ledger:
        assert stored_events(ledger.bench) == events
        assert (ledger.bench.read_model.state, ledger.bench.read_model.block_number) == (state, block)
        with ledger.bench.store.begin() as work:
            assert work.chain_log.checkpoint().block_number == block


def test_a_store_ahead_of_the_chain_is_refused(home: Path, tmp_path: Path) -> None:
    earlier_chain = tmp_path / "chain"
    shutil.copytree(home / "chain", earlier_chain)
    with ledger_in(home) as ledger:
        register_party(ledger.bench, name="X", identifiers=["gln:4012345000009"], roles=PartyRole.AUDITOR)
    shutil.rmtree(home / "chain")
    shutil.copytree(earlier_chain, home / "chain")

    with pytest.raises(CounterfoilError) as refused, ledger_in(home):
        pass
    assert refused.value.code == "StoreAheadOfChain"


def test_events_and_checkpoint_are_kept_together_or_not_at_all(live: OpenLedger) -> None:
    bench = live.bench
    events = stored_events(bench)
    with bench.store.begin() as work:
        checkpoint = work.chain_log.checkpoint()
    block = BlockHead(
        number=checkpoint.block_number + 1,
        block_hash="0x" + "ab" * 32,
        parent_hash=str(checkpoint.block_hash),
        time_s=checkpoint.block_time_s,
    )
    fresh = IndexedEvent(
        replace(events[0], block_number=block.number, block_hash=block.block_hash), (), frozenset()
    )

    with pytest.raises(StoreError), bench.store.begin() as work:
        # The second one has the place of the first: the whole step is dropped.
        work.chain_log.append((block,), (fresh, fresh))

    with bench.store.begin() as work:
        assert work.chain_log.checkpoint() == checkpoint
        assert tuple(work.chain_log.read()) == events


def test_a_second_reader_of_the_same_store_folds_the_same_state(live: OpenLedger) -> None:
    bench = live.bench
    other = ReadModel(bench.ledger, bench.store)
    other.sync()

    assert other.state == bench.read_model.state
    assert list(other.history()) == list(bench.read_model.history())
    other.sync()
    assert other.state == bench.read_model.state


@pytest.mark.parametrize("sent", [True, False])
def test_an_interrupted_registration_is_completed_and_never_repeated(traded: OpenLedger, sent: bool) -> None:
    bench = traded.bench

    def register(at: Workbench) -> int:
        return register_party(
            at, name="Neue GmbH", identifiers=["gln:4012345000009"], roles=PartyRole.SUPPLIER
        ).party_id

    cut = replace(bench, ledger=LostAnswer(bench.ledger, "register_party", sent=sent))
    with pytest.raises(ChainError):
        register(cut)
    count = len(bench.read_model.state.parties)

    party_id = register(bench)

    assert party_id == count + 1
    assert len(bench.read_model.state.parties) == count + 1
    with pytest.raises(CounterfoilError) as again:
        register(bench)
    assert again.value.code == "PartyKnown"


def test_a_proposal_whose_answer_was_lost_is_seen_after_reopening(home: Path) -> None:
    with ledger_in(home) as ledger:
        bench = ledger.bench
        record(bench, ubl("CUT-1", "5.00"))
        cut = replace(bench, ledger=LostAnswer(bench.ledger, "propose_note", sent=True))
        with pytest.raises(ChainError):
            propose_note(cut, actor=LAHN.key, invoices=["CUT-1"])

    with ledger_in(home) as ledger:
        assert ledger.bench.read_model.state.notes[2].face_minor == 500
        with ledger.bench.store.begin() as work:
            terms = work.documents.by_hash(ledger.bench.read_model.state.notes[2].terms_hash)
        assert terms is not None, "the wording was kept before the chain saw its hash"
        with pytest.raises(CounterfoilError) as repeated:
            propose_note(ledger.bench, actor=LAHN.key, invoices=["CUT-1"])
        assert repeated.value.code == "InvoiceAlreadyFinanced"


class _Tampered:
    """A ledger port whose answer to one view is changed."""

    def __init__(self, inner: Any, view: str, change: Any) -> None:
        self._inner, self._view, self._change = inner, view, change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != self._view:
            return found
        return lambda *given, **named: self._change(found(*given, **named))


def _without_last_event(events: Iterator[EventRecord]) -> Iterator[EventRecord]:
    return iter(list(events)[:-1])


@pytest.mark.parametrize(
    ("view", "change", "subject"),
    [
        ("note_view", lambda seen: {**seen, "paid_minor": 1}, "notes"),
        ("lot_view", lambda seen: {**seen, "holder": 2}, "lots"),
        ("invoice_view", lambda seen: {**seen, "used_minor": 0}, "invoice capacity"),
        ("balance_view", lambda seen: seen + 1, "balances and supply"),
        ("party_view", lambda seen: (seen[0], seen[1], ()), "parties"),
        ("counts_view", lambda seen: {**seen, "notes": 2}, "counts"),
        ("events", _without_last_event, "every event of the chain is in the store"),
    ],
)
def test_a_difference_between_chain_and_read_model_is_found_and_said(
    live: OpenLedger, view: str, change: Any, subject: str
) -> None:
    results = check_books(replace(live.bench, ledger=_Tampered(live.bench.ledger, view, change)))

    failed = [result for result in results if not result.ok]
    assert len(failed) == 1
    assert subject in failed[0].invariant
    assert failed[0].detail


def test_keys_stay_locked_without_the_passphrase(home: Path) -> None:
    with open_ledger(settings_of(home), passphrase=lambda _: "wrong") as ledger:
        bench = ledger.bench
        for command in (
            lambda: propose_note(
                bench,
                actor=VALTENNA.key,
                invoices=["OV/2026/17"],
                maturity_at=bench.now() + timedelta(days=1),
            ),
            lambda: record(bench, cii("NEW-1", "1.00")),
        ):
            with pytest.raises(CounterfoilError) as refused:
                command()
            assert refused.value.code == "KeyLocked"
            assert "wrong" not in refused.value.message


def test_a_home_is_set_up_once(home: Path) -> None:
    with pytest.raises(CounterfoilError) as refused:
        create_ledger(settings_of(home), passphrase=lambda _: "x")
    assert refused.value.code == "LedgerExists"


def test_a_missing_ledger_is_said(tmp_path: Path) -> None:
    with pytest.raises(CounterfoilError) as refused, ledger_in(tmp_path / "nothing"):
        pass
    assert refused.value.code == "LedgerMissing"


def test_secrets_at_rest_are_encrypted(home: Path) -> None:
    with ledger_in(home) as ledger:
        secret = ledger.bench.keys.fingerprint_key()
        signer: Any = ledger.bench.keys.signer("registrar")
        private = bytes(signer.key)
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    for hidden in (secret, private, secret.hex().encode(), private.hex().encode(), b"correct horse"):
        assert hidden not in kept
