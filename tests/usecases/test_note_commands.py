# ruff: noqa: E501 - tables of refusals keep one case a line
"""What parties may do with notes and lots, and how they are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import LotState, NoteState
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.liens.release_lien import release_lien
from counterfoil.usecases.lots.accept_assignment import accept_assignment
from counterfoil.usecases.lots.acknowledge_assignment import acknowledge_assignment
from counterfoil.usecases.lots.assign_lot import assign_lot
from counterfoil.usecases.lots.pledge_lot import pledge_lot
from counterfoil.usecases.lots.reject_assignment import reject_assignment
from counterfoil.usecases.lots.revoke_assignment import revoke_assignment
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.notes.cancel_note import cancel_note
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.dispute_note import dispute_note
from counterfoil.usecases.notes.mark_matured import mark_matured
from counterfoil.usecases.notes.mark_overdue import mark_overdue
from counterfoil.usecases.notes.propose_note import InvoicePart, propose_note
from counterfoil.usecases.notes.reject_note import reject_note
from counterfoil.usecases.notes.resolve_dispute import resolve_dispute
from counterfoil.usecases.notes.show_note import show_note
from counterfoil.usecases.notes.withdraw_dispute import withdraw_dispute
from counterfoil.usecases.notes.withdraw_note import withdraw_note
from counterfoil.usecases.notes.write_off import write_off
from counterfoil.usecases.parties.set_party_state import set_party_state
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, DAY_S, HALDEN, LAHN, SECOND_BANK, VALTENNA, record, ubl

Command = Callable[[Workbench], object]


def refusal(command: Command, bench: Workbench) -> str:
    with pytest.raises(CounterfoilError) as refused:
        command(bench)
    assert refused.value.message
    assert refused.value.remedy, refused.value.code
    return refused.value.code


def state_of(bench: Workbench, note_id: int = 1) -> NoteState:
    return bench.read_model.state.notes[note_id].state


def propose(bench: Workbench, *, actor: str = LAHN.key, days: int = 90) -> int:
    opened = propose_note(
        bench, actor=actor, invoices=["RE-2026-0042"], maturity_at=bench.now() + timedelta(days=days)
    )
    return opened.note_id


def parts(*amounts: tuple[int | None, str | None]) -> list[SplitPart]:
    return [
        SplitPart(amount_minor=amount, party=party, reference="PO-7" if party else "")
        for amount, party in amounts
    ]


def test_a_note_takes_the_latest_due_date_of_its_invoices(bench: Workbench) -> None:
    record(bench, ubl("RE-2", "1.00", due="2097-03-01"))

    opened = propose_note(bench, actor=HALDEN.key, invoices=["RE-2", "RE-2026-0042"])

    assert opened.maturity_at.isoformat() == "2098-12-31T23:59:59+00:00"
    assert opened.face_minor == 100_100
    note = bench.read_model.state.notes[opened.note_id]
    assert note.proposed_by_debtor
    assert refusal(lambda b: confirm_note(b, actor=HALDEN.key, note_id=1), bench) == "NotThisParty"
    confirm_note(bench, actor=LAHN.key, note_id=1, face_minor=100_100)
    assert state_of(bench) is NoteState.LIVE


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (lambda b: propose_note(b, actor=LAHN.key, invoices=[]), "NoteWithoutInvoice"),
        (lambda b: propose_note(b, actor=LAHN.key, invoices=["RE-404"]), "InvoiceNotFound"),
        (lambda b: propose_note(b, actor="DE999", invoices=["RE-2026-0042"]), "PartyNotFound"),
        (
            lambda b: propose_note(b, actor=LAHN.key, invoices=["RE-2026-0042", "OV/2026/17"]),
            "InvoicesUnlike",
        ),
        (lambda b: propose(b, days=-1), "MaturityPassed"),
        (
            lambda b: propose_note(
                b, actor=LAHN.key, invoices=[InvoicePart(invoice="RE-2026-0042", amount_minor=0)]
            ),
            "AmountInvalid",
        ),
        (
            lambda b: propose_note(
                b, actor=LAHN.key, invoices=[InvoicePart(invoice="RE-2026-0042", amount_minor=100_001)]
            ),
            "InvoiceCapacityShort",
        ),
        # Lahn buys from Valtenna but is no core enterprise: the contract says so.
        (lambda b: propose_note(b, actor=VALTENNA.key, invoices=["OV/2026/17"]), "RoleMissing"),
    ],
)
def test_proposals_that_are_refused(bench: Workbench, command: Command, code: str) -> None:
    before = bench.ledger.head()[0]

    assert refusal(command, bench) == code
    assert bench.ledger.head()[0] == before


def test_only_the_debtor_confirms_what_the_creditor_proposed(bench: Workbench) -> None:
    propose(bench)

    for outsider in (LAHN, VALTENNA, BANK):
        assert (
            refusal(lambda b, who=outsider.key: confirm_note(b, actor=who, note_id=1), bench)
            == "NotThisParty"
        )
    assert (
        refusal(lambda b: confirm_note(b, actor=HALDEN.key, note_id=1, face_minor=99_999), bench)
        == "FaceUnlike"
    )
    assert refusal(lambda b: confirm_note(b, actor=HALDEN.key, note_id=2), bench) == "NoteNotFound"
    confirm_note(bench, actor=HALDEN.key, note_id=1)
    assert refusal(lambda b: confirm_note(b, actor=HALDEN.key, note_id=1), bench) == "UnexpectedNoteState"


def test_an_invoice_is_free_again_after_rejection_withdrawal_and_cancellation(bench: Workbench) -> None:
    first = propose(bench)
    assert refusal(propose, bench) == "InvoiceAlreadyFinanced"
    reject_note(bench, actor=HALDEN.key, note_id=first, reason="goods not received")
    second = propose(bench)
    assert refusal(lambda b: withdraw_note(b, actor=HALDEN.key, note_id=second), bench) == "NotThisParty"
    withdraw_note(bench, actor=LAHN.key, note_id=second)
    third = propose(bench)
    confirm_note(bench, actor=HALDEN.key, note_id=third)
    assert (
        refusal(lambda b: cancel_note(b, actor=LAHN.key, note_id=third, reason=" "), bench)
        == "ReferenceEmpty"
    )
    cancel_note(bench, actor=LAHN.key, note_id=third, reason="paid directly")
    fourth = propose(bench)

    assert [state_of(bench, note_id) for note_id in (first, second, third, fourth)] == [
        NoteState.REJECTED,
        NoteState.WITHDRAWN,
        NoteState.CANCELLED,
        NoteState.PROPOSED,
    ]


def test_a_split_with_a_rest_and_an_acceptance(live: OpenLedger) -> None:
    bench = live.bench
    divided = split_lot(bench, actor=LAHN.key, lot="1/0/0", parts=parts((40_000, VALTENNA.key), (None, None)))
    assert divided.lot_ids == (LotId(1, 1, 0), LotId(1, 1, 1))
    offered = bench.read_model.state.lots[LotId(1, 1, 0)]
    assert (offered.state, offered.holder_id, offered.length_minor) == (LotState.OFFERED, 1, 40_000)
    assert [node.tier for node in show_note(bench, note_id=1).leaves] == [1, 1]

    accept_assignment(bench, actor=VALTENNA.key, lot="1/1/0")

    sheet = show_note(bench, note_id=1)
    assert [(node.holder_name, node.tier, node.lot.length_minor) for node in sheet.leaves] == [
        (VALTENNA.name, 2, 40_000),
        (LAHN.name, 1, 60_000),
    ]
    assert [node.references for node in sheet.leaves] == [("PO-7",), ()]
    acknowledge_assignment(bench, actor=HALDEN.key, lot="1/1/0")
    assert bench.read_model.state.acknowledged[LotId(1, 1, 0)] == 3


def test_standing_acceptance_lets_assignments_arrive_at_once(live: OpenLedger) -> None:
    bench = live.bench
    set_standing_acceptance(bench, actor=VALTENNA.key, debtor=HALDEN.key)

    moved = assign_lot(bench, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference="PO-7")

    assert moved.moved
    assert moved.lot_id == LotId.root(1)
    node = show_note(bench, note_id=1).leaves[0]
    assert (node.holder_name, node.tier, node.references) == (VALTENNA.name, 2, ("PO-7",))
    set_standing_acceptance(bench, actor=LAHN.key, given=True)
    set_standing_acceptance(bench, actor=LAHN.key, given=False)
    back = assign_lot(bench, actor=VALTENNA.key, lot="1/0/0", to=LAHN.key, reference="return")
    assert not back.moved


def test_an_offered_lot_goes_back_by_rejection_or_revocation(live: OpenLedger) -> None:
    bench = live.bench
    first = assign_lot(bench, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference="PO-7")
    assert refusal(lambda b: accept_assignment(b, actor=BANK.key, lot=first.lot_id), bench) == "NotHolder"
    assert refusal(lambda b: revoke_assignment(b, actor=VALTENNA.key, lot=first.lot_id), bench) == "NotHolder"
    reject_assignment(bench, actor=VALTENNA.key, lot=first.lot_id)
    second = assign_lot(bench, actor=LAHN.key, lot=first.lot_id, to=VALTENNA.key, reference="PO-7")
    revoke_assignment(bench, actor=LAHN.key, lot=second.lot_id)

    leaf = show_note(bench, note_id=1).leaves[0]
    assert (leaf.lot.state, leaf.holder_name, leaf.tier) == (LotState.FREE, LAHN.name, 1)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (lambda b: split_lot(b, actor=VALTENNA.key, lot="1/0/0", parts=parts((1, BANK.key), (None, None))), "NotHolder"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1/0/0", parts=parts((99_999, VALTENNA.key), (2, None))), "SplitUnlike"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1/0/0", parts=parts((100_000, VALTENNA.key), (None, None))), "SplitUnlike"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1/0/0", parts=parts((None, VALTENNA.key), (None, None))), "SplitUnlike"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1/0/0", parts=parts((0, VALTENNA.key), (None, None))), "AmountInvalid"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1/0/0", parts=parts((None, VALTENNA.key))), "ChildrenMissing"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1/0/0", parts=parts((1, HALDEN.key), (None, None))), "AssigneeIsDebtor"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1/1/0", parts=parts((1, VALTENNA.key), (None, None))), "LotNotFound"),
        (lambda b: split_lot(b, actor=LAHN.key, lot="1-0-0", parts=[]), "LotReferenceInvalid"),
        (lambda b: assign_lot(b, actor=LAHN.key, lot="1/0/0", to=LAHN.key, reference="x"), "AssigneeHoldsIt"),
        (lambda b: assign_lot(b, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference=" "), "ReferenceEmpty"),
        (lambda b: accept_assignment(b, actor=VALTENNA.key, lot="1/0/0"), "UnexpectedLotState"),
        (lambda b: acknowledge_assignment(b, actor=BANK.key, lot="1/0/0"), "NotThisParty"),
        (lambda b: release_lien(b, actor=BANK.key, asset="1/0/0", reason="x"), "LienNotFound"),
        (lambda b: mark_matured(b, actor=BANK.key, note_id=1), "NotMatured"),
        (lambda b: mark_overdue(b, actor=BANK.key, note_id=1), "NotMatured"),
        (lambda b: write_off(b, note_id=1, reason="x"), "UnexpectedNoteState"),
        (lambda b: withdraw_dispute(b, actor=HALDEN.key, note_id=1), "UnexpectedNoteState"),
        (lambda b: dispute_note(b, actor=LAHN.key, note_id=1, disputed_minor=1, evidence="x"), "NotThisParty"),
        (lambda b: dispute_note(b, actor=HALDEN.key, note_id=1, disputed_minor=100_001, evidence="x"), "DisputeTooLarge"),
        (lambda b: dispute_note(b, actor=HALDEN.key, note_id=1, disputed_minor=0, evidence="x"), "AmountInvalid"),
        (lambda b: resolve_dispute(b, note_id=1, upheld_minor=-1, reason="x"), "AmountOutOfRange"),
    ],
)  # fmt: skip
def test_refusals_on_a_live_note(live: OpenLedger, command: Command, code: str) -> None:
    before = live.bench.ledger.head()[0]

    assert refusal(command, live.bench) == code
    assert live.bench.ledger.head()[0] == before


def test_a_lien_stops_every_move_until_its_pledgee_releases_it(live: OpenLedger) -> None:
    bench = live.bench

    def pledge(b: Workbench, to: str = BANK.key) -> object:
        return pledge_lot(
            b, actor=LAHN.key, lot="1/0/0", pledgee=to, secured_minor=50_000, agreement="frame 12"
        )

    pledge(bench)

    assert refusal(lambda b: pledge(b, SECOND_BANK.key), bench) == "AssetEncumbered"
    assert (
        refusal(lambda b: assign_lot(b, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference="x"), bench)
        == "UnexpectedLotState"
    )
    assert (
        refusal(lambda b: release_lien(b, actor=SECOND_BANK.key, asset="1/0/0", reason="x"), bench)
        == "NotPledgee"
    )
    assert (
        refusal(lambda b: cancel_note(b, actor=LAHN.key, note_id=1, reason="x"), bench)
        == "UnexpectedLotState"
    )
    release_lien(bench, actor=BANK.key, asset="1/0/0", reason="claim paid")
    pledge(bench, SECOND_BANK.key)
    assert show_note(bench, note_id=1).leaves[0].lien is not None


def test_a_dispute_freezes_the_note_and_ends_either_way(live: OpenLedger) -> None:
    bench = live.bench
    dispute_note(bench, actor=HALDEN.key, note_id=1, disputed_minor=10_000, evidence="8 pieces short")
    assert (
        refusal(lambda b: assign_lot(b, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference="x"), bench)
        == "NoteNotTransferable"
    )
    withdraw_dispute(bench, actor=HALDEN.key, note_id=1)
    dispute_note(bench, actor=HALDEN.key, note_id=1, disputed_minor=10_000, evidence="8 pieces short")
    assert (
        refusal(lambda b: resolve_dispute(b, note_id=1, upheld_minor=10_001, reason="x"), bench)
        == "DisputeTooLarge"
    )
    resolve_dispute(bench, note_id=1, upheld_minor=4_000, reason="3 pieces were short")

    note = bench.read_model.state.notes[1]
    assert (note.state, note.reduced_minor, note.open_minor) == (NoteState.LIVE, 4_000, 96_000)


def test_an_unpaid_note_matures_falls_overdue_and_is_written_off(live: OpenLedger) -> None:
    bench = live.bench
    live.advance_time(90 * DAY_S + 1)
    mark_matured(bench, actor=BANK.key, note_id=1)
    assert refusal(lambda b: mark_overdue(b, actor=BANK.key, note_id=1), bench) == "NotOverdue"
    live.advance_time(DAY_S)
    mark_overdue(bench, actor=BANK.key, note_id=1)
    write_off(bench, note_id=1, reason="insolvency")

    note = bench.read_model.state.notes[1]
    assert (note.state, note.written_off_minor, note.paid_minor) == (NoteState.WRITTEN_OFF, 100_000, 0)
    assert all(result.ok for result in check_books(bench))


def test_a_suspended_party_does_nothing(live: OpenLedger) -> None:
    bench = live.bench
    set_party_state(bench, party=LAHN.key, active=False)
    assert (
        refusal(lambda b: assign_lot(b, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference="x"), bench)
        == "PartySuspended"
    )
    set_party_state(bench, party=LAHN.key, active=True)
    assign_lot(bench, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference="x")
