"""Event records of the contracts as the domain's events.

state = project(decoded(gateway.events()))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from counterfoil.chain.council_event_codec import COUNCIL_BUILDERS
from counterfoil.chain.event_fields import Args, Build, named, plain
from counterfoil.chain.facility_event_codec import FACILITY_BUILDERS
from counterfoil.chain.goods_event_codec import GOODS_BUILDERS
from counterfoil.chain.packed_lots import unpack_payments, unpack_payouts, unpack_segment
from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import NoteState, PartyState
from counterfoil.ports.engine import EventRecord

EVENT_UNREADABLE = declare(
    "EventUnreadable",
    "The event {event} of {contract} in transaction {tx_hash} cannot be read: {reason}.",
    "Use the interfaces of the contracts that are deployed; an unread event would leave the record short.",
)

# What OpenZeppelin's contracts record of administration, and those of instructions and anchors of themselves:
# it changes nothing of the ledger's state.
_OF_ADMINISTRATION = frozenset(
    {
        "Anchored",
        "AuthorityUpdated",
        "EIP712DomainChanged",
        "InstructionExecuted",
        "InstructionRefused",
        "NonceRevoked",
        "OperationCanceled",
        "OperationExecuted",
        "OperationScheduled",
        "RoleAdminChanged",
        "RoleGrantDelayChanged",
        "RoleGranted",
        "RoleGuardianChanged",
        "RoleLabel",
        "RoleRevoked",
        "RouteSet",
        "TargetAdminDelayUpdated",
        "TargetClosed",
        "TargetFunctionRoleUpdated",
    }
)


def _party_state_set(args: Args) -> ev.LedgerEvent:
    return ev.PartyStateSet(party_id=args["party"], state=PartyState(args["state"]))


def _standing_acceptance_set(args: Args) -> ev.LedgerEvent:
    return ev.StandingAcceptanceSet(
        party_id=args["party"], debtor_id=args["debtor"] or None, given=args["given"]
    )


def _note_proposed(args: Args) -> ev.LedgerEvent:
    shares = tuple(ev.InvoiceShare(**share) for share in args["invoices"])
    return ev.NoteProposed(**{**named(args), "invoices": shares})


def _dispute_withdrawn(args: Args) -> ev.LedgerEvent:
    return ev.DisputeWithdrawn(note_id=args["note"], state=NoteState(args["state"]))


def _dispute_resolved(args: Args) -> ev.LedgerEvent:
    return ev.DisputeResolved(**{**named(args), "state": NoteState(args["state"])})


def _lot_split(args: Args) -> ev.LedgerEvent:
    parent = LotId.from_number(args["lot"])
    segment = unpack_segment(args["words"])
    if (segment.parent_segment, segment.parent_index) != (parent.segment, parent.index):
        raise ValueError(f"its words name {segment.parent_segment}.{segment.parent_index} as the parent")
    return ev.LotSplit(
        lot_id=parent,
        segment=args["segment"],
        children=segment.children,
        background=args["background"],
    )


def _payment_applied(args: Args) -> ev.LedgerEvent:
    ranges = [(each["segment"], each["from"], each["to"]) for each in args["ranges"]]
    return ev.PaymentApplied(
        note_id=args["note"],
        round_minor=args["round_minor"],
        final_round=args["last_round"],
        payouts=unpack_payouts(args["note"], ranges, args["payouts"]),
    )


def _cash_settled(args: Args) -> ev.LedgerEvent:
    return cash.CashSettled(
        from_id=args["from"],
        currency=args["currency"],
        payments=unpack_payments(args["payments"]),
        reference=args["reference"],
    )


def _offered(kind: type[ev.LedgerEvent]) -> Build:
    """The terms of an offer are a struct beside the values that are indexed."""

    def build(args: Args) -> ev.LedgerEvent:
        outer = {name: value for name, value in args.items() if name != "terms"}
        return kind(**named({**args["terms"], **outer}))

    return build


_PLAIN: tuple[type[ev.LedgerEvent], ...] = (
    ev.PartyRegistered,
    ev.PartyRolesSet,
    ev.KeyAdded,
    ev.KeyRemoved,
    ev.InvoiceCredited,
    ev.NoteConfirmed,
    ev.NoteRejected,
    ev.NoteWithdrawn,
    ev.NoteCancelled,
    ev.NoteDisputed,
    ev.NoteMatured,
    ev.NoteOverdue,
    ev.NoteWrittenOff,
    ev.LotAssigned,
    ev.LotAccepted,
    ev.LotReturned,
    ev.AssignmentAcknowledged,
    ev.LotSold,
    ev.NoteSettled,
    cash.CashIssued,
    cash.CashRedeemed,
    cash.PayoutAttested,
    cash.CashMoved,
    cash.OfferWithdrawn,
    cash.LoanDrawnDown,
    cash.LotPurchased,
    cash.LoanRepaid,
    cash.LoanClosed,
    cash.LoanDefaulted,
    cash.AssetKindSet,
)

_BUILDERS: Mapping[str, Build] = {
    **GOODS_BUILDERS,
    **FACILITY_BUILDERS,
    **COUNCIL_BUILDERS,
    **{kind.__name__: plain(kind) for kind in _PLAIN},
    "PartyStateSet": _party_state_set,
    "StandingAcceptanceSet": _standing_acceptance_set,
    "NoteProposed": _note_proposed,
    "DisputeWithdrawn": _dispute_withdrawn,
    "DisputeResolved": _dispute_resolved,
    "LotSplit": _lot_split,
    "PaymentApplied": _payment_applied,
    "CashSettled": _cash_settled,
    "LoanOffered": _offered(cash.LoanOffered),
    "PurchaseOffered": _offered(cash.PurchaseOffered),
}


def readable_events() -> frozenset[str]:
    """Names of all events that become domain events."""
    return frozenset(_BUILDERS) | {"ModuleSet"}


def ignored_events() -> frozenset[str]:
    """Names of the events that change nothing of the ledger's state."""
    return _OF_ADMINISTRATION


def decode_event(record: EventRecord) -> ev.Recorded | None:
    """The domain event of a record; None for events of administration.

    Raises DomainError EventUnreadable for an event that this version does not know or whose words are
    malformed: leaving it out would falsify the state.
    """
    if record.event in _OF_ADMINISTRATION:
        return None
    try:
        event = _build(record)
    except (KeyError, TypeError, ValueError, DomainError) as unfit:
        raise DomainError(
            EVENT_UNREADABLE,
            event=record.event,
            contract=record.contract,
            tx_hash=record.tx_hash,
            reason=str(unfit),
        ) from unfit
    return ev.Recorded(
        event=event,
        at_s=record.block_time_s,
        block_number=record.block_number,
        log_index=record.log_index,
        tx_hash=record.tx_hash,
        sender=record.acting_key,
    )


def decoded(records: Iterable[EventRecord]) -> Iterator[ev.Recorded]:
    """The domain events of records, in their order."""
    for record in records:
        found = decode_event(record)
        if found is not None:
            yield found


def _build(record: EventRecord) -> ev.LedgerEvent:
    if record.event == "ModuleSet":
        return cash.ModuleSet(contract=record.contract, **record.args)
    return _BUILDERS[record.event](record.args)
