"""Event records of the contracts as the domain's events.

state = project(decoded(gateway.events()))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from counterfoil.chain.packed_lots import unpack_payments, unpack_payouts, unpack_segment
from counterfoil.domain import cash_events as cash
from counterfoil.domain import events as ev
from counterfoil.domain import lien_events as liens
from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import NoteState, PartyRole, PartyState
from counterfoil.ports import EventRecord

EVENT_UNREADABLE = declare(
    "EventUnreadable",
    "The event {event} of {contract} in transaction {tx_hash} cannot be read: {reason}.",
    "Use the interfaces of the contracts that are deployed; an unread event would leave the record short.",
)

_Args = Mapping[str, Any]

# Administration that OpenZeppelin's contracts record themselves; it changes nothing of the ledger's state.
_OF_ADMINISTRATION = frozenset(
    {
        "AuthorityUpdated",
        "OperationCanceled",
        "OperationExecuted",
        "OperationScheduled",
        "RoleAdminChanged",
        "RoleGrantDelayChanged",
        "RoleGranted",
        "RoleGuardianChanged",
        "RoleLabel",
        "RoleRevoked",
        "TargetAdminDelayUpdated",
        "TargetClosed",
        "TargetFunctionRoleUpdated",
    }
)

# Our names where they are not the contracts' own in snake case.
_RENAMED = {
    "party": "party_id",
    "debtor": "debtor_id",
    "creditor": "creditor_id",
    "seller": "seller_id",
    "buyer": "buyer_id",
    "funder": "funder_id",
    "borrower": "borrower_id",
    "holder": "holder_id",
    "pledgee": "pledgee_id",
    "pledgor": "pledgor_id",
    "to": "to_id",
    "from": "from_id",
    "note": "note_id",
    "lot": "lot_id",
    "asset": "asset_id",
    "financing": "financing_id",
    "redemption": "redemption_id",
    "maturity_at": "maturity_at_s",
    "registered_at": "registered_at_s",
    "due_at": "due_at_s",
    "expires_at": "expires_at_s",
}

_CONVERTED: dict[str, Callable[[Any], Any]] = {
    "lot_id": LotId.from_number,
    "asset_id": AssetId.from_number,
    "roles": PartyRole,
}


def _plain(kind: type[ev.LedgerEvent]) -> Callable[[_Args], ev.LedgerEvent]:
    """For events whose values need no more than our names and types."""

    def build(args: _Args) -> ev.LedgerEvent:
        return kind(**_named(args))

    return build


def _named(args: _Args) -> dict[str, Any]:
    named = {_RENAMED.get(name, name): value for name, value in args.items()}
    return {name: _CONVERTED[name](value) if name in _CONVERTED else value for name, value in named.items()}


def _party_state_set(args: _Args) -> ev.LedgerEvent:
    return ev.PartyStateSet(party_id=args["party"], state=PartyState(args["state"]))


def _standing_acceptance_set(args: _Args) -> ev.LedgerEvent:
    return ev.StandingAcceptanceSet(
        party_id=args["party"], debtor_id=args["debtor"] or None, given=args["given"]
    )


def _note_proposed(args: _Args) -> ev.LedgerEvent:
    named = _named(args)
    named["invoices"] = tuple(ev.InvoiceShare(**share) for share in args["invoices"])
    return ev.NoteProposed(**named)


def _dispute_withdrawn(args: _Args) -> ev.LedgerEvent:
    return ev.DisputeWithdrawn(note_id=args["note"], state=NoteState(args["state"]))


def _dispute_resolved(args: _Args) -> ev.LedgerEvent:
    return ev.DisputeResolved(**{**_named(args), "state": NoteState(args["state"])})


def _lot_split(args: _Args) -> ev.LedgerEvent:
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


def _payment_applied(args: _Args) -> ev.LedgerEvent:
    ranges = [(each["segment"], each["from"], each["to"]) for each in args["ranges"]]
    return ev.PaymentApplied(
        note_id=args["note"],
        round_minor=args["round_minor"],
        final_round=args["last_round"],
        payouts=unpack_payouts(args["note"], ranges, args["payouts"]),
    )


def _lien_placed(args: _Args) -> ev.LedgerEvent:
    return liens.LienPlaced(**{**_named(args), "financing_id": args["financing"] or None})


def _cash_settled(args: _Args) -> ev.LedgerEvent:
    return cash.CashSettled(
        from_id=args["from"],
        currency=args["currency"],
        payments=unpack_payments(args["payments"]),
        reference=args["reference"],
    )


def _offered(kind: type[ev.LedgerEvent]) -> Callable[[_Args], ev.LedgerEvent]:
    """The terms of an offer are a struct beside the values that are indexed."""

    def build(args: _Args) -> ev.LedgerEvent:
        outer = {name: value for name, value in args.items() if name != "terms"}
        return kind(**_named({**args["terms"], **outer}))

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
    ev.Encumbered,
    ev.Unencumbered,
    ev.LotSold,
    ev.NoteSettled,
    liens.LienReleased,
    liens.LienCollected,
    liens.LienDischarged,
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

_BUILDERS: dict[str, Callable[[_Args], ev.LedgerEvent]] = {
    **{kind.__name__: _plain(kind) for kind in _PLAIN},
    "PartyStateSet": _party_state_set,
    "StandingAcceptanceSet": _standing_acceptance_set,
    "NoteProposed": _note_proposed,
    "DisputeWithdrawn": _dispute_withdrawn,
    "DisputeResolved": _dispute_resolved,
    "LotSplit": _lot_split,
    "PaymentApplied": _payment_applied,
    "LienPlaced": _lien_placed,
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


def decode_event(record: EventRecord, *, sender: str | None = None) -> ev.Recorded | None:
    """The domain event of a record; None for events of administration.

    sender: signer of the transaction, if the caller knows it. Raises DomainError EventUnreadable for an event
    that this version does not know or whose words are malformed: leaving it out would falsify the state.
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
        sender=sender,
    )


def decoded(
    records: Iterable[EventRecord], *, senders: Mapping[str, str] | None = None
) -> Iterator[ev.Recorded]:
    """The domain events of records, in their order. senders: signer by transaction hash, where known."""
    for record in records:
        found = decode_event(record, sender=None if senders is None else senders.get(record.tx_hash))
        if found is not None:
            yield found


def _build(record: EventRecord) -> ev.LedgerEvent:
    if record.event == "ModuleSet":
        return cash.ModuleSet(contract=record.contract, **record.args)
    return _BUILDERS[record.event](record.args)
