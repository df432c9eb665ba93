"""Every check over the ledger can fail: each is shown a state with the fault that it is there to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from model_ledger import CNY, CORE, FIRST, LENDER, SECOND, digest, key, lived

from counterfoil.domain.invariants import check_invariants, check_rebuilt
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.projection.fold import project
from counterfoil.domain.state.ledger_state import InvoiceCapacity, LedgerState
from counterfoil.domain.states import LienState, LotState, NoteState
from counterfoil.domain.sub_range import SubRange

Harm = Callable[[LedgerState], None]
PLEDGED, OFFERED, SECURED = LotId(1, 1, 0), LotId(1, 1, 1), LotId(1, 1, 2)


def change_lot(lot_id: LotId, **changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        state.lots[lot_id] = replace(state.lots[lot_id], **changed)

    return harm


def change_note(note_id: int, **changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        state.notes[note_id] = replace(state.notes[note_id], **changed)

    return harm


def change_lien(lot_id: LotId, **changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        asset_id = AssetId.of_lot(lot_id)
        state.liens[asset_id] = (replace(state.liens[asset_id][0], **changed),)

    return harm


def second_lien(state: LedgerState) -> None:
    asset_id = AssetId.of_lot(PLEDGED)
    first = state.liens[asset_id][0]
    state.liens[asset_id] = (first, replace(first, sequence=2, pledgee_id=SECOND))


def move_cash(minor: int, *, party_id: int = FIRST, to: int | None = None) -> Harm:
    def harm(state: LedgerState) -> None:
        state.balances[party_id, CNY] -= minor
        if to is not None:
            state.balances[to, CNY] += minor

    return harm


def change_invoice(**changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        fingerprint = digest("invoice 0")
        state.invoices[fingerprint] = replace(state.invoices[fingerprint], **changed)

    return harm


def drop_invoice(state: LedgerState) -> None:
    del state.invoices[digest("invoice 0")]


def lose_child(state: LedgerState) -> None:
    state.children[LotId.root(1)] = state.children[LotId.root(1)][:2]


def forget_children(state: LedgerState) -> None:
    del state.children[LotId.root(1)]


def steal_key(state: LedgerState) -> None:
    core = state.parties[CORE]
    state.parties[CORE] = replace(core, keys=core.keys | {key(FIRST)})


def pay_stranger(state: LedgerState) -> None:
    payments = state.payments[OFFERED]
    state.payments[OFFERED] = (replace(payments[0], party_id=LENDER), *payments[1:])


def settle_twice(state: LedgerState) -> None:
    root = LotId.root(2)
    state.payments[root] = (replace(state.payments[root][0], amount_minor=0), state.payments[root][0])


def confirm_unsigned(state: LedgerState) -> None:
    state.notes[4] = replace(state.notes[4], state=NoteState.LIVE)


FAULTS: tuple[tuple[int, str, Harm], ...] = (
    (1, "position 601 is missing", change_lot(SECURED, positions=SubRange(602, 1000))),
    (1, "position 600 is held twice", change_lot(SECURED, positions=SubRange(600, 1000))),
    (1, "ends at 1001 instead of 1000", change_lot(SECURED, positions=SubRange(601, 1001))),
    (1, "ends at 600 instead of 1000", lose_child),
    (1, "is PROPOSED and has lots", change_note(1, state=NoteState.PROPOSED)),
    (2, "held by nobody", change_lot(PLEDGED, holder_id=99)),
    (2, "held by its debtor", change_lot(LotId.root(3), holder_id=CORE)),
    (2, "with offeree None", change_lot(OFFERED, offeree_id=None)),
    (2, "with offeree 2", change_lot(LotId.root(3), offeree_id=FIRST)),
    (2, "with children or Split without", forget_children),
    (2, "belongs to another", steal_key),
    (3, "is LIVE with one", confirm_unsigned),
    (3, "is PROPOSED with two signatures", change_note(3, state=NoteState.PROPOSED)),
    (3, "one party on both sides", change_note(1, creditor_id=CORE)),
    (3, "is not its key", change_note(1, confirmer_key=key(FIRST))),
    (3, "is not its key", change_note(1, proposer_key=key(CORE))),
    (4, "is exceeded by 1", change_invoice(payable_minor=999)),
    (4, "is exceeded by 1", change_invoice(credited_minor=101)),
    (4, "999 used, notes say 1000", change_invoice(used_minor=999)),
    (4, "stands on an invoice of others", change_invoice(seller_id=SECOND)),
    (4, "stands on an invoice of others", change_invoice(currency=978)),
    (4, "stands on an invoice of others", drop_invoice),
    (4, "do not make its face", change_note(1, face_minor=1001)),
    (5, "carries 2 liens", second_lien),
    (5, "PLEDGED without", change_lien(PLEDGED, state=LienState.RELEASED)),
    (5, "FREE with", change_lot(PLEDGED, state=LotState.FREE)),
    (5, "pledged by 3 and held by 2", change_lien(PLEDGED, pledgor_id=SECOND)),
    (7, "held", move_cash(1)),
    (7, "held", move_cash(-1)),
    (7, "has -", move_cash(100_000, to=CORE)),
    (7, "belong to nobody", move_cash(5, to=99)),
    (8, "do not make", change_lot(PLEDGED, paid_minor=1)),
    (8, "somebody else than its holder", pay_stranger),
    (8, "was settled twice", settle_twice),
    (8, "its lots were not paid 999", change_note(2, paid_minor=999)),
    (8, "settled with 1 open", change_note(2, face_minor=1001)),
    (8, "was paid although its children hold", change_lot(LotId.root(1), paid_minor=5)),
    (8, "is settled with a lot that is not", change_lot(LotId.root(2), state=LotState.FREE)),
    (8, "-1 open", change_note(2, reduced_minor=1)),
    (8, "1001 disputed", change_note(3, disputed_minor=1001)),
    (8, "was paid 1001 of 1000", change_lot(LotId.root(2), paid_minor=1001)),
)


def test_a_ledger_that_lived_fulfils_all() -> None:
    results = check_invariants(lived().state)
    assert [result.number for result in results] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(result.ok for result in results), results
    assert {result.number: result.detail for result in results}[1] == "7 lots of 5 notes"


@pytest.mark.parametrize(("number", "words", "harm"), FAULTS)
def test_each_fault_is_found_and_named(number: int, words: str, harm: Harm) -> None:
    state = lived().state
    harm(state)
    (result,) = [each for each in check_invariants(state) if each.number == number]
    assert not result.ok
    assert words in result.detail


def test_many_faults_are_counted() -> None:
    state = lived().state
    for lot_id in list(state.lots):
        change_lot(lot_id, holder_id=99)(state)
    (result,) = [each for each in check_invariants(state) if each.number == 2]
    assert result.detail.count("held by nobody") == 3
    assert result.detail.endswith("and 4 more")


def test_events_rebuild_the_state_and_a_difference_is_named() -> None:
    ledger = lived()
    rebuilt = project(ledger.events)
    assert check_rebuilt(ledger.state, rebuilt).ok
    rebuilt.invoices[digest("phantom")] = InvoiceCapacity(
        seller_id=FIRST, buyer_id=CORE, currency=CNY, payable_minor=5
    )
    move_cash(1)(rebuilt)
    result = check_rebuilt(ledger.state, rebuilt)
    assert (result.number, result.ok) == (11, False)
    assert result.detail == "invoices differ; balances differ"
