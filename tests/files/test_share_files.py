"""Who reads an object's files follows from the ledger: holders come and go, the two sides stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.file_entitlement import entitled_parties
from counterfoil.domain.lot import AssetId, Lot, LotId
from counterfoil.domain.state.goods_state import Bill, Receipt
from counterfoil.domain.state.ledger_state import Financing, LedgerState, Lien, Note
from counterfoil.domain.states import (
    FinancingKind,
    FinancingState,
    LienState,
    LotState,
    NoteState,
)
from counterfoil.domain.sub_range import SubRange
from counterfoil.ports.files import owner_of
from counterfoil.ports.store import InvoiceRecord
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.files.share_files import share_all_files, share_files_after
from counterfoil.usecases.files.uploads import Upload
from counterfoil.usecases.financing.accept_offer import accept_offer
from counterfoil.usecases.financing.offer_purchase import offer_purchase
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.propose_note import propose_note
from ledger_support import BANK, HALDEN, LAHN, VALTENNA, ledger_in, make_bare_home, make_traded_home

DEBTOR, CREDITOR, HOLDER, PLEDGEE, OFFEREE, FUNDER = 1, 2, 3, 4, 5, 6


def note(state: NoteState = NoteState.LIVE) -> Note:
    return Note(
        note_id=7,
        debtor_id=DEBTOR,
        creditor_id=CREDITOR,
        proposed_by_debtor=False,
        currency=978,
        face_minor=100,
        maturity_at_s=1,
        terms_hash=bytes(32),
        invoices=(),
        state=state,
        proposed_at_s=0,
    )


def lot(index: int, holder: int, state: LotState, *, offeree: int | None = None) -> Lot:
    lot_id = LotId(7, 0, 0) if index == 0 else LotId(7, 1, index)
    return Lot(
        lot_id=lot_id,
        positions=SubRange(1, 100) if index == 0 else SubRange(index * 10, index * 10 + 9),
        holder_id=holder,
        state=state,
        parent=None if index == 0 else LotId(7, 0, 0),
        offeree_id=offeree,
    )


def lien(asset_id: AssetId, state: LienState = LienState.ACTIVE) -> Lien:
    return Lien(
        asset_id=asset_id,
        sequence=1,
        pledgee_id=PLEDGEE,
        pledgor_id=HOLDER,
        secured_minor=1,
        financing_id=None,
        registered_at_s=0,
        agreement_hash=bytes(32),
        registration_hash=bytes(32),
        state=state,
    )


@pytest.fixture
def split_note() -> LedgerState:
    """A note that its creditor split: one part is held by another, one is pledged, one is offered."""
    state = LedgerState()
    state.notes[7] = note()
    lots = [
        lot(0, CREDITOR, LotState.SPLIT),
        lot(1, HOLDER, LotState.FREE),
        lot(2, HOLDER, LotState.PLEDGED),
        lot(3, HOLDER, LotState.OFFERED, offeree=OFFEREE),
    ]
    state.lots = {each.lot_id: each for each in lots}
    state.children[lots[0].lot_id] = tuple(each.lot_id for each in lots[1:])
    pledged = AssetId.of_lot(lots[2].lot_id)
    state.liens[pledged] = (lien(pledged),)
    state.financings[1] = Financing(
        financing_id=1,
        kind=FinancingKind.PURCHASE,
        lot_id=lots[1].lot_id,
        funder_id=FUNDER,
        currency=978,
        amount_minor=1,
        expires_at_s=9,
        agreement_hash=bytes(32),
    )
    return state


def test_the_readers_of_a_note(split_note: LedgerState) -> None:
    assert entitled_parties(split_note, "note:7") == {DEBTOR, CREDITOR, HOLDER, PLEDGEE, OFFEREE}
    assert entitled_parties(split_note, "note:8") == frozenset()


def test_an_offer_that_nobody_asked_for_opens_no_files(split_note: LedgerState) -> None:
    """Anybody who lends may offer for any lot by its number."""
    assert split_note.financings[1].state is FinancingState.OFFERED
    assert FUNDER not in entitled_parties(split_note, "note:7")


def test_a_lien_that_is_over_entitles_to_nothing(split_note: LedgerState) -> None:
    (asset_id,) = split_note.liens
    split_note.liens[asset_id] = (lien(asset_id, LienState.RELEASED),)

    assert entitled_parties(split_note, "note:7") == {DEBTOR, CREDITOR, HOLDER, OFFEREE}


def test_the_readers_of_goods() -> None:
    state = LedgerState()
    state.receipts[3] = Receipt(
        receipt_id=3,
        stock_id=1,
        keeper_id=1,
        depositor_id=2,
        holder_id=3,
        quantity=1,
        currency=978,
        value_minor=1,
        pledge_consent=True,
        detail_root=bytes(32),
        lots=(),
    )
    state.bills[4] = Bill(
        bill_id=4,
        number=bytes(32),
        carrier_id=5,
        shipper_id=2,
        holder_id=6,
        good=bytes(32),
        quantity=1,
        decimals=0,
        detail_root=bytes(32),
    )
    pledged = AssetId.of_receipt(3)
    assert entitled_parties(state, "receipt:3") == {1, 3}
    state.liens[pledged] = (lien(pledged),)
    assert entitled_parties(state, "receipt:3") == {1, 3, PLEDGEE}
    assert entitled_parties(state, "bill:4") == {5, 6}


@pytest.mark.parametrize(
    "subject",
    ["", "note", "note:", "note:x", "note:-1", "note:²", "stock:1", "command:1", "invoice:", "facility:1"],
)
def test_what_the_ledger_does_not_have_has_no_readers(split_note: LedgerState, subject: str) -> None:
    assert entitled_parties(split_note, subject) == frozenset()


# -- on a ledger --


def reads(ledger: OpenLedger, files: EncryptedFiles, file_id: str) -> set[str]:
    found = set()
    with ledger.store.read() as work:
        for firm in (HALDEN, LAHN, VALTENNA, BANK):
            owner = owner_of(firm.key)
            if any(
                entry.file.file_id == file_id for entry in work.files.readable_by(owner, after=None, limit=99)
            ):
                assert files.content(work, file_id=file_id, owner=owner)
                found.add(firm.name)
    return found


def test_whoever_buys_a_note_reads_its_invoice(tmp_path: Path) -> None:
    """Invoice: seller and buyer; the bank not by its offer, but when it bought."""
    files_now = datetime(2026, 9, 1, tzinfo=UTC)
    home = make_traded_home(make_bare_home(tmp_path / "bare"), tmp_path / "home")
    with ledger_in(home) as ledger:
        bench, store = ledger.bench, ledger.store
        files = _files(ledger, files_now)
        invoice = next(each for each in _invoices(store) if each.invoice.number == "RE-2026-0042")
        subject = f"invoice:{invoice.fingerprint.hex()}"
        with store.concurrent() as work:
            upload = Upload(file_name="i.xml", media_type="text/xml", content=b"the invoice")
            (entry,) = files.add(work, subject=subject, uploads=[upload], added_by=owner_of(LAHN.key))
        file_id = entry.file.file_id
        assert reads(ledger, files, file_id) == {LAHN.name}

        share_all_files(store, files, state=bench.read_model.state)
        assert reads(ledger, files, file_id) == {LAHN.name, HALDEN.name}
        propose_note(
            bench, actor=LAHN.key, invoices=["RE-2026-0042"], maturity_at=bench.now() + timedelta(days=90)
        )
        confirm_note(bench, actor=HALDEN.key, note_id=1)
        bench.read_model.sync()
        history = len(tuple(bench.read_model.history()))
        offer_purchase(
            bench,
            actor=BANK.key,
            lot="1/0/0",
            price_minor=90_000,
            expires_at=bench.now() + timedelta(days=3),
            agreement="terms",
        )
        fresh = tuple(bench.read_model.history())[history:]
        assert share_files_after(store, files, state=bench.read_model.state, recorded=fresh) == 0
        assert reads(ledger, files, file_id) == {LAHN.name, HALDEN.name}
        accept_offer(bench, actor=LAHN.key, financing_id=1)
        bench.read_model.sync()
        fresh = tuple(bench.read_model.history())[history:]
        assert share_files_after(store, files, state=bench.read_model.state, recorded=fresh) == 1
        assert reads(ledger, files, file_id) == {LAHN.name, HALDEN.name, BANK.name}
        share_all_files(store, files, state=bench.read_model.state)
        assert reads(ledger, files, file_id) == {LAHN.name, HALDEN.name, BANK.name}


def _files(ledger: OpenLedger, now: datetime) -> EncryptedFiles:
    ledger.keys.ensure_service_key()
    return EncryptedFiles(cipher=FileCipher(), sealing=ledger.keys.service_key(), now=lambda: now)


def _invoices(store: Store) -> tuple[InvoiceRecord, ...]:
    with store.read() as work:
        return work.invoices.all()
