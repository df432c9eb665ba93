"""From events alone to the complete state: the fold that the read model and every check is made from.

It knows no rule: an event that does not fit the state raises DomainError ProjectionMismatch, because then
either an event was missed or the record is not what the contracts wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import council_events as council
from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events import goods_events as goods
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.projection import bills as project_bills
from counterfoil.domain.projection import cash as project_cash
from counterfoil.domain.projection import council as project_council
from counterfoil.domain.projection import facilities as project_facilities
from counterfoil.domain.projection import goods as project_goods
from counterfoil.domain.projection import liens as project_liens
from counterfoil.domain.projection import lots as project_lots
from counterfoil.domain.projection import notes as project_notes
from counterfoil.domain.projection import parties as project_parties
from counterfoil.domain.state.ledger_state import LedgerState

PROJECTION_MISMATCH = declare(
    "ProjectionMismatch",
    "the event {event} does not fit what came before it: {reason}",
    "Read the events again from the first block; if it stays so, the record is incomplete or altered.",
)

Fold = Callable[[LedgerState, Any, ev.Recorded], None]

_FOLDS: dict[type[ev.LedgerEvent], Fold] = {
    ev.PartyRegistered: project_parties.party_registered,
    ev.PartyRolesSet: project_parties.party_roles_set,
    ev.PartyStateSet: project_parties.party_state_set,
    ev.KeyAdded: project_parties.key_added,
    ev.KeyRemoved: project_parties.key_removed,
    ev.StandingAcceptanceSet: project_parties.standing_acceptance_set,
    cash.ModuleSet: project_parties.module_set,
    cash.AssetKindSet: project_parties.asset_kind_set,
    ev.InvoiceCredited: project_notes.invoice_credited,
    ev.NoteProposed: project_notes.note_proposed,
    ev.NoteConfirmed: project_notes.note_confirmed,
    ev.NoteRejected: project_notes.note_rejected,
    ev.NoteWithdrawn: project_notes.note_withdrawn,
    ev.NoteCancelled: project_notes.note_cancelled,
    ev.NoteDisputed: project_notes.note_disputed,
    ev.DisputeWithdrawn: project_notes.dispute_withdrawn,
    ev.DisputeResolved: project_notes.dispute_resolved,
    ev.NoteMatured: project_notes.note_matured,
    ev.NoteOverdue: project_notes.note_overdue,
    ev.NoteWrittenOff: project_notes.note_written_off,
    ev.PaymentApplied: project_notes.payment_applied,
    ev.NoteSettled: project_notes.note_settled,
    ev.LotSplit: project_lots.lot_split,
    ev.LotAssigned: project_lots.lot_moved,
    ev.LotSold: project_lots.lot_moved,
    ev.LotAccepted: project_lots.lot_accepted,
    ev.LotReturned: project_lots.lot_returned,
    ev.AssignmentAcknowledged: project_lots.assignment_acknowledged,
    liens.LienPlaced: project_liens.lien_placed,
    liens.LienReleased: project_liens.lien_released,
    liens.LienCollected: project_liens.lien_collected,
    liens.LienDischarged: project_liens.lien_discharged,
    liens.LienDivided: project_liens.lien_divided,
    liens.LienTransferred: project_liens.lien_transferred,
    liens.LienEnforced: project_liens.lien_enforced,
    liens.SubstituteProposed: project_liens.substitute_proposed,
    liens.SubstituteAccepted: project_liens.substitute_accepted,
    liens.BlockPlaced: project_liens.block_placed,
    liens.BlockResolved: project_liens.block_resolved,
    goods.StockOpened: project_goods.stock_opened,
    goods.StockAttested: project_goods.stock_attested,
    goods.AttestationAgeSet: project_goods.attestation_age_set,
    goods.ExposureCapSet: project_goods.exposure_cap_set,
    goods.ReceiptDrafted: project_goods.receipt_drafted,
    goods.ReceiptAttested: project_goods.receipt_attested,
    goods.ReceiptIssued: project_goods.receipt_issued,
    goods.DraftDiscarded: project_goods.draft_discarded,
    goods.ReceiptTransferred: project_goods.receipt_transferred,
    goods.ReceiptSplit: project_goods.receipt_split,
    goods.ReceiptMerged: project_goods.receipt_merged,
    goods.LotsRestacked: project_goods.lots_restacked,
    goods.ReceiptAmended: project_goods.receipt_amended,
    goods.PledgeConsentSet: project_goods.pledge_consent_set,
    goods.DeliveryOrdered: project_goods.delivery_ordered,
    goods.DeliveryRevoked: project_goods.delivery_revoked,
    goods.ReceiptDelivered: project_goods.receipt_delivered,
    goods.ReceiptDisputed: project_goods.receipt_disputed,
    goods.ReceiptDisputeClosed: project_goods.receipt_dispute_closed,
    goods.ReceiptFrozen: project_goods.receipt_frozen,
    goods.ReceiptUnfrozen: project_goods.receipt_unfrozen,
    goods.ReceiptTransferForced: project_goods.receipt_transfer_forced,
    goods.ReceiptCancelled: project_goods.receipt_cancelled,
    goods.ReceiptTransferEnforced: project_goods.receipt_transfer_enforced,
    goods.BillIssued: project_bills.bill_issued,
    goods.BillEndorsed: project_bills.bill_endorsed,
    goods.BillSurrendered: project_bills.bill_surrendered,
    goods.SurrenderRevoked: project_bills.surrender_revoked,
    goods.BillSwitched: project_bills.bill_switched,
    goods.BillDischarged: project_bills.bill_discharged,
    goods.BillReinstated: project_bills.bill_reinstated,
    goods.BillFrozen: project_bills.bill_frozen,
    goods.BillUnfrozen: project_bills.bill_unfrozen,
    goods.BillTransferForced: project_bills.bill_transfer_forced,
    goods.BillTransferEnforced: project_bills.bill_transfer_enforced,
    cash.CashIssued: project_cash.cash_issued,
    cash.CashRedeemed: project_cash.cash_redeemed,
    cash.PayoutAttested: project_cash.payout_attested,
    cash.CashMoved: project_cash.cash_moved,
    cash.CashSettled: project_cash.cash_settled,
    cash.LoanOffered: project_cash.loan_offered,
    cash.PurchaseOffered: project_cash.purchase_offered,
    cash.OfferWithdrawn: project_cash.offer_withdrawn,
    cash.LoanDrawnDown: project_cash.loan_drawn_down,
    cash.LotPurchased: project_cash.lot_purchased,
    cash.LoanRepaid: project_cash.loan_repaid,
    cash.LoanClosed: project_cash.loan_closed,
    cash.LoanDefaulted: project_cash.loan_defaulted,
    facilities.PricePosted: project_facilities.price_posted,
    facilities.FacilityOffered: project_facilities.facility_offered,
    facilities.FacilityWithdrawn: project_facilities.facility_withdrawn,
    facilities.FacilityDrawnDown: project_facilities.facility_drawn_down,
    facilities.AssetAdded: project_facilities.asset_added,
    facilities.AssetSubstituted: project_facilities.asset_substituted,
    facilities.AssetWithdrawn: project_facilities.asset_withdrawn,
    facilities.FacilityRepaid: project_facilities.facility_repaid,
    facilities.FacilityClosed: project_facilities.facility_closed,
    facilities.MarginCalled: project_facilities.margin_called,
    facilities.MarginCallLifted: project_facilities.margin_call_lifted,
    facilities.FacilityDefaulted: project_facilities.facility_defaulted,
    facilities.SaleOffered: project_facilities.sale_offered,
    facilities.AssetEnforced: project_facilities.asset_enforced,
    facilities.ClaimOffered: project_facilities.claim_offered,
    facilities.ClaimTransferred: project_facilities.claim_transferred,
    council.KeyRotated: project_council.key_rotated,
    council.OwnKeyAdded: project_council.own_key_added,
    council.OwnKeyRemoved: project_council.own_key_removed,
    council.MemberAdmitted: project_council.member_admitted,
    council.MemberRemoved: project_council.member_removed,
    council.ActProposed: project_council.act_proposed,
    council.ActApproved: project_council.act_approved,
    council.ApprovalWithdrawn: project_council.approval_withdrawn,
    council.ActExecuted: project_council.act_executed,
}


def projected_events() -> frozenset[type[ev.LedgerEvent]]:
    """Every event that the projection takes: all that there are."""
    return frozenset(_FOLDS)


def apply(state: LedgerState, recorded: ev.Recorded) -> None:
    """Change the state by one event. After DomainError ProjectionMismatch the state is half done."""
    fold = _FOLDS.get(type(recorded.event))
    name = type(recorded.event).__name__
    if fold is None:
        raise DomainError(PROJECTION_MISMATCH, event=name, reason="it is not an event of the ledger")
    try:
        fold(state, recorded.event, recorded)
    except KeyError as missing:
        raise DomainError(PROJECTION_MISMATCH, event=name, reason=f"unknown {missing}") from missing
    except ValueError as unfit:
        raise DomainError(PROJECTION_MISMATCH, event=name, reason=str(unfit)) from unfit


def project(recorded: Iterable[ev.Recorded], state: LedgerState | None = None) -> LedgerState:
    """The state after these events, starting from `state` (changed in place) or from nothing."""
    result = LedgerState() if state is None else state
    for each in recorded:
        apply(result, each)
    return result
